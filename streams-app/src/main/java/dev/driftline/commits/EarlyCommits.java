package dev.driftline.commits;

import java.time.Duration;
import org.apache.kafka.streams.processor.Cancellable;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.ProcessorContext;

/**
 * Asks for a commit as soon as a stream thread has worked off what it polled, so that a document does not wait for the
 * interval at each of its hops.
 *
 * <p>Under exactly-once the next hop reads a record only once it is committed. While records keep coming, commits take at
 * most one part in {@value #SHARE} of a thread's time: the longer they take, the rarer they get. A thread with a backlog
 * is never idle after a poll: it commits a few times while it gets under way ({@link CommitRamp}), then goes on by the
 * interval alone. A commit more or less changes no result.
 *
 * <p>Where nothing tells it of polls ({@code commit.early=false}, a test without a consumer), it asks for nothing.
 *
 * <p>One a thread, used by that thread only: {@link PolledRecords} tells it what was polled, the processors at the
 * beginning of each sub-topology what was worked off.
 */
public final class EarlyCommits {

    /** Commits take at most 1 / SHARE of the time. */
    static final int SHARE = 4;

    /** A poll that brought more is taken for part of a backlog: more is waited for before a commit. */
    private static final int BACKLOG_RECORDS = 250;

    private static final long BACKLOG_PATIENCE_NANOS = 4_000_000;
    private static final long MILLI = 1_000_000;
    /** After that, whoever was to be woken is taken to have been closed. */
    private static final long FORGOTTEN_NANOS = 1_000_000_000;

    private static final ThreadLocal<EarlyCommits> OF_THREAD = ThreadLocal.withInitial(EarlyCommits::new);

    private final CommitClock clock = CommitClock.ofThread();
    private final CommitRamp ramp = new CommitRamp(clock);
    private int polled;
    private int processed;
    private Cancellable wake;
    private long wakeAt;

    EarlyCommits() {}

    /** Those of the calling thread. */
    public static EarlyCommits ofThread() {
        return OF_THREAD.get();
    }

    /** A poll brought {@code records} records to this thread. */
    void polled(int records) {
        // A thread polls when it has worked off what it has. Where it has not, since a task was closed, the commit
        // comes early or late by a poll.
        polled = records;
        processed = 0;
    }

    /** A task has worked off a record. To be called by every processor behind a source. */
    public void workedOff(ProcessorContext<?, ?> context) {
        processed++;
        clock.isOver();
        if (polled > processed) {
            if (ramp.isDue(System.nanoTime())) {
                context.commit();
            }
        } else {
            sent(context);
        }
    }

    /** A task has sent something, from a punctuation perhaps. */
    public void sent(ProcessorContext<?, ?> context) {
        if (polled > 0 && processed >= polled) {
            commitSoon(context);
        }
    }

    private void commitSoon(ProcessorContext<?, ?> context) {
        long now = System.nanoTime();
        long wait = clock.took() == 0 ? 0 : clock.ended() + (SHARE - 1) * clock.took() - now;
        if (polled > BACKLOG_RECORDS) {
            wait = Math.max(wait, BACKLOG_PATIENCE_NANOS);
        }
        if (wait <= 0) {
            commit(context);
        } else if (wake == null || now > wakeAt + FORGOTTEN_NANOS) {
            wakeAt = now + wait;
            wake = context.schedule(
                    Duration.ofMillis(1 + wait / MILLI), PunctuationType.WALL_CLOCK_TIME, time -> awake(context));
        }
    }

    private void awake(ProcessorContext<?, ?> context) {
        if (wake != null) {
            wake.cancel();
            wake = null;
        }
        if (processed >= polled) {
            commit(context);
        }
    }

    private void commit(ProcessorContext<?, ?> context) {
        ramp.idle();
        context.commit();
    }
}
