package dev.driftline.commits;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
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
