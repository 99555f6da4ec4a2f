package dev.driftline.ingest;

import java.util.concurrent.TimeUnit;

/** Limits the rate of a loop by waiting before each turn. For one thread. */
public final class RateLimit {

    private final double nanosPerTurn;
    private long due = System.nanoTime();

    /** @param turnsPerSecond the maximum rate; 0: no limit */
    public RateLimit(double turnsPerSecond) {
        this.nanosPerTurn = turnsPerSecond > 0 ? TimeUnit.SECONDS.toNanos(1) / turnsPerSecond : 0;
    }

    /**
     * Waits until the next turn is due. After slow turns, a burst makes up for at most one second.
     *
     * @throws InterruptedException if interrupted while waiting
     */
    public void await() throws InterruptedException {
        if (nanosPerTurn == 0) {
            return;
        }
        long now = System.nanoTime();
        if (now - due > TimeUnit.SECONDS.toNanos(1)) {
            due = now;
        }
        if (due > now) {
            TimeUnit.NANOSECONDS.sleep(due - now);
        }
        due += (long) nanosPerTurn;
    }
}
