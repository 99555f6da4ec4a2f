package dev.driftline.serving.routes;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.driftline.config.DriftlineConfig;
import dev.driftline.live.LiveFeed;
import dev.driftline.service.DriftlineService;
import dev.driftline.serving.http.HttpEndpoint;
import dev.driftline.serving.http.RequestPool;
import dev.driftline.serving.routes.OpenApiDocument.Operation;
import io.swagger.v3.parser.OpenAPIV3Parser;
import io.swagger.v3.parser.core.models.SwaggerParseResult;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

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
                Map.of("http.max.tokens", "50"),
                new OpenApiRoutes(),
                new HealthRoutes(Optional::empty),
                new LiveRoutes(new LiveFeed(config)),
                new TopologyRoutes(Optional::empty),
                new SnapshotRoutes(config, new DriftlineService(config), new RequestPool("snapshots", 1, 1, 5000)))) {
            assertThat(served.send("GET", "/openapi.json", "").body()).isEqualTo(OpenApiDocument.text());
            fits(served, "POST", "/v1/score", "{\"text\": \"the jury xylophone\", \"alternatives\": 2}", 200);
            fits(served, "POST", "/v1/score", "{\"text\": \"the jury\", \"source\": \"court\"}", 200);
            fits(served, "POST", "/v1/score", "{}", 400);
            fits(served, "POST", "/v1/score", "{\"text\": \"" + "a ".repeat(60) + "\"}", 422);
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
            assertThat(json.get("responses").has("401"))
                    .as("%s says that a token is required", operation.route())
                    .isEqualTo(!isOpen);
            for (String status :
                    operation.method().equals("POST") ? List.of("400", "408", "413", "500") : List.<String>of()) {
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
        String route = method + " " + path.replaceFirst("\\?.*", "").replace("/17/", "/{version}/");
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
