package dev.driftline.topics;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class SizeAdviceTest {

    @Test
    void shouldRefuseTopicsThatAreTooSmallWithTheCommandThatMendsThem() {
        String advice = SizeAdvice.of(
                        Map.of(
                                "driftline.documents.v1",
                                1000,
                                "driftline.scores.v1",
                                3000,
                                "app-sources-changelog",
                                2000),
                        3000,
                        "kafka:9092")
                .orElseThrow();

        assertThat(advice)
                .contains("2 topics", "1000 bytes", "3000", "document.max.bytes")
                .endsWith("for topic in app-sources-changelog driftline.documents.v1; do kafka-configs.sh"
                        + " --bootstrap-server kafka:9092 --alter --entity-type topics --entity-name $topic --add-config"
                        + " max.message.bytes=3000; done");
    }

    @Test
    void shouldHaveNoAdviceWhereEveryTopicTakesWhatItHasTo() {
        assertThat(SizeAdvice.of(Map.of("driftline.documents.v1", 3000, "driftline.scores.v1", 4000), 3000, "b:1"))
                .isEmpty();
    }
}
