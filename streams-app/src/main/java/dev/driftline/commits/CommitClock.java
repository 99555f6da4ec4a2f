package dev.driftline.commits;

/**
 * How long the commits of a stream thread take: from the write-back of its first store to the end of its transaction, or,
 * without transactions, of its last store. One a thread, used by that thread only.
 */
public final class CommitClock {

    private static final ThreadLocal<CommitClock> OF_THREAD = ThreadLocal.withInitial(CommitClock::new);

    private boolean underWay;
    private long began;
    private long ended;
    private long took;

    CommitClock() {}

    /** The clock of the calling thread. */
    public static CommitClock ofThread() {
        return OF_THREAD.get();
    }

    /** A store has been written back for a commit, since {@code start} of {@link System#nanoTime()}. */
    public void wroteBack(long start) {
        if (!underWay) {
            underWay = true;
            began = start;
        }
        end();
    }

    /** The transaction of the thread has been committed. */
    void committed() {
        if (underWay) {
            end();
        }
        isOver();
    }

    /** The thread works again: the next store that is written back belongs to another commit. */
    void isOver() {
        underWay = false;
    }

    private void end() {
        ended = System.nanoTime();
        took = ended - began;
    }

    /** Nanoseconds that the last commit took; 0 before the first. */
    long took() {
        return took;
    }

    /** {@link System#nanoTime()} at the end of the last commit; meaningless before the first. */
    long ended() {
        return ended;
    }
}
