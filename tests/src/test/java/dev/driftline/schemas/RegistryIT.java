package dev.driftline.schemas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.driftline.testing.Application;
import dev.driftline.testing.Cluster;
import dev.driftline.testing.NodeProject;
import dev.driftline.testing.SmallDocuments;
import dev.driftline.topics.Topic;
import io.confluent.kafka.schemaregistry.avro.AvroSchema;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.junit.jupiter.api.Test;

/** Schemas in a real registry, and strangers who know nothing but that registry. */
class RegistryIT {

    private static final List<Topic> PUBLIC = List.of(Topic.TEXT, Topic.DOCUMENTS, Topic.SCORES, Topic.PREDICTIONS);

    @Test
    void shouldHoldEverySubjectToBackwardCompatibility(Cluster cluster) throws Exception {
        try (Application application = cluster.application("subjects", Map.of());
                SchemaRegistryClient registry = application.serdes().client()) {
            for (Topic topic : PUBLIC) {
                String subject = application.topic(topic) + Subjects.VALUE_SUFFIX;
                assertThat(registry.getCompatibility(subject)).isEqualTo("BACKWARD");
                assertThat(registry.getAllVersions(subject)).as(subject).hasSize(1);
                Schema registered = new Schema.Parser()
                        .parse(registry.getLatestSchemaMetadata(subject).getSchema());
                assertThat(registered)
                        .isEqualTo(Subjects.schemaOf(topic.recordType().orElseThrow()));
                assertThat(registered.getFields()).as(subject).allMatch(field -> field.doc() != null);
            }
        }
    }

    @Test
    void shouldTakeACompatibleSchemaAndRefuseAnIncompatibleOne(Cluster cluster) throws Exception {
        try (Application application = cluster.application("evolving", Map.of());
                SchemaRegistryClient registry = application.serdes().client()) {
            String subject = application.topic(Topic.SCORES) + Subjects.VALUE_SUFFIX;
            String current = Subjects.schemaOf(Score.class).toString();

            String optionalField = current.replace(
                    "\"fields\":[{\"name\":\"id\"",
                    "\"fields\":[{\"name\":\"mood\",\"type\":\"int\",\"default\":0},{\"name\":\"id\"");
            assertThat(optionalField).isNotEqualTo(current);
            registry.register(subject, new AvroSchema(optionalField));
            assertThat(registry.getAllVersions(subject)).hasSize(2);

            String mandatoryField = optionalField.replace(
                    "{\"name\":\"mood\",\"type\":\"int\",\"default\":0}", "{\"name\":\"temper\",\"type\":\"int\"}");
            assertThatThrownBy(() -> registry.register(subject, new AvroSchema(mandatoryField)))
                    .isInstanceOf(RestClientException.class)
                    .satisfies(refusal -> assertThat(((RestClientException) refusal).getStatus())
                            .isEqualTo(409));

            // And our own command says it in its own words.
            assertThatThrownBy(() ->
                            new Subjects(registry).register(Map.of(application.topic(Topic.SCORES), Prediction.class)))
                    .isInstanceOf(IncompatibleSchemaException.class)
                    .hasMessageContaining(subject);
        }
    }

    @Test
    void shouldBeReadByAConsumerThatKnowsOnlyTheRegistry(Cluster cluster) throws Exception {
        int documents = 50;
        try (NodeProject node =
                        NodeProject.with("kafkajs@2.2.4", "@kafkajs/confluent-schema-registry@3.8.0", "lz4js@0.2.0");
                Application application = cluster.application("stranger", Map.of("shards", "1", "partitions", "2"))) {
            application.publish(new SmallDocuments(6).next(documents));
            application.start("one");
            List<Score> scores = application
                    .scores()
                    .awaitSize(documents, Duration.ofMinutes(1))
                    .values();

            List<String> lines = node.run(
                    "/node/read-topic.js",
                    Duration.ofMinutes(1),
                    cluster.bootstrapServers(),
                    cluster.registryUrl(),
                    application.topic(Topic.SCORES),
                    Integer.toString(documents));

            ObjectMapper json = new ObjectMapper();
            assertThat(lines).hasSize(documents);
            for (String line : lines) {
                JsonNode record = json.readTree(line);
                JsonNode value = record.get("value");
                Score expected = scores.stream()
                        .filter(score -> score.getId().equals(record.get("key").asText()))
                        .findFirst()
                        .orElseThrow();
                assertThat(value.get("id").asText()).isEqualTo(expected.getId());
                assertThat(value.get("tokens").asInt()).isEqualTo(expected.getTokens());
                assertThat(value.get("mixture_perplexity").asDouble())
                        .isCloseTo(expected.getMixturePerplexity(), within(1e-9));
                assertThat(value.get("experts")).hasSameSizeAs(expected.getExperts());
                assertThat(Instant.ofEpochMilli(value.get("published_at").asLong()))
                        .isEqualTo(expected.getPublishedAt());
            }
        }
    }
}
