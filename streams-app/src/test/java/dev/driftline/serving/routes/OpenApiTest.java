package dev.driftline.serving.routes;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.driftline.config.DriftlineConfig;
import dev.driftline.live.LiveFeed;
import dev.driftline.schemas.DriftEvent;
import dev.driftline.schemas.PromotionDecision;
import dev.driftline.schemas.Score;
import dev.driftline.service.DriftlineService;
import dev.driftline.serving.http.HttpEndpoint;
import dev.driftline.serving.http.RequestPool;
import dev.driftline.serving.query.retract.RetractionJobs;
import dev.driftline.serving.routes.OpenApiDocument.Operation;
import dev.driftline.topics.TopicNames;
import io.swagger.v3.parser.OpenAPIV3Parser;
import io.swagger.v3.parser.core.models.SwaggerParseResult;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The document says what there is: every route, nothing else, and the answers as they are. */
class OpenApiTest {

    private static final Pattern PATH_PARAMETER = Pattern.compile("\\{(\\w+)}");

    private static OpenApiDocument document;

    @BeforeAll
    static void read() throws Exception {
        document = OpenApiDocument.read();
    }

    @Test
    void shouldListEveryRouteAndNoOther() throws Exception {
        DriftlineConfig config = DriftlineConfig.defaults();
        try (DriftlineService service = new DriftlineService(config);
                HttpEndpoint server = ModelServer.start(config, service)) {
            Set<String> documented = new TreeSet<>();
            document.operations().forEach(operation -> documented.add(operation.route()));

            Set<String> routes = new TreeSet<>();
            for (String route : server.routes()) {
                routes.add(route.replaceFirst("^GET /dashboard/.*", "GET /dashboard/{file}"));
            }
            assertThat(documented).isEqualTo(routes);
            assertThat(routes).contains("POST /v1/score", "GET /events");
        }
    }

    @Test
    void shouldFitTheAnswersThatComeFromTheRoutes() throws Exception {
        DriftlineConfig config = DriftlineConfig.defaults();
        try (ServedModel served = new ServedModel(
                Map.of("http.max.tokens", "50", "http.max.body.bytes", "8KiB"),
                new OpenApiRoutes(),
                new HealthRoutes(Optional::empty, Optional::empty),
                new LiveRoutes(new LiveFeed(config), new RequestPool("live", 1, 1, 5000)),
                new TopologyRoutes(Optional::empty),
                new RetractRoutes(
                        TopicNames.of(config),
                        new RetractionJobs(config, job -> {}),
                        new RequestPool("retractions", 1, 1, 5000)),
                new SnapshotRoutes(config, new DriftlineService(config), new RequestPool("snapshots", 1, 1, 5000)))) {
            assertThat(served.send("GET", "/openapi.json", "").body()).isEqualTo(OpenApiDocument.text());
            fits(served, "POST", "/v1/score", "{\"text\": \"the jury xylophone\", \"alternatives\": 2}", 200);
            fits(served, "POST", "/v1/score", "{\"text\": \"the jury\", \"source\": \"court\"}", 200);
            fits(served, "POST", "/v1/score", "{}", 400);
            fits(served, "POST", "/v1/score", "{\"text\": \"" + "a ".repeat(60) + "\"}", 422);
            fits(served, "POST", "/v1/score", "{\"text\": \"" + "a".repeat(9_000) + "\"}", 413);
            fits(served, "POST", "/v1/rank", "{\"candidates\": [\"the jury\", \"a jury\"]}", 200);
            fits(served, "POST", "/v1/rank", "{\"text\": \"the jury\", \"sources\": [\"court\", \"nobody\"]}", 200);
            fits(served, "POST", "/v1/predict", "{\"context\": \"the jury\", \"k\": 3}", 200);
            fits(served, "GET", "/v1/predict?context=the&k=3", "", 200);
            fits(served, "GET", "/v1/next?context=the&k=3", "", 200);
            fits(served, "GET", "/v1/counts?ngram=the+jury", "", 200);
            fits(served, "GET", "/v1/generate?sentences=2", "", 200);
            fits(served, "POST", "/v1/generate", "{\"beam\": 3, \"words\": 5}", 200);
            fits(served, "GET", "/v1/encode?text=the", "", 503);
            fits(served, "GET", "/v1/snapshots", "", 200);
            fits(served, "POST", "/v1/snapshots/17/promote", "", 404);
            fits(served, "DELETE", "/v1/documents/17", "", 202);
            fits(served, "DELETE", "/v1/documents/17?partition=1&offset=8&topic=text", "", 202);
            fits(served, "DELETE", "/v1/documents/17?partition=1", "", 422);
            fits(served, "DELETE", "/v1/documents/17?topic=text", "", 422);
            fits(served, "DELETE", "/v1/sources/17", "", 202);
            fits(served, "GET", "/v1/retractions/17", "", 404);
            fits(served, "GET", "/health/ready", "", 503);
            for (String path : List.of("/v1/sources", "/v1/drift", "/v1/promotions", "/v1/documents")) {
                fits(served, "GET", path + "?limit=3", "", 200);
                fits(served, "GET", path + "?limit=0", "", 422);
                fits(served, "GET", path + "?most=3", "", 400);
            }
            fits(served, "GET", "/v1/topology", "", 503);
            fits(served, "GET", "/v1/topology.svg", "", 503);
            fits(served, "GET", "/events?types=rumour", "", 422);
        }
    }

    /** What a live route says of a record of a topic is the record, field by field. */
    @ParameterizedTest
    @MethodSource("records")
    void shouldDescribeTheRecordsOfTheTopicsFieldByField(String component, Schema schema, Set<String> added) {
        describes(document.json().at("/components/schemas/" + component), schema, added, component);
    }

    static Stream<Arguments> records() {
        return Stream.of(
                Arguments.of("DriftEvent", DriftEvent.getClassSchema(), Set.of()),
                Arguments.of("PromotionDecision", PromotionDecision.getClassSchema(), Set.of()),
                Arguments.of(
                        "LiveDocument",
                        Score.getClassSchema(),
                        Set.of("words", "literals", "words_missing", "bits", "spelling")));
    }

    private static void describes(JsonNode described, Schema schema, Set<String> added, String where) {
        switch (schema.getType()) {
            case RECORD -> {
                Set<String> names = new TreeSet<>(added);
                for (Schema.Field field : schema.getFields()) {
                    if (!Set.of("surprisals", "spelling").contains(field.name())) {
                        names.add(field.name());
                        describes(
                                described.path("properties").path(field.name()),
                                field.schema(),
                                Set.of(),
                                where + "." + field.name());
                    }
                }
                Set<String> properties = new TreeSet<>();
                described.path("properties").fieldNames().forEachRemaining(properties::add);
                assertThat(properties).as(where).isEqualTo(names);
                assertThat(described.path("required")).as(where).hasSameSizeAs(names);
            }
            case UNION -> {
                assertThat(types(described)).as(where).contains("null");
                schema.getTypes().stream()
                        .filter(type -> type.getType() != Schema.Type.NULL)
                        .forEach(type -> describes(described, type, added, where));
            }
            case ARRAY -> describes(described.path("items"), schema.getElementType(), Set.of(), where + "[]");
            case MAP ->
                describes(described.path("additionalProperties"), schema.getValueType(), Set.of(), where + "{}");
            case ENUM -> {
                List<String> symbols = new ArrayList<>();
                described.path("enum").forEach(symbol -> symbols.add(symbol.asText()));
                assertThat(symbols).as(where).containsAll(schema.getEnumSymbols());
            }
            case DOUBLE, FLOAT ->
                assertThat(types(described))
                        .as(where + ": null where it is not finite")
                        .contains("number", "null");
            case LONG, INT ->
                assertThat(types(described)).as(where).contains(schema.getLogicalType() == null ? "integer" : "string");
            case STRING -> assertThat(types(described)).as(where).contains("string");
            case BOOLEAN -> assertThat(types(described)).as(where).contains("boolean");
            default -> throw new AssertionError(where + " is of type " + schema.getType());
        }
    }

    private static List<String> types(JsonNode described) {
        List<String> types = new ArrayList<>();
        JsonNode type = described.path("type");
        if (type.isTextual()) {
            types.add(type.asText());
        }
        type.forEach(one -> types.add(one.asText()));
        return types;
    }

    @Test
    void shouldPassTheParserOfSwaggerWithoutAWord() throws Exception {
        SwaggerParseResult parsed = new OpenAPIV3Parser().readContents(OpenApiDocument.text());
        assertThat(parsed.getMessages()).isEmpty();
        assertThat(parsed.getOpenAPI().getPaths()).hasSameSizeAs(document.json().get("paths"));
        assertThat(parsed.getOpenAPI().getServers()).isNotEmpty();
        SwaggerParseResult wrong = new OpenAPIV3Parser()
                .readContents(OpenApiDocument.text().replace("\"in\": \"query\"", "\"in\": \"nowhere\""));
        assertThat(wrong.getMessages()).as("it notices what is wrong").isNotEmpty();
    }

    @Test
    void shouldDescribeEveryOperationByNameTagAndFailures() {
        Set<String> tags = new TreeSet<>();
        document.json().get("tags").forEach(tag -> tags.add(tag.get("name").asText()));
        Set<String> ids = new TreeSet<>();
        for (Operation operation : document.operations()) {
            JsonNode json = operation.json();
            assertThat(ids.add(json.get("operationId").asText()))
                    .as("%s has an operationId of its own", operation.route())
                    .isTrue();
            assertThat(json.get("description").asText()).isNotBlank();
            json.get("tags").forEach(tag -> assertThat(tags).contains(tag.asText()));
            boolean isOpen = json.has("security") && json.get("security").isEmpty();
            boolean isOfInstances = json.path("security").findValue("instance") != null;
            assertThat(json.get("responses").has("401"))
                    .as("%s says that a token is required", operation.route())
                    .isEqualTo(!isOpen && !isOfInstances);
            for (String status : List.of("403", "421")) {
                assertThat(json.get("responses").has(status))
                        .as("%s says that %s can come", operation.route(), status)
                        .isTrue();
            }
            for (String status : Set.of("POST", "DELETE").contains(operation.method())
                    ? List.of("400", "408", "413", "415", "500", "503")
                    : List.<String>of()) {
                assertThat(json.get("responses").has(status))
                        .as("%s says that %s can come", operation.route(), status)
                        .isTrue();
            }
            Matcher names = PATH_PARAMETER.matcher(operation.path());
            while (names.find()) {
                List<String> known = operation.parameters().findValuesAsText("name");
                assertThat(known).contains(names.group(1));
            }
        }
    }

    @Test
    void shouldShowAnExampleThatFitsForEveryRequestAndAnswer() {
        for (Operation operation : document.operations()) {
            for (JsonNode parameter : operation.parameters()) {
                assertExample(operation, parameter.get("name").asText(), parameter);
            }
            operation.json().at("/requestBody/content").forEach(body -> assertExample(operation, "the body", body));
            for (Map.Entry<String, JsonNode> response :
                    operation.json().get("responses").properties()) {
                response.getValue()
                        .path("content")
                        .forEach(content -> assertExample(operation, response.getKey(), content));
            }
        }
    }

    private void assertExample(Operation operation, String what, JsonNode holder) {
        assertThat(holder.has("example"))
                .as("%s has an example of %s", operation.route(), what)
                .isTrue();
        assertThat(document.misfits(holder.get("example"), holder.get("schema")))
                .as("%s: the example of %s", operation.route(), what)
                .isEmpty();
    }

    @Test
    void shouldNoticeAnAnswerThatDoesNotFit() throws Exception {
        JsonNode schema = document.json().at("/components/schemas/Counted");
        ObjectMapper json = new ObjectMapper();
        assertThat(document.misfits(json.readTree("{\"ngram\": [\"a\"], \"count\": 1}"), schema))
                .isEmpty();
        assertThat(document.misfits(json.readTree("{\"ngram\": [1], \"more\": 1}"), schema))
                .contains("count", "more", "ngram");
    }

    private void fits(ServedModel served, String method, String path, String body, int status) throws Exception {
        HttpResponse<String> response = served.send(method, path, body);
        assertThat(response.statusCode()).as(path + ": " + response.body()).isEqualTo(status);
        String route = method + " "
                + path.replaceFirst("\\?.*", "")
                        .replace("/17/", "/{version}/")
                        .replace("documents/17", "documents/{id}")
                        .replace("sources/17", "sources/{name}")
                        .replace("retractions/17", "retractions/{job}");
        Operation operation = document.operations().stream()
                .filter(one -> one.route().equals(route))
                .findFirst()
                .orElseThrow();
        String type = response.headers().firstValue("Content-Type").orElseThrow();
        assertThat(document.misfits(operation, status, type, response.body()))
                .as(path + ": " + response.body())
                .isEmpty();
    }
}
