package dev.driftline.serving.routes;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.driftline.config.keys.InputKeys;
import dev.driftline.text.Tokenizers;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A field that is a text means the same on every route: a string is raw text, which the tokenizer cuts; an array is tokens, or
 * sentences of tokens. The fields are found in the API's document, so that a route that is added is held to it, too.
 */
class TextFieldsTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** What a request needs besides the field under test, by route and field. */
    private static final Map<String, String> BESIDES =
            Map.of("/v1/rank text", "{\"sources\": [\"court\"]}", "/v1/rank context", "{\"candidates\": [\"end\"]}");

    /** Routes that need a network answer 503 here, after they have read the request. */
    private static final Set<String> NEED_A_NETWORK = Set.of("/v1/encode");

    private static final Set<String> ONLY_TEXT = Set.of("/v1/score text", "/v1/rank text", "/v1/counts ngram");

    private record Field(String path, String name, boolean each) {

        @Override
        public String toString() {
            return path + " " + name;
        }
    }

    @Test
    void shouldReadStringsAsRawTextAndArraysAsTokensOnEveryRoute() throws Exception {
        String raw = "The jury, said.";
        ArrayNode tokens = JSON.createArrayNode()
                .add("The")
                .add("jury")
                .add(",")
                .add("said")
                .add(".");
        try (ServedModel served = new ServedModel(Map.of())) {
            for (Field field : fields()) {
                if (NEED_A_NETWORK.contains(field.path)) {
                    continue;
                }
                if (field.name.startsWith("must")) {
                    // What has to come does not show in an answer.
                    continue;
                }
                String ngram = field.name.equals("ngram") ? "jury," : raw;
                JsonNode given = field.name.equals("ngram")
                        ? JSON.createArrayNode().add("jury").add(",")
                        : tokens;
                JsonNode byText = answer(served, field, JSON.getNodeFactory().textNode(ngram), Map.of());
                JsonNode byTokens = answer(served, field, given, Map.of());

                assertThat(same(byTokens)).as("%s by tokens", field).isEqualTo(same(byText));
                assertThat(same(answer(served, field, JSON.createArrayNode().add(given), Map.of())))
                        .as("%s by sentences of tokens", field)
                        .isEqualTo(same(byText));
            }
        }
    }

    /** The service's own, and the one that the request names. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldCutRawTextByTheTokenizerOfTheServiceUnlessTheRequestNamesAnother(boolean named) throws Exception {
        String tokenizer = named ? Tokenizers.WORDS : Tokenizers.CHARACTERS;
        Map<String, String> more = named ? Map.of("tokenizer", Tokenizers.CHARACTERS) : Map.of();
        try (ServedModel served = new ServedModel(Map.of(InputKeys.TOKENIZER.name(), tokenizer))) {
            for (Field field : fields()) {
                if (NEED_A_NETWORK.contains(field.path) || field.name.startsWith("must")) {
                    continue;
                }
                // Where all that is given is tokens, a tokenizer has no effect and is refused.
                Map<String, String> tokens = ONLY_TEXT.contains(field.toString()) ? Map.of() : more;
                JsonNode byText = answer(served, field, JSON.getNodeFactory().textNode("a b"), more);
                JsonNode byTokens = answer(
                        served, field, JSON.createArrayNode().add("a").add("▁").add("b"), tokens);

                assertThat(same(byTokens)).as("%s", field).isEqualTo(same(byText));
                assertThat(same(answer(
                                served, field, JSON.createArrayNode().add("a").add("b"), tokens)))
                        .as("%s of other tokens", field)
                        .isNotEqualTo(same(byText));
            }
        }
    }

    /** A prompt is normalised, and a line of a log becomes its pattern, as the text was that the model has learned. */
    @ParameterizedTest
    @CsvSource({"words+lower+accents, 'Á b', 'a b'", "log, '10.0.0.1 b', '<ip> b'", "log, '<ip> b', '<ip> b'"})
    void shouldChangePromptsAsTheTokenizerOfTheServiceDoes(String tokenizer, String raw, String tokens)
            throws Exception {
        try (ServedModel served = new ServedModel(Map.of(InputKeys.TOKENIZER.name(), tokenizer))) {
            for (Field field : fields()) {
                if (NEED_A_NETWORK.contains(field.path) || field.name.startsWith("must")) {
                    continue;
                }
                ArrayNode given = JSON.createArrayNode();
                List.of(tokens.split(" ")).forEach(given::add);
                assertThat(same(answer(served, field, JSON.getNodeFactory().textNode(raw), Map.of())))
                        .as("%s", field)
                        .isEqualTo(same(answer(served, field, given, Map.of())));
            }
        }
    }

    /** Else a request could ask for any file of the machine. */
    @Test
    void shouldNotOpenAFileThatARequestNames() throws Exception {
        try (ServedModel served = new ServedModel(Map.of())) {
            for (Field field : fields()) {
                assertThat(status(
                                served,
                                field,
                                JSON.getNodeFactory().textNode("a"),
                                Map.of("tokenizer", "subword:/etc/hostname")))
                        .as("%s", field)
                        .isEqualTo(422);
            }
        }
    }

    @Test
    void shouldRefuseWhatIsNeitherTextNorTokensAndTokenizersThatThereAreNot() throws Exception {
        try (ServedModel served = new ServedModel(Map.of())) {
            for (Field field : fields()) {
                for (JsonNode wrong : List.of(
                        JSON.getNodeFactory().numberNode(7),
                        JSON.createArrayNode().add(7))) {
                    assertThat(status(served, field, wrong, Map.of()))
                            .as("%s = %s", field, wrong)
                            .isEqualTo(400);
                }
                assertThat(status(served, field, JSON.getNodeFactory().textNode("a"), Map.of("tokenizer", "letters")))
                        .as("%s", field)
                        .isBetween(400, 422);
            }
        }
    }

    @Test
    void shouldDocumentAFieldInTheSameWayOnEveryRoute() throws Exception {
        Map<String, Set<String>> shapes = new TreeMap<>();
        Set<String> textual = new TreeSet<>();
        fields().forEach(field -> textual.add(field.name));
        for (Map.Entry<String, JsonNode> path : document().get("paths").properties()) {
            for (Map.Entry<String, JsonNode> operation : path.getValue().properties()) {
                for (JsonNode parameter : operation.getValue().path("parameters")) {
                    String name = parameter.get("name").asText();
                    if (textual.contains(name)) {
                        shapes.computeIfAbsent(name + " in a query", any -> new TreeSet<>())
                                .add(parameter.get("schema").toString());
                    }
                }
                for (Map.Entry<String, JsonNode> member :
                        body(operation.getValue()).properties()) {
                    ObjectNode shape = member.getValue().deepCopy();
                    shape.remove("description");
                    shapes.computeIfAbsent(member.getKey(), any -> new TreeSet<>())
                            .add(shape.toString());
                }
            }
        }

        assertThat(textual).contains("text", "context", "prompt", "ngram", "candidates", "must");
        textual.forEach(name -> assertThat(shapes.get(name)).as(name).hasSize(1));
        // What is a number on one route and a text on another would be as bad.
        assertThat(shapes.get("sentences")).hasSize(1);
    }

    /** Of every POST, the fields that take a string or tokens, or a list of such. */
    private static List<Field> fields() throws IOException {
        List<Field> fields = new ArrayList<>();
        for (Map.Entry<String, JsonNode> path : document().get("paths").properties()) {
            for (Map.Entry<String, JsonNode> member :
                    body(path.getValue().path("post")).properties()) {
                JsonNode shape = member.getValue();
                boolean each = isText(shape.path("items"));
                if (isText(shape) || each) {
                    fields.add(new Field(path.getKey(), member.getKey(), !isText(shape)));
                }
            }
        }
        assertThat(fields).hasSizeGreaterThan(8);
        return fields;
    }

    private static boolean isText(JsonNode shape) {
        return shape.path("type").toString().equals("[\"string\",\"array\"]")
                && shape.at("/items/type").toString().equals("[\"string\",\"array\"]");
    }

    private static JsonNode body(JsonNode operation) {
        return operation.at("/requestBody/content/application~1json/schema/properties");
    }

    private static JsonNode document() throws IOException {
        return JSON.readTree(OpenApiRoutes.class.getResourceAsStream(OpenApiRoutes.RESOURCE));
    }

    private static ObjectNode request(Field field, JsonNode value, Map<String, String> more) throws IOException {
        ObjectNode request = (ObjectNode) JSON.readTree(BESIDES.getOrDefault(field.toString(), "{}"));
        request.set(field.name, field.each ? JSON.createArrayNode().add(value) : value);
        more.forEach(request::put);
        if (field.path.equals("/v1/generate")) {
            request.put("seed", 3);
        }
        return request;
    }

    private static JsonNode answer(ServedModel served, Field field, JsonNode value, Map<String, String> more)
            throws Exception {
        return served.post(field.path, request(field, value, more).toString());
    }

    private static int status(ServedModel served, Field field, JsonNode value, Map<String, String> more)
            throws Exception {
        return served.send("POST", field.path, request(field, value, more).toString())
                .statusCode();
    }

    /** The answer without what shows how a text was written. */
    private static JsonNode same(JsonNode answer) {
        ObjectNode same = answer.deepCopy();
        same.path("ranked").forEach(one -> ((ObjectNode) one).remove("candidate"));
        // Of a text, what stood where the tokenizer put a class.
        same.path("tokens").forEach(one -> {
            if (one instanceof ObjectNode token) {
                token.remove("literal");
            }
        });
        return same;
    }
}
