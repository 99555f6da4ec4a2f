package dev.driftline.store;

/**
 * Sends what a processor has collected when its task flushes its stores before a commit: a cache of the store of
 * pending documents, so that a document, the offset after it and the request that is made of it are committed together. It
 * lives as long as the store, which outlives the processor where a task becomes a standby and active again; so the processor
 * gives it what to do at every {@code init}.
 */
public final class OpenBatch implements WriteBackCache {

    private static final Runnable NOTHING = () -> {};

    private Runnable send = NOTHING;
    private Runnable clear = NOTHING;

    /** Nothing is collected yet. */
    public OpenBatch() {}

    /**
     * A processor begins to collect.
     *
     * @param sending sends the open batch, if there is one
     * @param clearing forgets the open batch
     */
    public void begin(Runnable sending, Runnable clearing) {
        clear.run();
        send = sending;
        clear = clearing;
    }

    /** The processor collects no more; what it has not sent is forgotten. */
    public void end() {
        clear.run();
        send = NOTHING;
        clear = NOTHING;
    }

    @Override
    public void writeBack() {
        send.run();
    }

    /** The records that the batch is made of were not committed, and are read again. */
    @Override
    public void forget() {
        clear.run();
    }
}
