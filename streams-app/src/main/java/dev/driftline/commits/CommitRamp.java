package dev.driftline.commits;

import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/**
 * When a thread commits that has more records than it has processed.
 *
 * <p>Until its first commit, the tasks downstream have nothing to do, so that commit comes soon. Each later commit waits
 * twice as long as the previous one, until the interval is shorter. So the tasks downstream start within a fraction of the
 * interval, and a thread that stays busy soon commits, and writes pages, at the interval only.
 *
 * <p>Commits take at most 1 / {@value ThreadCommits#SHARE} of the time. At the beginning that would delay the second hop
 * by twice what the first transaction of a producer takes, so it does not hold for a moment after a quiet time.
 *
 * <p>One for each thread, used by that thread only.
 */
final class CommitRamp {

    private static final long FIRST_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    /** After a quiet time, for how long the ramp alone decides, whatever commits take: until the third hop has its work. */
    private static final long FREE_NANOS = TimeUnit.MILLISECONDS.toNanos(700);

    /** A thread without a record for so long was quiet: what comes then may be the beginning of a backlog. */
    private static final long QUIET_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final long LONGEST_NANOS = TimeUnit.HOURS.toNanos(1);

    private final CommitClock clock;
    private final long longest;
    private long began;
    private long step;
    private long since;
    private long lastRecord;

    /**
     * @param clock how long the commits of the thread take
     * @param pace nanoseconds between commits when the ramp is over; empty leaves them to the interval of Kafka Streams
     */
    CommitRamp(CommitClock clock, OptionalLong pace) {
        this.clock = clock;
        longest = pace.orElse(LONGEST_NANOS);
    }

    /** The thread has processed everything: the next backlog starts a new ramp. */
    void idle() {
        step = 0;
    }

    /** A record was processed, at {@code now} of {@link System#nanoTime()}. */
    void processed(long now) {
        if (lastRecord == 0 || now - lastRecord > QUIET_NANOS) {
            began = now;
            step = 0;
        }
        lastRecord = now;
    }

    /** Whether a busy thread must commit at {@code now} of {@link System#nanoTime()}; true once for each commit. */
    boolean isDue(long now) {
        if (step == 0) {
            step = Math.min(longest, FIRST_NANOS);
            since = now;
            return false;
        }
        if (clock.took() != 0 && clock.ended() - since > 0) {
            since = clock.ended();
        }
        long bound = now - began < FREE_NANOS ? 0 : (ThreadCommits.SHARE - 1) * clock.took();
        if (now - since < Math.max(step, bound)) {
            return false;
        }
        step = Math.min(longest, 2 * step);
        since = now;
        return true;
    }
}
