package dev.driftline.ingest;

import java.util.concurrent.TimeUnit;

/** Holds a loop to a rate by waiting before each turn. One thread. */
public final class Pace {

    private final double nanosPerTurn;
    private long due = System.nanoTime();

    /** @param turnsPerSecond the rate; 0: no limit */
    public Pace(double turnsPerSecond) {
        this.nanosPerTurn = turnsPerSecond > 0 ? TimeUnit.SECONDS.toNanos(1) / turnsPerSecond : 0;
    }

    /**
     * Waits until the next turn is due. Time lost to a slow turn is not made up for by a burst of more than a second.
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
