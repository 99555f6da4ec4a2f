package dev.driftline.schemas;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaValidationException;
import org.apache.avro.SchemaValidator;
import org.apache.avro.SchemaValidatorBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Holds the schemas of this tree to those released. {@code released/vN} is what release N registered: never edit it; on
 * a release copy {@code src/main/avro} to {@code released/v(N+1)}.
 */
class ReleasedSchemasTest {

    private static final Path CURRENT = Path.of("src/main/avro");
    private static final List<Path> NEW_SINCE_THE_LAST_RELEASE = List.of(Path.of("Retraction.avsc"));

    private static final Path RELEASED = Path.of("src/test/resources/released");

    static List<Path> released() throws IOException {
        return schemaFiles(RELEASED);
    }

    static List<Path> current() throws IOException {
        return schemaFiles(CURRENT);
    }

    private static List<Path> schemaFiles(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.toString().endsWith(".avsc"))
                    .sorted()
                    .toList();
        }
    }

    private static Schema parse(Path file) throws IOException {
        return new Schema.Parser().parse(file.toFile());
    }

    @ParameterizedTest
    @MethodSource("released")
    void shouldReadDataOfReleasedSchemaWithCurrentOne(Path releasedFile) throws Exception {
        Path currentFile = CURRENT.resolve(releasedFile.getFileName());
        assertThat(currentFile).as("a released schema stays in the tree").exists();

        SchemaValidator backward =
                new SchemaValidatorBuilder().canReadStrategy().validateAll();
        backward.validate(parse(currentFile), List.of(parse(releasedFile)));
    }

    @Test
    void shouldRefuseFieldWithoutDefaultWhenItIsNew() throws Exception {
        Schema released = parse(RELEASED.resolve("v1/Document.avsc"));
        Schema changed = Schema.createRecord("Document", "d", "dev.driftline.schemas", false);
        List<Schema.Field> fields = new ArrayList<>();
        released.getFields().forEach(field -> fields.add(new Schema.Field(field, field.schema())));
        fields.add(new Schema.Field("added", Schema.create(Schema.Type.STRING), "d"));
        changed.setFields(fields);

        SchemaValidator backward =
                new SchemaValidatorBuilder().canReadStrategy().validateAll();
        assertThat(org.assertj.core.api.Assertions.catchThrowable(() -> backward.validate(changed, List.of(released))))
                .isInstanceOf(SchemaValidationException.class);
    }

    @Test
    void shouldHoldEverySchemaToWhatWasReleasedUnlessItIsNew() throws IOException {
        List<Path> schemas =
                new ArrayList<>(current().stream().map(Path::getFileName).toList());
        schemas.removeAll(released().stream().map(Path::getFileName).toList());
        assertThat(schemas)
                .as("a schema without a released version; the next release has it")
                .containsExactlyInAnyOrderElementsOf(NEW_SINCE_THE_LAST_RELEASE);
    }

    @ParameterizedTest
    @MethodSource("current")
    void shouldDocumentEveryRecordAndField(Path file) throws IOException {
        List<String> undocumented = new ArrayList<>();
        collectUndocumented(parse(file), undocumented);
        assertThat(undocumented).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("current")
    void shouldNameRecordsInCamelCaseAndFieldsInSnakeCase(Path file) throws IOException {
        Schema schema = parse(file);
        assertThat(schema.getNamespace()).isEqualTo("dev.driftline.schemas");
        assertThat(schema.getName())
                .matches("([A-Z][a-z]+)+")
                .isEqualTo(file.getFileName().toString().replace(".avsc", ""));
        assertThat(schema.getFields())
                .allSatisfy(field -> assertThat(field.name()).matches("[a-z]+(_[a-z]+)*"));
    }

    private static void collectUndocumented(Schema schema, List<String> into) {
        switch (schema.getType()) {
            case RECORD -> {
                if (isBlank(schema.getDoc())) {
                    into.add(schema.getName());
                }
                for (Schema.Field field : schema.getFields()) {
                    if (isBlank(field.doc())) {
                        into.add(schema.getName() + "." + field.name());
                    }
                    collectUndocumented(field.schema(), into);
                }
            }
            case ARRAY -> collectUndocumented(schema.getElementType(), into);
            case MAP -> collectUndocumented(schema.getValueType(), into);
            case UNION -> schema.getTypes().forEach(type -> collectUndocumented(type, into));
            default -> {}
        }
    }

    private static boolean isBlank(String text) {
        return text == null || text.isBlank();
    }
}
