package dev.driftline.network.scoring;

import java.util.concurrent.TimeUnit;

/**
 * How long the network may still hold a stream thread up before the next tick: one budget for each thread, whatever the
 * number of its partitions and documents, so that polls, commits and transactions go on. Thread-safe.
 */
final class WaitBudget {

    /** Well below the shortest transaction timeout; the time between two ticks must be small beside it. */
    static final long WAIT_MS = 500;

    private static final class Left {
        long nanos = TimeUnit.MILLISECONDS.toNanos(WAIT_MS);
    }

    private final ThreadLocal<Left> left = ThreadLocal.withInitial(Left::new);

    /** What is left of it, in nanoseconds. */
    long left() {
        return left.get().nanos;
    }

    /** Takes what was waited, in nanoseconds. */
    void spend(long nanos) {
        Left budget = left.get();
        budget.nanos = Math.max(0, budget.nanos - nanos);
    }

    /** The whole again. */
    void renew() {
        left.get().nanos = TimeUnit.MILLISECONDS.toNanos(WAIT_MS);
    }
}
