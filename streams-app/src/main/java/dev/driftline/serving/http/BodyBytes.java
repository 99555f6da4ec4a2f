package dev.driftline.serving.http;

import java.util.function.LongConsumer;

/** The heap that bodies under way take, all together, up to a bound. Thread-safe. */
public final class BodyBytes {

    private final long most;
    private final LongConsumer told;
    private long taken;

    BodyBytes(long most, LongConsumer told) {
        this.most = most;
        this.told = told;
    }

    /** Takes bytes; false, and nothing was taken, where they are not there. */
    synchronized boolean take(long bytes) {
        if (bytes > most - taken) {
            return false;
        }
        taken += bytes;
        told.accept(taken);
        return true;
    }

    synchronized void giveBack(long bytes) {
        taken -= bytes;
        told.accept(taken);
    }

    /** The bytes taken now. */
    public synchronized long bytes() {
        return taken;
    }

    /** The most bytes there may be. */
    public long most() {
        return most;
    }
}
