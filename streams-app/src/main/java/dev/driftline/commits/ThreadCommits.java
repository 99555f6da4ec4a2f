package dev.driftline.commits;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.apache.kafka.streams.processor.Cancellable;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.RecordMetadata;

/** When one stream thread commits: see {@link EarlyCommits}. Used by that thread only. */
public final class ThreadCommits {

    /** Commits take at most 1 / SHARE of the time of a thread. */
    static final int SHARE = 3;

    /** A poll of more records than this is treated as backlog, and the commit is delayed to batch more. */
    private static final int BACKLOG_RECORDS = 100;

    private static final long BACKLOG_DELAY_NANOS = TimeUnit.MILLISECONDS.toNanos(4);

    /** A commit that is due later; {@code owner} is the context of the task that requests it. */
    private record Wake(ProcessorContext<?, ?> owner, Cancellable punctuation) {}

    private final boolean wanted;
    private final LongSupplier nanoTime;
    private final CommitClock clock;
    private final CommitRamp ramp;
    private int polled;
    private int processed;
    private boolean inside;
    private String topic = "";
    private int partition;
    private long offset;
    private Optional<Wake> wake = Optional.empty();

    ThreadCommits(boolean wanted, OptionalLong pace, LongSupplier nanoTime) {
        this.wanted = wanted;
        this.nanoTime = nanoTime;
        clock = new CommitClock(nanoTime);
        ramp = new CommitRamp(clock, pace);
    }

    /** How long the commits of this thread take. */
    public CommitClock clock() {
        return clock;
    }

    /** A poll of this thread has returned {@code records} records. */
    void polled(int records) {
        if (wanted) {
            // A thread polls when it has processed everything. If it has not, because a task was closed, the commit
            // comes one poll early or late.
            polled = records;
            processed = 0;
        }
    }

    /** A processor gets a record; false if another processor calls it while processing that record. */
    boolean enter() {
        boolean first = !inside;
        inside = true;
        return first;
    }

    /** The processor for which {@link #enter()} was true has returned, or thrown. */
    void leave() {
        inside = false;
    }

    /**
     * A task of this thread has processed a record of a source topic, that of {@code context}. Ignored if the context has
     * none, or the same one as before: two processors may read the same source.
     */
    void processed(ProcessorContext<?, ?> context) {
        RecordMetadata record = context.recordMetadata().orElse(null);
        if (record == null || isLast(record)) {
            return;
        }
        topic = record.topic();
        partition = record.partition();
        offset = record.offset();
        processed++;
        clock.isOver();
        long now = nanoTime.getAsLong();
        ramp.processed(now);
        if (polled > processed) {
            if (ramp.isDue(now)) {
                context.commit();
            }
        } else {
            sent(context);
        }
    }

    /** A task of this thread has sent a record from a punctuation; the sending processor calls this. */
    public void sent(ProcessorContext<?, ?> context) {
        if (polled > 0 && processed >= polled) {
            commitSoon(context);
        }
    }

    /** The task of {@code context} is closed, and its scheduled commit is cancelled. */
    void closed(ProcessorContext<?, ?> context) {
        if (wake.isPresent() && wake.get().owner() == context) {
            cancelWake();
        }
    }

    private boolean isLast(RecordMetadata record) {
        return record.offset() == offset && record.partition() == partition && topic.equals(record.topic());
    }

    private void commitSoon(ProcessorContext<?, ?> context) {
        long wait = clock.took() == 0 ? 0 : clock.ended() + (SHARE - 1) * clock.took() - nanoTime.getAsLong();
        if (polled > BACKLOG_RECORDS) {
            wait = Math.max(wait, BACKLOG_DELAY_NANOS);
        }
        if (wait <= 0) {
            commit(context);
        } else if (wake.isEmpty()) {
            wake = Optional.of(new Wake(
                    context,
                    context.schedule(
                            Duration.ofMillis(1 + TimeUnit.NANOSECONDS.toMillis(wait)),
                            PunctuationType.WALL_CLOCK_TIME,
                            time -> awake(context))));
        }
    }

    private void awake(ProcessorContext<?, ?> context) {
        cancelWake();
        if (processed >= polled) {
            commit(context);
        }
    }

    private void cancelWake() {
        wake.ifPresent(due -> due.punctuation().cancel());
        wake = Optional.empty();
    }

    private void commit(ProcessorContext<?, ?> context) {
        ramp.idle();
        context.commit();
    }
}
