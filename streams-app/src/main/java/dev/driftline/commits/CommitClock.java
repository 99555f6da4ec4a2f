package dev.driftline.commits;

/**
 * About how long the commits of a stream thread take: what its stores took to write back, and the end of a transaction.
 *
 * <p>The stores are not told when a commit is over (under exactly-once, Kafka Streams calls {@code StateStore.commit} only
 * when a task is suspended), so the second part is an estimate. One a thread, used by that thread only.
 */
public final class CommitClock {

    /** What ending a transaction takes with a broker near by. */
    private static final long TRANSACTION_NANOS = 10_000_000;

    private static final ThreadLocal<CommitClock> OF_THREAD = ThreadLocal.withInitial(CommitClock::new);

    private boolean over = true;
    private long writing;
    private long ended;

    private CommitClock() {}

    /** The clock of the calling thread. */
    public static CommitClock ofThread() {
        return OF_THREAD.get();
    }

    /** A store has been written back for a commit, since {@code began} of {@link System#nanoTime()}. */
    public void wroteBack(long began) {
        if (over) {
            over = false;
            writing = 0;
        }
        long now = System.nanoTime();
        writing += now - began;
        ended = now + TRANSACTION_NANOS;
    }

    /** The thread works again: the next store that is written back belongs to another commit. */
    void isOver() {
        over = true;
    }

    /** Nanoseconds that the last commit took, about; 0 before the first. */
    long took() {
        return ended == 0 ? 0 : writing + TRANSACTION_NANOS;
    }

    /** {@link System#nanoTime()} at the end of the last commit, about; meaningless before the first. */
    long ended() {
        return ended;
    }
}
