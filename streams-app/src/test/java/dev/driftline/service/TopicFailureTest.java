package dev.driftline.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.driftline.config.DriftlineConfig;
import dev.driftline.config.MisconfiguredException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.streams.errors.MissingSourceTopicException;
import org.apache.kafka.streams.errors.StreamsException;
import org.junit.jupiter.api.Test;

class TopicFailureTest {

    private static final StreamsException PARTITIONS = new StreamsException(
            "Existing internal topic driftline-sources-changelog has invalid partitions: expected: 2;"
                    + " actual: 1. Use 'org.apache.kafka.tools.StreamsResetter' tool to clean up invalid topics");

    private final MisconfiguredException advice = new MisconfiguredException("delete that topic alone");

    @Test
    void shouldSayWhatIsWrongWithTheTopicsInPlaceOfKafkasAdvice() {
        TopicFailure wrong = new TopicFailure(DriftlineConfig.defaults(), config -> {
            throw advice;
        });

        assertThat(wrong.explain(new RuntimeException(PARTITIONS))).isSameAs(advice);
        assertThat(wrong.explain(new MissingSourceTopicException("driftline.text.v1")))
                .isSameAs(advice);
        RuntimeException other = new RuntimeException("something else");
        assertThat(wrong.explain(other)).isSameAs(other);
    }

    @Test
    void shouldLeaveTheFailureAsItIsWhereTheTopicsAreRightOrCannotBeSeen() {
        assertThat(new TopicFailure(DriftlineConfig.defaults(), config -> {}).explain(PARTITIONS))
                .isSameAs(PARTITIONS);
        assertThat(new TopicFailure(DriftlineConfig.defaults(), config -> {
                            throw new TimeoutException("no broker");
                        })
                        .explain(PARTITIONS))
                .isSameAs(PARTITIONS);
    }
}
