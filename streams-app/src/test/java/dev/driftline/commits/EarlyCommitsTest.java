package dev.driftline.commits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.processor.api.MockProcessorContext.CapturedPunctuator;
import org.junit.jupiter.api.Test;

class EarlyCommitsTest {

    private static final int FEW = 3;
    private static final int MANY = 1000;

    private final MockProcessorContext<byte[], byte[]> context = new MockProcessorContext<>();
    private final EarlyCommits commits = new EarlyCommits();

    @Test
    void shouldCommitOnceAllThatWasPolledIsWorkedOff() {
        commits.polled(FEW);

        workOff(FEW - 1);
        assertThat(context.committed()).as("with a record left").isFalse();

        workOff(1);
        assertThat(context.committed()).isTrue();
    }

    @Test
    void shouldCommitWhatAPunctuationSent() {
        commits.polled(FEW);
        workOff(FEW);
        context.resetCommit();

        commits.sent(context);

        assertThat(context.committed()).isTrue();
    }

    @Test
    void shouldLeaveABacklogToTheInterval() {
        commits.polled(MANY);
        workOff(MANY);
        assertThat(context.committed()).as("right after a large poll").isFalse();

        commits.polled(MANY);
        awake();

        assertThat(context.committed()).as("when more has come").isFalse();
    }

    @Test
    void shouldCommitAfterALargePollThatNothingFollows() {
        commits.polled(MANY);
        workOff(MANY);

        awake();

        assertThat(context.committed()).isTrue();
    }

    @Test
    void shouldCommitEverRarerWhileABacklogIsBegun() {
        CommitRamp ramp = new CommitRamp(new CommitClock());
        long start = System.nanoTime();
        assertThat(ramp.isDue(start)).as("at once").isFalse();

        assertThat(dueAfter(ramp, start)).containsExactly(50L, 150L, 350L, 750L, 1550L);

        ramp.idle();
        long later = start + TimeUnit.SECONDS.toNanos(10);
        assertThat(ramp.isDue(later)).as("when the next begins").isFalse();
        assertThat(dueAfter(ramp, later)).startsWith(50L, 150L);
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
        await().pollInterval(Duration.ofMillis(5)).until(() -> {
            workOff(1);
            return context.committed();
        });
    }

    @Test
    void shouldWaitThreeTimesAsLongAsTheLastCommitTook() {
        CommitClock clock = CommitClock.ofThread();
        try {
            clock.wroteBack(System.nanoTime() - TimeUnit.SECONDS.toNanos(2));
            clock.committed();
            commits.polled(FEW);

            workOff(FEW);

            assertThat(context.committed()).isFalse();
            assertThat(context.scheduledPunctuators())
                    .singleElement()
                    .satisfies(punctuator -> assertThat(punctuator.getInterval())
                            .isBetween(Duration.ofMillis(5_500), Duration.ofMillis(7_000)));
        } finally {
            // The next test is on the same thread.
            clock.wroteBack(System.nanoTime());
            clock.committed();
            await().until(() -> System.nanoTime() - clock.ended() > EarlyCommits.SHARE * clock.took());
        }
    }

    @Test
    void shouldCountTheEndOfTheTransactionAndNoTimeAfterIt() {
        CommitClock clock = CommitClock.ofThread();
        long start = System.nanoTime();
        clock.wroteBack(start);
        await().until(() -> System.nanoTime() - start > TimeUnit.MILLISECONDS.toNanos(20));
        clock.committed();
        long took = clock.took();

        assertThat(took).isBetween(TimeUnit.MILLISECONDS.toNanos(20), System.nanoTime() - start);
        clock.committed();
        assertThat(clock.took()).as("a transaction without a store").isEqualTo(took);
        await().until(() -> System.nanoTime() - clock.ended() > EarlyCommits.SHARE * clock.took());
    }

    @Test
    void shouldAskForNothingWhereItIsNotToldOfPolls() {
        workOff(FEW);

        assertThat(context.committed()).isFalse();
        assertThat(context.scheduledPunctuators()).isEmpty();
    }

    private void workOff(int records) {
        for (int i = 0; i < records; i++) {
            commits.workedOff(context);
        }
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
