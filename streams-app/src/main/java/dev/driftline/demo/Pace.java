package dev.driftline.demo;

import java.util.concurrent.TimeUnit;

/**
 * How fast a corpus is streamed: its beginning as fast as it goes, then so many tokens a second. One thread waits by it.
 *
 * @param tokensPerSecond 0 for as many as go
 * @param freeTokens tokens of the beginning that no one waits for
 * @param startedNanos when it began, as {@link System#nanoTime()} has it
 */
record Pace(long tokensPerSecond, long freeTokens, long startedNanos) {

    /** A pace that begins now. */
    static Pace of(long tokensPerSecond, long freeTokens) {
        return new Pace(tokensPerSecond, freeTokens, System.nanoTime());
    }

    /**
     * Waits until more may be sent.
     *
     * @param sent tokens sent so far
     */
    void await(long sent) throws InterruptedException {
        long wait = waitNanos(sent, System.nanoTime());
        if (wait > 0) {
            TimeUnit.NANOSECONDS.sleep(wait);
        }
    }

    /** How long is to be waited at {@code now}; 0 or less for not at all. */
    long waitNanos(long sent, long now) {
        if (tokensPerSecond == 0 || sent <= freeTokens) {
            return 0;
        }
        double due = 1e9 * (sent - freeTokens) / tokensPerSecond;
        return (long) due - (now - startedNanos);
    }
}
