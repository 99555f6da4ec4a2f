package dev.driftline.serving.routes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.driftline.config.DriftlineConfig;
import dev.driftline.service.DriftlineService;
import dev.driftline.serving.http.HttpEndpoint;
import io.javalin.util.JavalinBindException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Failures come as problem details, whoever notices them. */
class ProblemResponsesTest {

    private static DriftlineService service;
    private static HttpEndpoint server;

    @BeforeAll
    static void start() {
        DriftlineConfig config = DriftlineConfig.defaults();
        service = new DriftlineService(config);
        server = ModelServer.start(config, service);
    }

    @AfterAll
    static void stop() {
        server.close();
        service.close();
    }

    @Test
    void shouldSayThatARouteIsUnknown() throws Exception {
        assertProblem("GET", "/v2/status", 404);
    }

    @Test
    void shouldSayThatAMethodIsWrong() throws Exception {
        JsonNode problem = assertProblem("DELETE", "/v1/status", 405);
        assertThat(problem.get("detail").asText()).isNotBlank();
    }

    @Test
    void shouldNameTheParameterThatIsWrong() throws Exception {
        JsonNode problem = assertProblem("GET", "/v1/next?k=none", 400);
        assertThat(problem.get("detail").asText()).contains("k=none").contains("from 1 to");
    }

    @Test
    void shouldAskToComeBackWhereThereIsNoSnapshotYet() throws Exception {
        JsonNode problem = assertProblem("GET", "/v1/encode?text=the", 503);
        assertThat(problem.get("type").asText()).isEqualTo("urn:driftline:problem:no-snapshot");
    }

    @Test
    void shouldSayThatThePortIsTaken() {
        DriftlineConfig taken = DriftlineConfig.of(Map.of("http.port", Integer.toString(server.port())));
        assertThatThrownBy(() -> ModelServer.start(taken, service)).isInstanceOf(JavalinBindException.class);
    }

    private static JsonNode assertProblem(String method, String path, int status) throws Exception {
        HttpResponse<String> response = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(server.address() + path))
                                .method(method, HttpRequest.BodyPublishers.noBody())
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        assertThat(response.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        assertThat(response.headers().firstValue("Retry-After").isPresent()).isEqualTo(status == 503);
        JsonNode problem = new ObjectMapper().readTree(response.body());
        assertThat(problem.get("status").asInt()).isEqualTo(status);
        assertThat(problem.get("title").asText()).isNotBlank();
        assertThat(problem.get("type").asText()).isNotBlank();
        return problem;
    }
}
