package dev.driftline.demo;

import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * How fast a corpus is streamed: its beginning as fast as it goes; then nothing until the first network is there, or
 * patience is over; then so many tokens a second. One thread waits by it, any may ask whether it does.
 */
final class Pace {

    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(45);
    private static final long UNKNOWN = -1;

    private final long tokensPerSecond;
    private final long freeTokens;
    private final BooleanSupplier ready;
    private final LongSupplier clock;
    private long waitingSince = UNKNOWN;
    private long startedAt = UNKNOWN;
    private volatile boolean waitingForNetwork;

    /**
     * @param tokensPerSecond 0 for as many as go, and no waiting at all
     * @param freeTokens tokens of the beginning
     * @param ready whether the first network is there
     */
    Pace(long tokensPerSecond, long freeTokens, BooleanSupplier ready) {
        this(tokensPerSecond, freeTokens, ready, System::nanoTime);
    }

    Pace(long tokensPerSecond, long freeTokens, BooleanSupplier ready, LongSupplier clock) {
        this.tokensPerSecond = tokensPerSecond;
        this.freeTokens = freeTokens;
        this.ready = ready;
        this.clock = clock;
    }

    /**
     * Waits until more may be sent.
     *
     * @param sent tokens sent so far
     */
    void await(long sent) throws InterruptedException {
        for (long wait = waitNanos(sent); wait > 0; wait = waitNanos(sent)) {
            TimeUnit.NANOSECONDS.sleep(wait);
        }
    }

    /** Whether the stream waits for the first network. */
    boolean waitsForNetwork() {
        return waitingForNetwork;
    }

    /** How long to wait before asking again; 0 or less for not at all. */
    long waitNanos(long sent) {
        if (tokensPerSecond == 0 || sent <= freeTokens) {
            return 0;
        }
        long now = clock.getAsLong();
        if (startedAt == UNKNOWN) {
            waitingSince = waitingSince == UNKNOWN ? now : waitingSince;
            waitingForNetwork = !ready.getAsBoolean() && now - waitingSince < PATIENCE_NANOS;
            if (waitingForNetwork) {
                return LOOK_NANOS;
            }
            startedAt = now;
        }
        double due = 1e9 * (sent - freeTokens) / tokensPerSecond;
        return (long) due - (now - startedAt);
    }
}
