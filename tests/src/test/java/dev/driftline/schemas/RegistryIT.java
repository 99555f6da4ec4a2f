package dev.driftline.schemas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.driftline.testing.Application;
import dev.driftline.testing.Cluster;
import dev.driftline.topics.Topic;
import io.confluent.kafka.schemaregistry.avro.AvroSchema;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.junit.jupiter.api.Test;

/** Schemas in a real registry. */
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
}
