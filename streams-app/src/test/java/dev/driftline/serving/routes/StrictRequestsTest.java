package dev.driftline.serving.routes;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.driftline.config.DriftlineConfig;
import dev.driftline.service.DriftlineService;
import dev.driftline.serving.http.HttpEndpoint;
import dev.driftline.serving.routes.OpenApiDocument.Operation;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** No request is answered as if a part of it had not been there; every route and field of the OpenAPI document is tried. */
class StrictRequestsTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    private static OpenApiDocument document;
    private static DriftlineService service;
    private static HttpEndpoint server;
    private static ServedModel served;

    @BeforeAll
    static void start() throws IOException {
        document = OpenApiDocument.read();
        DriftlineConfig config = DriftlineConfig.defaults();
        service = new DriftlineService(config);
        server = ModelServer.start(config, service);
        served = new ServedModel(Map.of());
    }

    @AfterAll
    static void stop() {
        served.close();
        server.close();
        service.close();
    }

    /** All but the files of the dashboard, whose query is the page's own. */
    private static Stream<Operation> operations() throws IOException {
        return OpenApiDocument.read().operations().stream()
                .filter(operation ->
                        !operation.path().equals("/") && !operation.path().startsWith("/dashboard/"));
    }

    private static Stream<Operation> queries() throws IOException {
        return operations()
                .filter(operation ->
                        operation.method().equals("GET") || operation.method().equals("DELETE"));
    }

    private static List<JsonNode> inQuery(Operation operation) {
        List<JsonNode> parameters = new ArrayList<>();
        operation.parameters().forEach(parameters::add);
        parameters.removeIf(parameter -> !parameter.get("in").asText().equals("query"));
        return parameters;
    }

    private static Stream<Operation> bodies() throws IOException {
        return operations().filter(operation -> operation.bodySchema().has("properties"));
    }

    @ParameterizedTest
    @MethodSource("operations")
    void shouldRefuseAQueryParameterThatIsNotKnown(Operation operation) throws Exception {
        assertRefused(operation, send(operation, "?nonsense=1", "", 400), "nonsense");
    }

    @ParameterizedTest
    @MethodSource("queries")
    void shouldNameTheNearestParameterAndRefuseASecondOne(Operation operation) throws Exception {
        for (JsonNode parameter : inQuery(operation)) {
            String name = parameter.get("name").asText();
            assertRefused(operation, send(operation, "?" + name + "x=1", "", 400), "did you mean " + name + "?");
            assertRefused(
                    operation,
                    send(operation, "?" + name + "=1&" + name + "=1", "", 400),
                    "the query parameter " + name + " is given twice");
            assertRefused(operation, send(operation, "?" + name + "=%FF", "", 400), "not UTF-8");
        }
    }

    @ParameterizedTest
    @MethodSource("queries")
    void shouldRefuseAParameterOfAnotherTypeOrPastItsRange(Operation operation) throws Exception {
        for (JsonNode parameter : inQuery(operation)) {
            String name = parameter.get("name").asText();
            JsonNode schema = parameter.get("schema");
            if (schema.has("enum")
                    || List.of("integer", "number", "boolean")
                            .contains(schema.path("type").asText())) {
                assertRefused(operation, send(operation, "?" + name + "=nonsense", "", 0), name);
                assertRefused(operation, send(operation, "?" + name + "=", "", 0), name);
            }
            for (String outside : outside(schema)) {
                assertRefused(operation, send(operation, "?" + name + "=" + outside, "", 422), name);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("bodies")
    void shouldRefuseABodyThatIsNotOneJsonObjectOfKnownFields(Operation operation) throws Exception {
        String good = operation.bodyExample().toString();
        for (String trailing : List.of("x", " {}", "]", ",")) {
            assertRefused(operation, send(operation, "", good + trailing, 400), "not valid JSON at line 1, column ");
        }
        assertRefused(operation, send(operation, "", good.substring(0, good.length() - 1), 400), "not valid JSON");
        assertRefused(operation, send(operation, "", "[" + good + "]", 400), "is a list, not a JSON object");
        assertRefused(operation, send(operation, "", "null", 400), "is null, not a JSON object");
        for (Map.Entry<String, JsonNode> member : operation.bodyExample().properties()) {
            String twice = "{\"" + member.getKey() + "\": " + member.getValue() + ", " + good.substring(1);
            assertRefused(operation, send(operation, "", twice, 400), "'" + member.getKey() + "'");
        }
        for (Map.Entry<String, JsonNode> property :
                operation.bodySchema().get("properties").properties()) {
            String name = property.getKey();
            assertRefused(operation, with(operation, name + "x", "1", 400), "did you mean " + name + "?");
        }
    }

    @ParameterizedTest
    @MethodSource("bodies")
    void shouldRefuseAFieldOfAnotherTypeOrPastItsRange(Operation operation) throws Exception {
        for (Map.Entry<String, JsonNode> property :
                operation.bodySchema().get("properties").properties()) {
            String name = property.getKey();
            boolean isFlag = property.getValue().path("type").asText().equals("boolean");
            for (String wrong : List.of("{}", "null", isFlag ? "1" : "true", "[[[1]]]")) {
                assertRefused(operation, with(operation, name, wrong, 0), name);
            }
            if (!property.getValue().path("type").toString().contains("string")) {
                assertRefused(operation, with(operation, name, "\"1\"", 0), name);
            }
            if (property.getValue().has("enum")) {
                assertRefused(operation, with(operation, name, "\"nonsense\"", 422), name);
            }
            for (String outside : outside(property.getValue())) {
                assertRefused(operation, with(operation, name, outside, 422), name);
            }
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            /v1/predict  | {"text": "the", "k": 1001}                              | k=1001 is not a whole number from 1 to 1000
            /v1/predict  | {"text": "the", "k": 1.5}                               | k is the number 1.5, not a whole number
            /v1/predict  | {"text": "the", "k": 1e300}                             | k=
            /v1/predict  | {"text": "the", "context": "the"}                       | both context and text
            /v1/predict  | {"text": "the", "tokenizer": "letters"}                 | characters, log, whitespace, words
            /v1/predict  | {"context": ["the"], "language": "en"}                  | language has no effect
            /v1/predict  | {"text": "the", "language": "no language"}              | language=no language is not a BCP 47 tag
            /v1/predict  | {"text": "a", "tokenizer": "characters", "language": "en"} | language has no effect with tokenizer=characters
            /v1/predict  | {"text": "the", "model": "oracle"}                      | ngram, network, mixture
            /v1/score    | {"text": ["a", "\\u0000the"]}                         | control character U+0000
            /v1/predict  | {"context": ["\\u0000the"]}                           | control character U+0000
            /v1/counts   | {"ngram": ["\\u0000the", "jury"]}                     | control character U+0000
            /v1/score    | {"text": ["the"], "tokenizer": "words"}                 | tokenizer has no effect
            /v1/score    | {"text": ""}                                            | has no words
            /v1/score    | {"text": "the", "alternatives": 21}                     | from 0 to 20
            /v1/score    | {"text": "the", "source": "\\ud800"}                    | source contains an unpaired surrogate
            /v1/rank     | {"candidates": ["a"], "sources": ["b"]}                 | both candidates and sources
            /v1/rank     | {"candidates": ["a"], "text": "b"}                      | text has no effect
            /v1/rank     | {"sources": ["a"], "text": "b", "context": "c"}         | context has no effect
            /v1/rank     | {"sources": ["a"], "text": "b", "source": "c"}          | source has no effect
            /v1/rank     | {"candidates": []}                                      | candidates is empty
            /v1/generate | {"top_p": 0}                                            | top_p=0 leaves no word
            /v1/generate | {"top_p": 1.1}                                          | top_p=1.1 is not between 0 and 1
            /v1/generate | {"temperature": -1}                                     | temperature=-1 is not between 0 and 100
            /v1/generate | {"temperature": 0, "seed": 1}                           | seed has no effect with temperature=0
            /v1/generate | {"temperature": 0, "top_k": 5}                          | top_k has no effect with temperature=0
            /v1/generate | {"temperature": 0, "top_p": 0.5}                        | top_p has no effect with temperature=0
            /v1/generate | {"top_k": 1, "seed": 1}                                 | seed has no effect with top_k=1
            /v1/generate | {"top_k": 1, "top_p": 0.5}                              | top_p has no effect with top_k=1
            /v1/generate | {"top_k": 1, "temperature": 2}                          | temperature has no effect with top_k=1
            /v1/generate | {"prompt": ["the"], "language": "en"}                   | language has no effect
            /v1/generate | {"language": "en"}                                      | language has no effect
            /v1/rank     | {"candidates": [["a"]], "language": "en"}               | language has no effect
            /v1/generate | {"beam": 3, "top_k": 5}                                 | top_k has no effect with a beam
            /v1/generate | {"beam": 3, "temperature": 0.5}                         | temperature has no effect with a beam
            /v1/generate | {"beam": 3, "top_p": 0.5}                               | top_p has no effect with a beam
            /v1/generate | {"beam": 3, "seed": 1}                                  | seed has no effect with a beam
            /v1/generate | {"beam": 3, "sentences": 4}                             | widen the beam
            /v1/generate | {"beam": 3, "words": 1, "must": ["the", "jury"]}        | must has 2 words
            /v1/generate | {"beam": 3, "must": ["the"], "must_not": ["the"]}       | both required and forbidden
            /v1/generate | {"beam": 3, "words": 2, "must": ["xylophone"]}          | keeps to must
            /v1/generate | {"must": ["the"]}                                       | set beam
            /v1/generate | {"length_normalisation": 0.5}                           | set beam
            /v1/generate | {"model": "ngram", "network_weight": 0.5}               | network_weight has no effect
            /v1/generate | {"network_weight": 2}                                   | network_weight=2 is not between 0 and 1
            /v1/encode   | {"text": "the", "pooling": "middle"}                    | last, mean, max
            """)
    void shouldRefuseWhatItCannotHonourAndSayWhatToDo(String path, String body, String detail) throws Exception {
        HttpResponse<String> answer = served.send("POST", path, body);
        int status = detail.startsWith("k is") ? 400 : 422;
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(JSON.readTree(answer.body()).get("detail").asText()).contains(detail);
    }

    @Test
    void shouldRefuseABodyWhereThereIsNone() throws Exception {
        HttpResponse<String> answer = served.send("GET", "/v1/predict?text=the", "{\"k\": 3}");
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains("has no body");
    }

    /** The example of the document with one field set. */
    private static HttpResponse<String> with(Operation operation, String name, String value, int status)
            throws Exception {
        ObjectNode body = operation.bodyExample().deepCopy();
        body.set(name, JSON.readTree(value));
        return send(operation, "", body.toString(), status);
    }

    /** Numbers just outside of a range. */
    private static List<String> outside(JsonNode schema) {
        return Stream.of(
                        schema.has("minimum") ? schema.get("minimum").asLong() - 1 + "" : "",
                        schema.has("exclusiveMinimum")
                                ? schema.get("exclusiveMinimum").asText()
                                : "",
                        schema.has("maximum") ? schema.get("maximum").asLong() + 1 + "" : "")
                .filter(number -> !number.isEmpty())
                .toList();
    }

    /** @param status that is expected; 0 for one that a client is at fault for */
    private static HttpResponse<String> send(Operation operation, String query, String body, int status)
            throws IOException, InterruptedException {
        HttpResponse<String> response = CLIENT.send(
                HttpRequest.newBuilder(
                                URI.create(server.address() + operation.path().replaceAll("\\{[a-z]+}", "17") + query))
                        .method(operation.method(), HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        String what = operation.route() + query + " " + body + ": " + response.body();
        if (status == 0) {
            assertThat(response.statusCode()).as(what).isIn(400, 422);
        } else {
            assertThat(response.statusCode()).as(what).isEqualTo(status);
        }
        return response;
    }

    private static void assertRefused(Operation operation, HttpResponse<String> response, String detail)
            throws IOException {
        assertThat(JSON.readTree(response.body()).get("detail").asText())
                .as(operation.route())
                .contains(detail);
        assertThat(document.misfits(
                        operation,
                        response.statusCode(),
                        response.headers().firstValue("Content-Type").orElseThrow(),
                        response.body()))
                .isEmpty();
    }
}
