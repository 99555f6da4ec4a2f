package dev.driftline.commits;

import java.util.concurrent.TimeUnit;

/**
 * When a thread with a backlog commits before the interval.
 *
 * <p>Until its first commit, the tasks downstream have nothing to do, so that commit comes soon. Each later commit waits
 * twice as long as the previous one, until the interval is shorter. So the tasks downstream start within a fraction of the
 * interval, and a thread that stays busy soon commits, and writes pages, at the interval only.
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

    /** The thread has processed everything: the next backlog starts a new ramp. */
    void idle() {
        step = 0;
    }

    /** Whether a busy thread must commit at {@code now} of {@link System#nanoTime()}; true once for each commit. */
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
