package dev.driftline.metrics;

import static dev.driftline.testing.MarkdownTable.code;
import static org.assertj.core.api.Assertions.assertThat;

import dev.driftline.config.DriftlineConfig;
import dev.driftline.service.DriftlineService;
import dev.driftline.testing.GeneratedFile;
import dev.driftline.testing.MarkdownTable;
import dev.driftline.topology.TopologySettings;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** {@code docs/reference/metrics.md} lists every metric but those of the JVM, which follow from the JVM. */
class MetricsPageTest {

    private static final GeneratedFile PAGE = GeneratedFile.at("docs/reference/metrics.md");

    @Test
    void shouldListEveryMetricOfDriftline() throws IOException {
        MarkdownTable table = MarkdownTable.of("metric", "kind", "labels", "meaning");
        for (DriftlineMetric metric : DriftlineMetric.values()) {
            table.row(
                    code(metric.written()),
                    metric.kind().name().toLowerCase(Locale.ROOT),
                    labels(metric.labels()),
                    metric.help());
        }
        PAGE.shouldHoldPart("metrics of Driftline", table.toString());
    }

    @Test
    void shouldListEveryMetricOfKafkaThatIsExported() throws IOException {
        MarkdownTable table = MarkdownTable.of("metric", "kind", "labels", "Kafka's own name", "meaning");
        for (KafkaMetric metric : KafkaMetric.EXPORTED) {
            List<String> labels = IntStream.range(0, metric.tags().size())
                    .filter(i -> i % 2 == 1)
                    .mapToObj(metric.tags()::get)
                    .toList();
            table.row(
                    code(written(metric)),
                    metric.counter() ? "counter" : "gauge",
                    labels(labels),
                    code(metric.group() + ": " + metric.name()),
                    metric.help());
        }
        PAGE.shouldHoldPart("metrics of Kafka", table.toString());
    }

    @Test
    void shouldScrapeNothingThatThePageDoesNotName() throws IOException {
        DriftlineConfig config = DriftlineConfig.of(Map.of("shards", "3", "neural.model", "lstm"));
        Set<String> documented = Stream.concat(
                        Stream.of(DriftlineMetric.values()).map(DriftlineMetric::written),
                        KafkaMetric.EXPORTED.stream().map(MetricsPageTest::written))
                .collect(Collectors.toCollection(TreeSet::new));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (DriftlineService service = new DriftlineService(config);
                ServiceMetrics metrics = new ServiceMetrics(service, TopologySettings.of(config), 5)) {
            metrics.answered("GET", "/v1/counts", 200, 30_000_000);
            metrics.write(null, out);
        }

        List<String> scraped = out.toString(StandardCharsets.UTF_8)
                .lines()
                .filter(line -> line.startsWith("# TYPE "))
                .map(line -> line.split(" ")[2])
                // The longest of a histogram is a gauge of its own.
                .map(name -> name.replaceFirst("_max$", ""))
                .filter(name -> !name.matches("(jvm|process|system)_.*"))
                .toList();
        assertThat(scraped).hasSizeGreaterThan(25).isSubsetOf(documented);
    }

    private static String written(KafkaMetric metric) {
        return metric.exported() + (metric.counter() ? "_total" : "");
    }

    private static String labels(List<String> labels) {
        return labels.stream().map(MarkdownTable::code).collect(Collectors.joining(", "));
    }
}
