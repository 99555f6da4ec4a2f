package dev.driftline.serving.routes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.driftline.config.DriftlineConfig;
import dev.driftline.serving.http.RequestPool;
import dev.driftline.serving.query.retract.RetractionJobs;
import dev.driftline.topics.TopicNames;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What takes long is a job of its own, with its own address; how many there may be is bounded. */
class RetractRoutesTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final List<Runnable> waiting = new ArrayList<>();
    private final RequestPool worker = new RequestPool("retractions", 1, 8, 60_000);

    /** A broker that is not there. */
    private final DriftlineConfig config = DriftlineConfig.of(Map.of(
            "bootstrap.servers",
            "127.0.0.1:1",
            "kafka.default.api.timeout.ms",
            "500",
            "kafka.request.timeout.ms",
            "400"));

    @Test
    void shouldNameTheJobThatItBegan() throws Exception {
        try (ServedModel served = served(new RetractionJobs(config, waiting::add))) {
            HttpResponse<String> begun = served.send("DELETE", "/v1/documents/a%20b", "");
            assertThat(begun.statusCode()).as(begun.body()).isEqualTo(202);
            String location = begun.headers().firstValue("Location").orElseThrow();
            JsonNode job = served.get(location);
            assertThat(job).isEqualTo(new ObjectMapper().readTree(begun.body()));
            assertThat(job.get("document").asText()).isEqualTo("a b");
            assertThat(job.get("state").asText()).isEqualTo("queued");
            assertThat(served.problem("GET", "/v1/retractions/other", "", 404)
                            .get("detail")
                            .asText())
                    .contains("no such job");
            assertThat(waiting).hasSize(1);
        }
    }

    @Test
    void shouldRefuseMoreThanMayBeOpenAndSayHowAJobEnded() throws Exception {
        try (ServedModel served = served(new RetractionJobs(config, waiting::add))) {
            String first = "";
            for (int i = 0; i < RetractionJobs.MOST_OPEN; i++) {
                HttpResponse<String> begun = served.send("DELETE", "/v1/sources/s" + i, "");
                assertThat(begun.statusCode()).isEqualTo(202);
                first = first.isEmpty() ? begun.headers().firstValue("Location").orElseThrow() : first;
            }
            HttpResponse<String> refused = served.send("DELETE", "/v1/documents/one-more", "");
            assertThat(refused.statusCode()).isEqualTo(503);
            assertThat(refused.headers().firstValue("Retry-After")).isPresent();
            assertThat(refused.body()).contains("too-many-retractions");

            waiting.get(0).run();
            JsonNode ended = served.get(first);
            assertThat(ended.get("state").asText()).isEqualTo("failed");
            assertThat(ended.get("status").asInt()).isEqualTo(500);
            assertThat(served.send("DELETE", "/v1/documents/one-more", "").statusCode())
                    .as("there is room again")
                    .isEqualTo(202);
        }
    }

    @Test
    void shouldEndWhatIsUnderWayWhenItCloses() throws Exception {
        RetractionJobs jobs = new RetractionJobs(
                config,
                task -> worker.submit(() -> {
                    task.run();
                    return true;
                }));
        try (ServedModel served = served(jobs)) {
            served.send("DELETE", "/v1/sources/s", "");
            await().atMost(PATIENCE).until(() -> worker.active() == 1);
        }
        await("the thread to be free").atMost(PATIENCE).until(() -> worker.active() == 0);
        assertThat(jobs.ofSource("late")).isEmpty();
    }

    @Test
    void shouldNotRunAJobThatWaitedWhenItClosed() {
        RetractionJobs jobs = new RetractionJobs(config, waiting::add);
        String id = jobs.ofDocument("a", Optional.empty()).orElseThrow().id();
        jobs.close();
        waiting.get(0).run();
        assertThat(jobs.job(id).orElseThrow().json()).containsEntry("status", 503);
    }

    @Test
    void shouldNeedTheTokenOfAnOperator() throws Exception {
        try (ServedModel served = new ServedModel(
                Map.of("http.read.token", "reader-of-the-model", "http.operate.token", "operator-of-the-model"),
                new RetractRoutes(TopicNames.of(config), new RetractionJobs(config, waiting::add), worker))) {
            for (String path : List.of("/v1/documents/a", "/v1/sources/a")) {
                assertThat(served.send("DELETE", path, "").statusCode()).isEqualTo(401);
                assertThat(served.send("DELETE", path, "", "Authorization", "Bearer reader-of-the-model")
                                .statusCode())
                        .isEqualTo(403);
            }
            assertThat(waiting).isEmpty();
            assertThat(served.send("DELETE", "/v1/documents/a", "", "Authorization", "Bearer operator-of-the-model")
                            .statusCode())
                    .isEqualTo(202);
        }
    }

    private ServedModel served(RetractionJobs jobs) {
        return new ServedModel(Map.of(), new RetractRoutes(TopicNames.of(config), jobs, worker));
    }
}
