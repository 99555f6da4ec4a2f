package dev.driftline.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.driftline.config.DriftlineConfig;
import dev.driftline.schemas.RetractionOutcome;
import dev.driftline.service.DriftlineService;
import dev.driftline.topology.TopologySettings;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What there is to scrape of a service that has not started: a Prometheus does not wait for it. */
class ServiceMetricsTest {

    private static final String OPEN_METRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8";

    private final DriftlineConfig config = DriftlineConfig.of(Map.of("shards", "3", "neural.model", "lstm"));
    private final DriftlineService service = new DriftlineService(config);
    private final ServiceMetrics metrics = new ServiceMetrics(service, TopologySettings.of(config), 5);

    @AfterEach
    void close() {
        metrics.close();
        service.close();
    }

    private String scrape(String accept) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        metrics.write(accept, out);
        return out.toString(StandardCharsets.UTF_8);
    }

    @Test
    void shouldBeScrapedBeforeTheServiceStarts() throws Exception {
        Scrape scrape = Scrape.of(scrape(null));

        assertThat(scrape.value("driftline_state{state=\"created\"}")).isEqualTo(1);
        assertThat(scrape.value("driftline_documents_total")).isZero();
        assertThat(scrape.value("driftline_shards")).isEqualTo(3);
        assertThat(scrape.value("driftline_promotion_decisions_total{decision=\"rejected\"}"))
                .isZero();
        assertThat(scrape.sum("jvm_memory_used_bytes")).isPositive();
        assertThat(scrape.sum("driftline_scrape_failures_total")).isZero();
    }

    @Test
    void shouldSayTheBoundOfAShardWhereThereIsOne() throws Exception {
        assertThat(scrape(null)).doesNotContain("driftline_shard_state_bound_bytes");
        metrics.close();

        DriftlineConfig bounded = DriftlineConfig.of(Map.of("model.state.max.bytes", "64MiB"));
        try (DriftlineService other = new DriftlineService(bounded);
                ServiceMetrics read = new ServiceMetrics(other, TopologySettings.of(bounded), 5)) {
            other.counters().retracted(RetractionOutcome.NOT_LEARNED);
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            read.write(null, out);
            Scrape scrape = Scrape.of(out.toString(StandardCharsets.UTF_8));

            assertThat(scrape.value("driftline_shard_state_bound_bytes")).isEqualTo(64L << 20);
            assertThat(scrape.value("driftline_retractions_total{outcome=\"not_learned\"}"))
                    .isEqualTo(1);
            assertThat(scrape.value("driftline_retractions_total{outcome=\"retracted\"}"))
                    .isZero();
        }
    }

    @Test
    void shouldSpeakOpenMetricsWhenAsked() throws Exception {
        assertThat(metrics.contentType(null)).startsWith("text/plain; version=0.0.4");
        assertThat(metrics.contentType("*/*")).startsWith("text/plain; version=0.0.4");
        assertThat(metrics.contentType(OPEN_METRICS + ",text/plain;version=0.0.4;q=0.5"))
                .isEqualTo(OPEN_METRICS);
        assertThat(scrape(OPEN_METRICS))
                .endsWith("# EOF\n")
                .contains("# TYPE driftline_build info\n", "# TYPE driftline_documents counter\n");
        assertThat(scrape(null))
                .doesNotContain("# EOF")
                .contains("# TYPE driftline_documents_total counter\n", "# TYPE driftline_build_info gauge\n");
    }

    @Test
    void shouldSayWhatEveryMetricMeans() throws Exception {
        String text = scrape(null);

        assertThat(text.lines().filter(line -> line.startsWith("# TYPE ")).toList())
                .hasSizeGreaterThan(40)
                .allSatisfy(line -> assertThat(text).contains("# HELP " + line.split(" ")[2] + " "));
    }

    @Test
    void shouldMeasureAnswersByRoute() throws Exception {
        metrics.answered("GET", "/v1/counts", 200, 30_000_000);
        metrics.answered("GET", "/v1/counts", 200, 3_000_000);

        Scrape scrape = Scrape.of(scrape(null));

        String series = "driftline_http_request_duration_seconds_";
        assertThat(scrape.value(series + "count{method=\"GET\",route=\"/v1/counts\",status=\"200\"}"))
                .isEqualTo(2);
        assertThat(scrape.value(series + "bucket{method=\"GET\",route=\"/v1/counts\",status=\"200\",le=\"0.005\"}"))
                .isEqualTo(1);
    }
}
