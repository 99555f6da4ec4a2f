package dev.driftline.commits;

import java.util.concurrent.TimeUnit;

/**
 * When a thread that has begun to process a backlog commits before the interval.
 *
 * <p>The tasks downstream have nothing to do until its first commit, so that comes soon; each later one comes after twice
 * as long as the one before, until the interval comes first. So the tasks downstream start within a fraction of the
 * interval, and a thread that stays busy soon commits, and writes pages, no more often than the interval says.
 *
 * <p>One for each thread, used by that thread only.
 */
final class CommitRamp {

    private static final long FIRST_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final long LONGEST_NANOS = TimeUnit.HOURS.toNanos(1);

    private final CommitClock clock;
    private long step;
    private long since;

    CommitRamp(CommitClock clock) {
        this.clock = clock;
    }

    /** The thread has nothing left to do: the next backlog begins anew. */
    void idle() {
        step = 0;
    }

    /** Whether a commit is due at {@code now} of {@link System#nanoTime()}, with work left; true once a commit. */
    boolean isDue(long now) {
        if (step == 0) {
            step = FIRST_NANOS;
            since = now;
            return false;
        }
        if (clock.took() != 0 && clock.ended() - since > 0) {
            since = clock.ended();
        }
        if (now - since < Math.max(step, (ThreadCommits.SHARE - 1) * clock.took())) {
            return false;
        }
        step = Math.min(LONGEST_NANOS, 2 * step);
        since = now;
        return true;
    }
}
