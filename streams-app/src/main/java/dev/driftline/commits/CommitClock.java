package dev.driftline.commits;

import java.util.function.LongSupplier;

/**
 * How long the commits of a stream thread take: from the write-back of its first store to the end of its transaction, or,
 * without transactions, of its last store. One for each thread, used by that thread only.
 */
public final class CommitClock {

    private final LongSupplier nanoTime;
    private boolean underWay;
    private boolean worked;
    private boolean counts;
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
            counts = worked || took == 0;
            worked = false;
        }
        end();
    }

    /** The stores of the thread have taken in what was committed, for which a store began at {@code start} of {@link #now()}. */
    public void stored(long start) {
        ended = now();
        if (counts) {
            took += ended - start;
        }
    }

    /** The transaction of the thread was committed. */
    void committed() {
        if (underWay) {
            end();
        }
        underWay = false;
    }

    /** The thread processes records again: the next write-back belongs to another commit, and has something to write. */
    void isOver() {
        underWay = false;
        worked = true;
    }

    private void end() {
        ended = now();
        if (counts) {
            took = ended - began;
        }
    }

    /** Nanoseconds that the last commit took of one that had something to commit; 0 before the first. */
    long took() {
        return took;
    }

    /** {@link #now()} at the end of the last commit; undefined before the first. */
    long ended() {
        return ended;
    }
}
