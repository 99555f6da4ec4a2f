package dev.driftline.commits;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.processor.api.MockProcessorContext.CapturedPunctuator;
import org.junit.jupiter.api.Test;

class EarlyCommitsTest {

    private static final int FEW = 3;
    private static final int MANY = 1000;

    private final AtomicLong now = new AtomicLong(TimeUnit.DAYS.toNanos(1));
    private final MockProcessorContext<byte[], byte[]> context = new MockProcessorContext<>();
    private final ThreadCommits commits = new EarlyCommits(true, 1000, now::get).ofThread();
    private long offset;

    @Test
    void shouldCommitOnceAllThatWasPolledIsProcessed() {
        commits.polled(FEW);

        process(FEW - 1);
        assertThat(context.committed()).as("with a record left").isFalse();

        process(1);
        assertThat(context.committed()).isTrue();
    }

    @Test
    void shouldCountARecordOnceWhenTwoProcessorsReadItsSource() {
        commits.polled(2);

        process(1);
        commits.processed(context);
        assertThat(context.committed()).as("with a record left").isFalse();

        process(1);
        assertThat(context.committed()).isTrue();
    }

    @Test
    void shouldCountNothingThatAPunctuationSendsThroughAProcessor() {
        commits.polled(1);
        MockProcessorContext<byte[], byte[]> withoutRecord = new MockProcessorContext<>();

        commits.processed(withoutRecord);

        assertThat(withoutRecord.committed()).isFalse();
    }

    @Test
    void shouldCommitWhatAPunctuationSent() {
        commits.polled(FEW);
        process(FEW);
        context.resetCommit();

        commits.sent(context);

        assertThat(context.committed()).isTrue();
    }

    @Test
    void shouldLeaveABacklogToTheInterval() {
        commits.polled(MANY);
        process(MANY);
        assertThat(context.committed()).as("right after a large poll").isFalse();

        commits.polled(MANY);
        awake();

        assertThat(context.committed()).as("when more has come").isFalse();
    }

    @Test
    void shouldCommitAfterALargePollThatNothingFollows() {
        commits.polled(MANY);
        process(MANY);

        awake();

        assertThat(context.committed()).isTrue();
    }

    @Test
    void shouldCancelWhatAClosedTaskWasToCommit() {
        commits.polled(MANY);
        process(MANY);

        commits.closed(context);

        assertThat(context.scheduledPunctuators())
                .singleElement()
                .satisfies(punctuator -> assertThat(punctuator.cancelled()).isTrue());
        MockProcessorContext<byte[], byte[]> other = new MockProcessorContext<>();
        commits.sent(other);
        assertThat(other.scheduledPunctuators()).as("of the next task").hasSize(1);
    }

    @Test
    void shouldCommitEverRarerWhileABacklogIsBegun() {
        CommitRamp ramp = new CommitRamp(new CommitClock(now::get), OptionalLong.empty());
        long start = now.get();
        assertThat(ramp.isDue(start)).as("at once").isFalse();

        assertThat(dueAfter(ramp, start)).containsExactly(20L, 60L, 140L, 300L, 620L, 1260L);

        ramp.idle();
        long later = start + TimeUnit.SECONDS.toNanos(10);
        assertThat(ramp.isDue(later)).as("when the next begins").isFalse();
        assertThat(dueAfter(ramp, later)).startsWith(20L, 60L);
    }

    @Test
    void shouldBeginABacklogAfterAQuietTimeWhateverCommitsTake() {
        commits.polled(MANY);
        process(1);
        commit(Duration.ofMillis(50));

        pass(Duration.ofMillis(20));
        process(1);
        assertThat(context.committed()).as("20 ms after a commit of 50 ms").isTrue();
    }

    @Test
    void shouldKeepCommitsToTheirShareWhereRecordsNeverCease() {
        workForASecond(commits);
        commit(Duration.ofMillis(50));
        context.resetCommit();
        commits.polled(MANY);

        process(1);
        pass(Duration.ofMillis(99));
        process(1);
        assertThat(context.committed()).as("99 ms after a commit of 50 ms").isFalse();

        pass(Duration.ofMillis(1));
        process(1);
        assertThat(context.committed()).as("a third of the time").isTrue();
    }

    /** The milliseconds after {@code start} at which a commit is due, of the first two thousand. */
    private static List<Long> dueAfter(CommitRamp ramp, long start) {
        return LongStream.range(0, 2000)
                .filter(millis -> ramp.isDue(start + TimeUnit.MILLISECONDS.toNanos(millis)))
                .boxed()
                .toList();
    }

    @Test
    void shouldCommitSoonAfterABacklogIsBegun() {
        commits.polled(MANY);

        process(1);
        pass(Duration.ofMillis(19));
        process(1);
        assertThat(context.committed()).as("after 19 ms").isFalse();

        pass(Duration.ofMillis(1));
        process(1);
        assertThat(context.committed()).as("after 20 ms").isTrue();
    }

    @Test
    void shouldWaitTwiceAsLongAsTheLastCommitTook() {
        commit(Duration.ofSeconds(2));
        commits.polled(FEW);

        process(FEW);

        assertThat(context.committed()).isFalse();
        assertThat(context.scheduledPunctuators())
                .singleElement()
                .satisfies(punctuator -> assertThat(punctuator.getInterval()).isEqualTo(Duration.ofMillis(4_001)));
    }

    @Test
    void shouldKeepToAShortIntervalWhileBusy() {
        CommitRamp ramp =
                new CommitRamp(new CommitClock(now::get), OptionalLong.of(TimeUnit.MILLISECONDS.toNanos(100)));
        long start = now.get();
        assertThat(ramp.isDue(start)).as("at once").isFalse();

        assertThat(dueAfter(ramp, start)).startsWith(20L, 60L, 140L, 240L, 340L, 440L);
    }

    @Test
    void shouldCommitLessOftenThanTheIntervalWhereCommitsTakeLong() {
        ThreadCommits paced = new EarlyCommits(true, 100, now::get).ofThread();
        workForASecond(paced);
        commit(paced, Duration.ofMillis(60));
        context.resetCommit();
        paced.polled(MANY);
        process(paced, 1);

        pass(Duration.ofMillis(119));
        process(paced, 1);
        assertThat(context.committed()).as("after 119 ms").isFalse();

        pass(Duration.ofMillis(1));
        process(paced, 1);
        assertThat(context.committed()).as("a third of the time").isTrue();
    }

    @Test
    void shouldTellKafkaALongerIntervalWhereThreadsKeepAShortOne() {
        assertThat(new EarlyCommits(true, 100).longestMillis(100)).isEqualTo(1000);
        assertThat(new EarlyCommits(true, 5).longestMillis(5)).isEqualTo(50);
        assertThat(new EarlyCommits(true, 30_000).longestMillis(30_000)).isEqualTo(30_000);
        assertThat(new EarlyCommits(false, 100).longestMillis(100)).isEqualTo(100);
    }

    @Test
    void shouldLearnNothingFromACommitWithNothingInIt() {
        commits.polled(1);
        process(1);
        commit(Duration.ofMillis(40));

        commit(Duration.ofMillis(1));
        assertThat(commits.clock().took()).as("with nothing processed").isEqualTo(TimeUnit.MILLISECONDS.toNanos(40));

        process(1);
        commit(Duration.ofMillis(2));
        assertThat(commits.clock().took()).isEqualTo(TimeUnit.MILLISECONDS.toNanos(2));
    }

    @Test
    void shouldCountTheTimeInWhichStoresTakeInWhatWasCommitted() {
        commit(Duration.ofMillis(20));
        long began = commits.clock().now();
        pass(Duration.ofMillis(5));

        commits.clock().stored(began);

        assertThat(commits.clock().took()).isEqualTo(TimeUnit.MILLISECONDS.toNanos(25));
        assertThat(commits.clock().ended()).isEqualTo(now.get());
    }

    @Test
    void shouldCountTheEndOfTheTransactionAndNoTimeAfterIt() {
        commit(Duration.ofMillis(20));
        assertThat(commits.clock().took()).isEqualTo(TimeUnit.MILLISECONDS.toNanos(20));

        pass(Duration.ofMillis(300));
        commits.clock().committed();

        assertThat(commits.clock().took())
                .as("a transaction without a store")
                .isEqualTo(TimeUnit.MILLISECONDS.toNanos(20));
    }

    @Test
    void shouldAskForNothingWhereItIsNotWanted() {
        ThreadCommits off = EarlyCommits.off().ofThread();
        off.polled(1);
        context.setRecordMetadata("documents", 0, 0);

        off.processed(context);

        assertThat(context.committed()).isFalse();
        assertThat(context.scheduledPunctuators()).isEmpty();
    }

    @Test
    void shouldCountARecordThatWasThrownOutOfAProcessorNoMore() {
        assertThat(commits.enter()).isTrue();
        assertThat(commits.enter()).as("further down").isFalse();
        commits.leave();

        assertThat(commits.enter()).as("the next record").isTrue();
    }

    private void process(int records) {
        process(commits, records);
    }

    private void process(ThreadCommits thread, int records) {
        for (int i = 0; i < records; i++) {
            context.setRecordMetadata("documents", 0, offset++);
            thread.processed(context);
        }
    }

    private void workForASecond(ThreadCommits thread) {
        for (int i = 0; i < 10; i++) {
            thread.polled(1);
            process(thread, 1);
            pass(Duration.ofMillis(100));
        }
    }

    private void commit(Duration took) {
        commit(commits, took);
    }

    private void commit(ThreadCommits thread, Duration took) {
        long began = thread.clock().now();
        pass(took);
        thread.clock().wroteBack(began);
        thread.clock().committed();
    }

    private void pass(Duration time) {
        now.addAndGet(time.toNanos());
    }

    /** Does what is due later, once. */
    private void awake() {
        List<CapturedPunctuator> due = context.scheduledPunctuators();
        assertThat(due).singleElement().satisfies(punctuator -> {
            punctuator.getPunctuator().punctuate(0);
            assertThat(punctuator.cancelled()).isTrue();
        });
    }
}
