package dev.driftline.topics;

import static dev.driftline.testing.MarkdownTable.code;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.driftline.config.DriftlineConfig;
import dev.driftline.config.keys.ConfigKey;
import dev.driftline.config.keys.TopicKeys;
import dev.driftline.testing.GeneratedFile;
import dev.driftline.testing.MarkdownTable;
import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.avro.JsonProperties;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificData;
import org.junit.jupiter.api.Test;

/** {@code docs/reference/topics.md} has every topic as it is made, and every field of its schema. */
class TopicsPageTest {

    private static final String PAGE = "docs/reference/topics.md";

    /** Each with a value of its own, so that a definition shows which of them it comes from. */
    private static final Map<ConfigKey<?>, String> SETTINGS = Map.of(
            TopicKeys.PARTITIONS, "31",
            TopicKeys.SHARDS, "37",
            TopicKeys.RETENTION_MS, "1000001",
            TopicKeys.DEAD_LETTER_RETENTION_MS, "1000002",
            TopicKeys.INTERNAL_RETENTION_MS, "1000003");

    @Test
    void shouldListEveryTopicAsItIsMade() throws IOException {
        DriftlineConfig config = DriftlineConfig.of(SETTINGS.entrySet().stream()
                .collect(Collectors.toMap(setting -> setting.getKey().name(), Map.Entry::getValue)));
        String prefix = config.get(TopicKeys.PREFIX);
        MarkdownTable table =
                MarkdownTable.of("topic", "value", "layouts", "partitions", "retention.ms", "cleanup.policy");
        for (Topic each : Topic.values()) {
            TopicDefinition topic = TopicDefinitions.define(each, config);
            table.row(
                    code(prefix + topic.topic().suffix()),
                    topic.topic().recordType().map(type -> link(type)).orElse("binary"),
                    layouts(each),
                    origin(Integer.toString(topic.partitions())),
                    origin(topic.settings().get("retention.ms")),
                    topic.settings().get("cleanup.policy"));
        }
        GeneratedFile.at(PAGE).shouldHoldPart("topics", table.toString());
    }

    @Test
    void shouldListEveryFieldOfEverySchema() throws IOException {
        Map<String, Schema> records = new LinkedHashMap<>();
        for (Topic topic : Topic.values()) {
            topic.recordType().ifPresent(type -> collect(SpecificData.get().getSchema(type), records));
        }
        StringBuilder text = new StringBuilder();
        for (Schema schema : records.values()) {
            assertThat(schema.getDoc()).as(schema.getName()).isNotBlank();
            MarkdownTable table = MarkdownTable.of("field", "type", "default", "meaning");
            for (Schema.Field field : schema.getFields()) {
                table.row(code(field.name()), type(field.schema()), code(preset(field)), field.doc());
            }
            text.append("\n### ").append(schema.getName()).append("\n\n");
            text.append(schema.getDoc().replace("<", "&lt;")).append("\n\n").append(table);
        }
        GeneratedFile.at(PAGE).shouldHoldPart("schemas", text.toString().strip() + "\n");
    }

    private static String layouts(Topic topic) {
        List<String> having = Arrays.stream(Layout.values())
                .filter(layout -> layout.has(topic))
                .map(Layout::label)
                .toList();
        return having.size() == Layout.values().length ? "all" : String.join(", ", having);
    }

    private static String origin(String value) {
        Optional<String> setting = SETTINGS.entrySet().stream()
                .filter(each -> each.getValue().equals(value))
                .map(each -> each.getKey().name())
                .findAny();
        return setting.map(MarkdownTable::code).orElse(value.equals("-1") ? "for ever" : value);
    }

    private static String link(Class<?> type) {
        return link(type.getSimpleName());
    }

    private static String link(String record) {
        return "[" + record + "](#" + record.toLowerCase(Locale.ROOT) + ")";
    }

    private static void collect(Schema schema, Map<String, Schema> into) {
        switch (schema.getType()) {
            case RECORD -> {
                if (into.putIfAbsent(schema.getFullName(), schema) == null) {
                    schema.getFields().forEach(field -> collect(field.schema(), into));
                }
            }
            case ARRAY -> collect(schema.getElementType(), into);
            case MAP -> collect(schema.getValueType(), into);
            case UNION -> schema.getTypes().forEach(type -> collect(type, into));
            default -> {}
        }
    }

    private static String type(Schema schema) {
        String logical = schema.getLogicalType() == null
                ? ""
                : " (" + schema.getLogicalType().getName() + ")";
        return switch (schema.getType()) {
            case RECORD -> link(schema.getName());
            case ENUM -> String.join(", ", schema.getEnumSymbols());
            case ARRAY -> "array of " + type(schema.getElementType());
            case MAP -> "map of " + type(schema.getValueType());
            case UNION -> schema.getTypes().stream().map(TopicsPageTest::type).collect(Collectors.joining(" or "));
            default -> schema.getType().getName() + logical;
        };
    }

    private static String preset(Schema.Field field) throws JsonProcessingException {
        if (!field.hasDefaultValue()) {
            return "";
        }
        Object value = field.defaultVal();
        return value == JsonProperties.NULL_VALUE ? "null" : new ObjectMapper().writeValueAsString(value);
    }
}
