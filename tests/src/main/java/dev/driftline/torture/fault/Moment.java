package dev.driftline.torture.fault;

/** In what a fault comes. */
public enum Moment {
    /** Whatever goes on. */
    ANY("in between"),
    /** The process has been started and is not ready yet. */
    START("its start"),
    /** An instance restores a store. */
    RESTORE("a restore"),
    /** The end of a transaction is on its way, and the broker has not received it. */
    COMMIT("a commit that no broker had received"),
    /** The broker has answered the end of a transaction, and the instance does not know. */
    COMMITTED("a commit that a broker had received"),
    /** Partitions change hands. */
    REBALANCE("a rebalance"),
    /** The network is being trained. */
    TRAINING("training");

    private final String words;

    Moment(String words) {
        this.words = words;
    }

    /** As in "during a restore". */
    public String words() {
        return words;
    }
}
