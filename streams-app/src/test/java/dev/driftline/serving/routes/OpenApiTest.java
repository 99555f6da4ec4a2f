package dev.driftline.serving.routes;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.driftline.config.DriftlineConfig;
import dev.driftline.service.DriftlineService;
import dev.driftline.serving.http.HttpEndpoint;
import dev.driftline.serving.http.RequestPool;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The document says what there is: every route, nothing else, and the answers as they are. */
class OpenApiTest {

    @Test
    void shouldListEveryRouteAndNoOther() throws Exception {
        DriftlineConfig config = DriftlineConfig.defaults();
        try (DriftlineService service = new DriftlineService(config);
                HttpEndpoint server = ModelServer.start(config, service)) {
            Set<String> documented = new TreeSet<>();
            JsonNode paths = document().get("paths");
            paths.fieldNames()
                    .forEachRemaining(path -> paths.get(path)
                            .fieldNames()
                            .forEachRemaining(method -> documented.add(method.toUpperCase(Locale.ROOT) + " " + path)));

            // The files of the dashboard are for a browser, and the metrics for Prometheus, which has a format of its
            // own.
            List<String> routes = server.routes().stream()
                    .filter(route -> !route.equals("GET /")
                            && !route.equals("GET /metrics")
                            && !route.startsWith("GET /dashboard/"))
                    .toList();
            assertThat(documented).isEqualTo(new TreeSet<>(routes));
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
                new SnapshotRoutes(config, new DriftlineService(config), new RequestPool("snapshots", 1, 1, 5000)))) {
            assertThat(served.get("/openapi.json")).isEqualTo(document());
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
        }
    }

    @Test
    void shouldNoticeAnAnswerThatDoesNotFit() throws Exception {
        JsonNode schema = document().at("/components/schemas/Counted");
        ObjectMapper json = new ObjectMapper();
        assertThat(misfits(json.readTree("{\"ngram\": [\"a\"], \"count\": 1}"), schema, ""))
                .isEmpty();
        assertThat(misfits(json.readTree("{\"ngram\": [1], \"more\": 1}"), schema, ""))
                .hasSize(3);
    }

    private static void fits(ServedModel served, String method, String path, String body, int status) throws Exception {
        HttpResponse<String> response = served.send(method, path, body);
        assertThat(response.statusCode()).as(path + ": " + response.body()).isEqualTo(status);
        String route = path.replaceFirst("\\?.*", "").replace("/17/", "/{version}/");
        JsonNode content = document()
                .get("paths")
                .get(route)
                .get(method.toLowerCase(Locale.ROOT))
                .get("responses")
                .get(Integer.toString(status))
                .get("content");
        String type =
                response.headers().firstValue("Content-Type").orElseThrow().replaceFirst(";.*", "");
        assertThat(content.has(type)).as(path + " answers " + type).isTrue();
        List<String> misfits = misfits(
                new ObjectMapper().readTree(response.body()), content.get(type).get("schema"), "$");
        assertThat(misfits).as(path + ": " + response.body()).isEmpty();
    }

    /** What of {@code value} is not as the schema says; of JSON Schema only what the document uses. */
    private static List<String> misfits(JsonNode value, JsonNode schema, String at) throws Exception {
        List<String> misfits = new ArrayList<>();
        if (schema.has("$ref")) {
            return misfits(value, document().at(schema.get("$ref").asText().substring(1)), at);
        }
        if (schema.has("enum") && !contains(schema.get("enum"), value.asText())) {
            misfits.add(at + " is " + value);
        }
        if (schema.has("type") && !isOf(value, schema.get("type"))) {
            misfits.add(at + " is no " + schema.get("type"));
            return misfits;
        }
        for (JsonNode name : schema.path("required")) {
            if (!value.has(name.asText())) {
                misfits.add(at + "." + name.asText() + " is missing");
            }
        }
        if (value.isObject()) {
            for (Map.Entry<String, JsonNode> member : value.properties()) {
                JsonNode known = schema.path("properties").get(member.getKey());
                JsonNode others = schema.get("additionalProperties");
                if (known != null) {
                    misfits.addAll(misfits(member.getValue(), known, at + "." + member.getKey()));
                } else if (others != null && others.isObject()) {
                    misfits.addAll(misfits(member.getValue(), others, at + "." + member.getKey()));
                } else if (others != null && !others.asBoolean()) {
                    misfits.add(at + "." + member.getKey() + " is not in the document");
                }
            }
        }
        if (value.isArray() && schema.has("items")) {
            for (JsonNode item : value) {
                misfits.addAll(misfits(item, schema.get("items"), at + "[]"));
            }
        }
        return misfits;
    }

    private static boolean contains(JsonNode list, String value) {
        for (JsonNode one : list) {
            if (one.asText().equals(value)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isOf(JsonNode value, JsonNode type) {
        if (type.isArray()) {
            for (JsonNode one : type) {
                if (isOf(value, one)) {
                    return true;
                }
            }
            return false;
        }
        return switch (type.asText()) {
            case "object" -> value.isObject();
            case "array" -> value.isArray();
            case "string" -> value.isTextual();
            case "integer" -> value.isIntegralNumber();
            case "number" -> value.isNumber();
            case "boolean" -> value.isBoolean();
            case "null" -> value.isNull();
            default -> throw new IllegalArgumentException("type " + type);
        };
    }

    private static JsonNode document() throws Exception {
        return new ObjectMapper().readTree(OpenApiRoutes.class.getResourceAsStream(OpenApiRoutes.RESOURCE));
    }
}
