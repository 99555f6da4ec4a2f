package dev.driftline.schemas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.driftline.schemas.Subjects.Registered;
import io.confluent.kafka.schemaregistry.avro.AvroSchema;
import io.confluent.kafka.schemaregistry.avro.AvroSchemaProvider;
import io.confluent.kafka.schemaregistry.client.MockSchemaRegistryClient;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.Test;

class SubjectsTest {

    private static final Map<String, Class<? extends SpecificRecord>> TYPES =
            Map.of("documents", Document.class, "scores", Score.class);

    private final MockSchemaRegistryClient registry = new MockSchemaRegistryClient(List.of(new AvroSchemaProvider()));
    private final Subjects subjects = new Subjects(registry);

    @Test
    void shouldRegisterEverySubjectUnderBackwardCompatibility() throws Exception {
        List<Registered> registered = subjects.register(TYPES);

        assertThat(registered).extracting(Registered::subject).containsExactly("documents-value", "scores-value");
        assertThat(registered).allMatch(Registered::created);
        assertThat(registry.getCompatibility("documents-value")).isEqualTo("BACKWARD");
        assertThat(registry.getCompatibility("scores-value")).isEqualTo("BACKWARD");
    }

    @Test
    void shouldChangeNothingWhenCalledAgain() throws Exception {
        List<Registered> first = subjects.register(TYPES);
        List<Registered> second = subjects.register(TYPES);

        assertThat(second)
                .extracting(Registered::schemaId)
                .isEqualTo(first.stream().map(Registered::schemaId).toList());
        assertThat(second).noneMatch(Registered::created);
        assertThat(registry.getAllVersions("documents-value")).hasSize(1);
    }

    @Test
    void shouldRefuseWhenSubjectHoldsSomethingIncompatible() throws Exception {
        Schema other = SchemaBuilder.record("Document")
                .namespace("dev.driftline.schemas")
                .fields()
                .requiredInt("id")
                .endRecord();
        registry.register("documents-value", new AvroSchema(other));

        assertThatThrownBy(() -> subjects.register(TYPES))
                .isInstanceOf(IncompatibleSchemaException.class)
                .hasMessageContaining("documents-value");
        assertThat(registry.getAllVersions("documents-value")).hasSize(1);
    }

    @Test
    void shouldRegisterTheSchemaOfTheTreeWithoutJavaProperties() throws Exception {
        Schema ofTree =
                new Schema.Parser().parse(Path.of("src/main/avro/Score.avsc").toFile());
        assertThat(Subjects.schemaOf(Score.class).toString()).isEqualTo(ofTree.toString());
    }
}
