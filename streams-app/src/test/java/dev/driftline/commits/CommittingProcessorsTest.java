package dev.driftline.commits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.junit.jupiter.api.Test;

class CommittingProcessorsTest {

    private final EarlyCommits commits = new EarlyCommits(true, 1000, () -> 1);
    private final MockProcessorContext<String, String> context = new MockProcessorContext<>();

    /** A processor that calls {@code next} for every record. */
    private Processor<String, String, String, String> wrapped(Runnable next) {
        CommittingProcessors wrapper = new CommittingProcessors();
        wrapper.configure(Map.of(EarlyCommits.CONFIG, commits));
        Processor<String, String, String, String> processor = wrapper.<String, String, String, String>
                        wrapProcessorSupplier("any", () -> new Processor<>() {
                    @Override
                    public void init(ProcessorContext<String, String> given) {}

                    @Override
                    public void process(Record<String, String> record) {
                        next.run();
                    }
                })
                .get();
        processor.init(context);
        return processor;
    }

    private static final Record<String, String> RECORD = new Record<>("key", "value", 0);

    @Test
    void shouldCountARecordOnceWhenItPassesTwoProcessors() {
        Processor<String, String, String, String> lower = wrapped(() -> {});
        Processor<String, String, String, String> upper = wrapped(() -> lower.process(RECORD));
        commits.ofThread().polled(2);

        context.setRecordMetadata("topic", 0, 0);
        upper.process(RECORD);
        assertThat(context.committed()).as("with a record left").isFalse();

        context.setRecordMetadata("topic", 0, 1);
        upper.process(RECORD);
        assertThat(context.committed()).isTrue();
    }

    @Test
    void shouldCountOnAfterAProcessorHasThrown() {
        Processor<String, String, String, String> failing = wrapped(() -> {
            throw new IllegalStateException("broken");
        });
        commits.ofThread().polled(1);
        context.setRecordMetadata("topic", 0, 0);
        assertThatThrownBy(() -> failing.process(RECORD)).hasMessage("broken");
        assertThat(context.committed()).as("what failed").isFalse();

        wrapped(() -> {}).process(RECORD);

        assertThat(context.committed()).isTrue();
    }

    @Test
    void shouldRefuseToBeMadeWithoutTheCommitsOfAService() {
        assertThatThrownBy(() -> new CommittingProcessors().configure(Map.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(EarlyCommits.CONFIG);
    }
}
