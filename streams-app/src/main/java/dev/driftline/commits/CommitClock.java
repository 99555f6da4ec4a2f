package dev.driftline.commits;

import java.util.function.LongSupplier;

/**
 * How long the commits of a stream thread take: from the write-back of its first store to the end of its transaction, or,
 * without transactions, of its last store. One for each thread, used by that thread only.
 */
public final class CommitClock {

    private final LongSupplier nanoTime;
    private boolean underWay;
    private long began;
    private long ended;
    private long took;

    /** @param nanoTime the time, as {@link System#nanoTime()} */
    CommitClock(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** The time, in nanoseconds from an arbitrary origin; a write-back begins with it. */
    public long now() {
        return nanoTime.getAsLong();
    }

    /** A store has been written back for a commit; that began at {@code start} of {@link #now()}. */
    public void wroteBack(long start) {
        if (!underWay) {
            underWay = true;
            began = start;
        }
        end();
    }

    /** The transaction of the thread was committed. */
    void committed() {
        if (underWay) {
            end();
        }
        isOver();
    }

    /** The thread processes records again: the next write-back belongs to another commit. */
    void isOver() {
        underWay = false;
    }

    private void end() {
        ended = now();
        took = ended - began;
    }

    /** Nanoseconds that the last commit took; 0 before the first. */
    long took() {
        return took;
    }

    /** {@link #now()} at the end of the last commit; undefined before the first. */
    long ended() {
        return ended;
    }
}
