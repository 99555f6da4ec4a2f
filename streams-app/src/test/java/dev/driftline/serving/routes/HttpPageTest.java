package dev.driftline.serving.routes;

import static dev.driftline.testing.MarkdownTable.code;

import com.fasterxml.jackson.databind.JsonNode;
import dev.driftline.testing.GeneratedFile;
import dev.driftline.testing.MarkdownTable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * {@code docs/reference/http.md} says what the OpenAPI document says, of which {@link OpenApiTest} holds that it has every
 * route and no other.
 */
class HttpPageTest {

    private static final GeneratedFile PAGE = GeneratedFile.at("docs/reference/http.md");

    private JsonNode document;

    @BeforeEach
    void read() throws IOException {
        document = OpenApiDocument.read().json();
    }

    @Test
    void shouldListEveryRouteWithWhatItTakesAndAnswers() throws IOException {
        MarkdownTable overview = MarkdownTable.of("route", "access", "what it answers");
        StringBuilder routes = new StringBuilder();
        for (Map.Entry<String, JsonNode> path : document.get("paths").properties()) {
            for (Map.Entry<String, JsonNode> method : path.getValue().properties()) {
                String route = method.getKey().toUpperCase(Locale.ROOT) + " " + path.getKey();
                JsonNode operation = method.getValue();
                overview.row("[" + route + "](#" + anchor(route) + ")", access(operation), summary(operation));
                routes.append("\n### ").append(route).append("\n\n").append(summary(operation));
                routes.append(".\n").append(takes(operation)).append(answers(operation.get("responses")));
            }
        }
        PAGE.shouldHoldPart("routes", overview + "" + routes);
    }

    @Test
    void shouldSayOnceWhatEachStatusMeans() throws IOException {
        Map<String, String> meanings = new TreeMap<>();
        for (JsonNode path : document.get("paths")) {
            for (JsonNode operation : path) {
                operation.get("responses").properties().stream()
                        .filter(answer -> isProblem(answer.getValue()))
                        .forEach(answer -> meanings.merge(
                                answer.getKey(),
                                answer.getValue().get("description").asText(),
                                (one, other) -> one.contains(other) ? one : one + "; " + other));
            }
        }
        MarkdownTable table = MarkdownTable.of("status", "meaning");
        meanings.forEach(table::row);
        PAGE.shouldHoldPart("failures", table.toString());
    }

    @Test
    void shouldListTheFieldsOfEveryAnswer() throws IOException {
        StringBuilder answers = new StringBuilder();
        for (Map.Entry<String, JsonNode> schema :
                document.at("/components/schemas").properties()) {
            MarkdownTable table = MarkdownTable.of("field", "type", "meaning");
            fields("", schema.getValue(), table);
            answers.append("\n### ").append(schema.getKey()).append("\n\n").append(table);
        }
        PAGE.shouldHoldPart("answers", answers.toString().strip() + "\n");
    }

    private static String takes(JsonNode operation) {
        MarkdownTable table = MarkdownTable.of("parameter", "type", "default", "meaning");
        boolean empty = true;
        for (JsonNode parameter : operation.path("parameters")) {
            JsonNode schema = parameter.get("schema");
            table.row(
                    code(parameter.get("name").asText()),
                    type(schema),
                    preset(schema),
                    parameter.path("description").asText());
            empty = false;
        }
        JsonNode body = operation.at("/requestBody/content/application~1json/schema/properties");
        for (Map.Entry<String, JsonNode> property : body.properties()) {
            JsonNode schema = property.getValue();
            table.row(
                    code(property.getKey()),
                    type(schema),
                    preset(schema),
                    schema.path("description").asText());
            empty = false;
        }
        return empty ? "" : "\n" + table;
    }

    private static String answers(JsonNode responses) {
        List<String> good = new ArrayList<>();
        List<String> bad = new ArrayList<>();
        for (Map.Entry<String, JsonNode> response : responses.properties()) {
            if (isProblem(response.getValue())) {
                bad.add(response.getKey());
                continue;
            }
            String types = response.getValue().path("content").properties().stream()
                    .map(content -> code(content.getKey())
                            + reference(content.getValue().get("schema"))
                                    .map(name -> " (" + link(name) + ")")
                                    .orElse(""))
                    .collect(Collectors.joining(" or "));
            good.add(response.getKey() + ": "
                    + response.getValue().get("description").asText() + (types.isEmpty() ? "" : ", as " + types));
        }
        return "\n" + String.join("; ", good) + ". "
                + (bad.isEmpty() ? "" : "Fails with " + String.join(", ", bad) + ".") + "\n";
    }

    private static boolean isProblem(JsonNode response) {
        return response.path("content").has("application/problem+json");
    }

    private String access(JsonNode operation) {
        JsonNode security =
                operation.path("security").isMissingNode() ? document.get("security") : operation.get("security");
        List<String> schemes = StreamSupport.stream(security.spliterator(), false)
                .map(scheme -> scheme.fieldNames().next())
                .toList();
        return schemes.isEmpty() ? "open" : schemes.get(0);
    }

    private static String summary(JsonNode operation) {
        return operation.get("summary").asText();
    }

    private static void fields(String prefix, JsonNode schema, MarkdownTable table) {
        for (Map.Entry<String, JsonNode> property : schema.path("properties").properties()) {
            JsonNode value = property.getValue();
            String name = prefix + property.getKey();
            table.row(code(name), type(value), value.path("description").asText());
            fields(name + ".", value, table);
            fields(name + "[].", value.path("items"), table);
            fields(name + ".*.", value.path("additionalProperties"), table);
        }
    }

    private static String type(JsonNode schema) {
        Optional<String> reference = reference(schema);
        if (reference.isPresent()) {
            return link(reference.get());
        }
        if (schema.has("enum")) {
            return StreamSupport.stream(schema.get("enum").spliterator(), false)
                    .map(JsonNode::asText)
                    .collect(Collectors.joining(", "));
        }
        JsonNode type = schema.path("type");
        String name = type.isArray()
                ? StreamSupport.stream(type.spliterator(), false)
                        .map(JsonNode::asText)
                        .collect(Collectors.joining(" or "))
                : type.asText();
        String items = schema.has("items") ? " of " + type(schema.get("items")) : "";
        String values =
                schema.path("additionalProperties").isObject() ? " of " + type(schema.get("additionalProperties")) : "";
        String range = schema.has("minimum") && schema.has("maximum")
                ? ", " + schema.get("minimum").asText() + " to "
                        + schema.get("maximum").asText()
                : "";
        return name + items + values + range;
    }

    private static Optional<String> reference(JsonNode schema) {
        return schema.has("$ref") ? Optional.of(schema.get("$ref").asText().replaceFirst(".*/", "")) : Optional.empty();
    }

    private static String preset(JsonNode schema) {
        return code(schema.path("default").asText());
    }

    private static String link(String schema) {
        return "[" + schema + "](#" + schema.toLowerCase(Locale.ROOT) + ")";
    }

    private static String anchor(String heading) {
        return heading.toLowerCase(Locale.ROOT)
                .replaceAll("[^\\p{L}\\p{N} _-]", "")
                .replace(' ', '-');
    }
}
