package dev.driftline.topics;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LayoutTest {

    private static final TopicNames NAMES = new TopicNames("driftline.");

    @ParameterizedTest
    @CsvSource({
        // shards, partitions, existing topics, layout
        "1, 1, '', ONE_TASK",
        "1, 4, '', ONE_SHARD",
        "4, 4, '', SHARDS",
        "4, 1, '', SHARDS",
        // The partitions that inputs have count, not those that they are configured for.
        "1, 4, 'DOCUMENTS=1 TEXT=1', ONE_TASK",
        "1, 1, 'DOCUMENTS=3 TEXT=1', ONE_SHARD",
        "1, 1, 'DOCUMENTS=1 TEXT=3', ONE_SHARD",
        // What is between the steps counts before all else: a service keeps what it began with.
        "1, 1, 'DOCUMENTS=1 TEXT=1 NGRAM_DOCUMENTS=1', ONE_SHARD",
        "1, 1, 'DOCUMENTS=1 TEXT=1 NGRAM_REQUESTS=1 NGRAM_REPLIES=1', SHARDS",
        "1, 4, 'DOCUMENTS=4 TEXT=4 NGRAM_REQUESTS=1 NGRAM_REPLIES=4', SHARDS",
        "1, 1, 'DOCUMENTS=1 TEXT=1 NGRAM_REPLIES=1', SHARDS",
        "1, 1, 'NGRAM_REQUESTS=1', SHARDS"
    })
    void shouldFollowFromTheTopicsThatThereAre(int shards, int partitions, String existing, Layout expected) {
        assertThat(Layout.of(shards, partitions, topics(existing))).isEqualTo(expected);
        assertThat(Layout.refusal(shards, topics(existing), NAMES)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "1, 'DOCUMENTS=1 NGRAM_DOCUMENTS=1 NGRAM_REQUESTS=1', both driftline.ngram-documents.v1",
        "4, 'DOCUMENTS=4 NGRAM_DOCUMENTS=1', set shards=1"
    })
    void shouldRefuseTopicsThatDoNotFitEachOtherWithTheCure(int shards, String existing, String expected) {
        Optional<String> refusal = Layout.refusal(shards, topics(existing), NAMES);

        assertThat(refusal).hasValueSatisfying(message -> assertThat(message).contains(expected));
    }

    @Test
    void shouldHaveTheTopicsBetweenItsStepsAndAllThatAreNotBetweenSteps() {
        assertThat(Arrays.stream(Topic.values()).filter(topic -> !Layout.ONE_TASK.has(topic)))
                .containsExactly(Topic.NGRAM_REQUESTS, Topic.NGRAM_REPLIES, Topic.NGRAM_DOCUMENTS);
        assertThat(Arrays.stream(Topic.values()).filter(topic -> !Layout.ONE_SHARD.has(topic)))
                .containsExactly(Topic.NGRAM_REQUESTS, Topic.NGRAM_REPLIES);
        assertThat(Arrays.stream(Topic.values()).filter(topic -> !Layout.SHARDS.has(topic)))
                .containsExactly(Topic.NGRAM_DOCUMENTS);
    }

    private static Map<Topic, Integer> topics(String text) {
        Map<Topic, Integer> topics = new EnumMap<>(Topic.class);
        for (String one : text.isEmpty() ? new String[0] : text.split(" ")) {
            String[] parts = one.split("=");
            topics.put(Topic.valueOf(parts[0]), Integer.parseInt(parts[1]));
        }
        return topics;
    }
}
