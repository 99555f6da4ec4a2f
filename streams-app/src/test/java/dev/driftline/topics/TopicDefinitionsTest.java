package dev.driftline.topics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.driftline.config.DriftlineConfig;
import dev.driftline.config.InvalidConfigException;
import dev.driftline.schemas.Document;
import dev.driftline.schemas.Score;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TopicDefinitionsTest {

    private final DriftlineConfig config =
            DriftlineConfig.of(Map.of("shards", "3", "partitions", "5", "topics.retention.ms", "1000"));
    private final TopicDefinitions definitions = TopicDefinitions.of(config);

    @Test
    void shouldGiveScatterAndGatherTheSamePartitionsAndTheShardsTheirs() {
        for (Topic topic : List.of(Topic.TEXT, Topic.DOCUMENTS, Topic.NGRAM_REPLIES)) {
            assertThat(definitions.get(topic).partitions()).as(topic.name()).isEqualTo(5);
        }
        for (Topic topic : List.of(Topic.NGRAM_REQUESTS)) {
            assertThat(definitions.get(topic).partitions()).as(topic.name()).isEqualTo(3);
        }
    }

    @Test
    void shouldNameTopicsByPrefixAndVersion() {
        assertThat(definitions.all())
                .extracting(TopicDefinition::name)
                .containsExactly(
                        "driftline.text.v1",
                        "driftline.documents.v1",
                        "driftline.scores.v1",
                        "driftline.predictions.v1",
                        "driftline.dead-letters.v1",
                        "driftline.retractions.v1",
                        "driftline.ngram-requests.v1",
                        "driftline.ngram-replies.v1",
                        "driftline.snapshots.v1",
                        "driftline.training.v1",
                        "driftline.promotions.v1",
                        "driftline.encodings.v1",
                        "driftline.observations.v1",
                        "driftline.drift.v1",
                        "driftline.identity.v1");
    }

    @Test
    void shouldStateRetentionCleanupAndSizeOfEveryTopic() {
        assertThat(definitions.all())
                .allSatisfy(definition -> assertThat(definition.settings())
                        .containsEntry(
                                "cleanup.policy",
                                Set.of(Topic.SNAPSHOTS, Topic.IDENTITY).contains(definition.topic())
                                        ? "compact"
                                        : "delete")
                        .containsEntry("max.message.bytes", Integer.toString(config.maxRecordBytes()))
                        .containsKey("retention.ms"));
        assertThat(definitions.get(Topic.SCORES).settings()).containsEntry("retention.ms", "1000");
        assertThat(definitions.get(Topic.NGRAM_REPLIES).settings()).containsEntry("retention.ms", "259200000");
    }

    @Test
    void shouldStoreWhatOthersReadInACompressionThatEveryClientReads() {
        assertThat(definitions.all())
                .filteredOn(definition -> definition.settings().containsKey("compression.type"))
                .allSatisfy(definition -> assertThat(definition.settings()).containsEntry("compression.type", "gzip"))
                .extracting(TopicDefinition::topic)
                .containsExactlyInAnyOrder(
                        Topic.SCORES,
                        Topic.PREDICTIONS,
                        Topic.DEAD_LETTERS,
                        Topic.RETRACTIONS,
                        Topic.PROMOTIONS,
                        Topic.ENCODINGS,
                        Topic.DRIFT);
        TopicDefinitions kept = TopicDefinitions.of(config.with(Map.of("topics.compression", "producer")));
        assertThat(kept.get(Topic.SCORES).settings()).containsEntry("compression.type", "producer");
    }

    @Test
    void shouldKeepSnapshotsInOnePartitionForEverWhateverTheOthersHave() {
        TopicDefinition snapshots = definitions.get(Topic.SNAPSHOTS);
        assertThat(snapshots.partitions()).isEqualTo(1);
        assertThat(snapshots.settings()).containsEntry("retention.ms", "-1");
        TopicDefinitions small = TopicDefinitions.of(DriftlineConfig.of(
                Map.of("document.max.bytes", "1024", "document.max.tokens", "10", "token.max.bytes", "100")));
        assertThat(Integer.parseInt(small.get(Topic.SNAPSHOTS).settings().get("max.message.bytes")))
                .as("room for a chunk, its key and its headers")
                .isGreaterThan(512 * 1024 + 10_000);
    }

    @Test
    void shouldDefineTheTopicsThatAFilterSendsDocumentsToLikeTheirOwn(@TempDir Path folder) throws IOException {
        Path rules = folder.resolve("rules.json");
        Files.writeString(rules, """
            {"rules": [{"name": "odd", "if": {"percentile": "> 95"}, "to": "review.v1"}], "otherwise": "drop"}\
            """);
        TopicDefinitions filtered = TopicDefinitions.of(config.with(Map.of("filter.rules", rules.toString())));

        TopicDefinition review = filtered.all().get(filtered.all().size() - 1);
        assertThat(review.name()).isEqualTo("driftline.review.v1");
        assertThat(review.partitions()).isEqualTo(5);
        assertThat(review.settings())
                .containsAllEntriesOf(definitions.get(Topic.DOCUMENTS).settings())
                .containsEntry("compression.type", "gzip");
        assertThat(filtered.recordTypes()).containsEntry("driftline.review.v1", Document.class);
        assertThat(filtered.all()).hasSize(definitions.all().size() + 1);
    }

    @Test
    void shouldRefuseRulesThatSendDocumentsIntoATopicOfItsOwn(@TempDir Path folder) throws IOException {
        Path rules = folder.resolve("rules.json");
        Files.writeString(rules, """
            {"rules": [{"name": "loop", "if": {"percentile": "> 95"},
                        "to": "documents.v1"}]}\
            """);

        assertThatThrownBy(() -> TopicDefinitions.of(config.with(Map.of("filter.rules", rules.toString()))))
                .isInstanceOf(InvalidConfigException.class)
                .hasMessage("filter.rules: " + rules
                        + ", line 2: topic 'documents.v1' is used for something else: choose another name");
    }

    @Test
    void shouldKnowTheSchemaOfEveryPublicTopic() {
        assertThat(definitions.recordTypes()).hasSize(8).containsEntry("driftline.scores.v1", Score.class);
    }
}
