package dev.driftline.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.driftline.testing.Application;
import dev.driftline.testing.ChildInstance;
import dev.driftline.testing.Cluster;
import dev.driftline.testing.SmallDocuments;
import dev.driftline.topics.Topic;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** A real Prometheus on a running instance: what is scraped, what the dashboard and the rules ask for, and an alert. */
class PrometheusIT {

    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final int DOCUMENTS = 300;

    private static final Map<String, String> SETTINGS = Map.ofEntries(
            Map.entry("model.state.max.bytes", "1GiB"),
            Map.entry("shards", "2"),
            Map.entry("partitions", "2"),
            Map.entry("stream.threads", "1"),
            Map.entry("model.order", "3"),
            Map.entry("metrics.sources", "3"),
            // A first network soon, and a second to compare it with.
            Map.entry("neural.model", "lstm"),
            Map.entry("neural.size", "8"),
            Map.entry("neural.vocabulary", "200"),
            Map.entry("neural.cutoffs", "full"),
            Map.entry("neural.train.bootstrap.tokens", "1000"),
            Map.entry("neural.train.bootstrap.passes", "1"),
            Map.entry("neural.train.tokens", "1000"),
            Map.entry("neural.promotion.hold.out.tokens", "300"));

    private final HttpClient client = HttpClient.newHttpClient();

    @Test
    void shouldTellPrometheusWhatTheDashboardAndTheRulesAskFor(Cluster cluster) throws Exception {
        assumeTrue(PrometheusProcess.isInstalled(), PrometheusProcess.HOW_TO_INSTALL);
        try (Application application = cluster.application("prometheus", SETTINGS);
                ChildInstance instance = application.spawn("one");
                PrometheusProcess prometheus = PrometheusProcess.start(
                        application.directory().resolve("prometheus"),
                        URI.create(instance.address()).getAuthority(),
                        Expressions.deploy("prometheus/driftline.rules.yml"))) {
            SmallDocuments documents = new SmallDocuments(8);
            application.publish(documents.next(DOCUMENTS));
            application.scores().awaitSize(DOCUMENTS, PATIENCE);
            int published = awaitSecondNetwork(application, documents, instance.address(), DOCUMENTS);

            // What is held back, and the lag, are looked at now and then.
            await("a first look at everything")
                    .atMost(PATIENCE)
                    .untilAsserted(() -> assertEveryMetricIsThere(
                            get(instance.address() + "/metrics", "*/*").body()));
            String text = get(instance.address() + "/metrics", "*/*").body();
            assertPromtoolFindsNothing(text);
            assertBounded(text);
            assertOpenMetrics(instance.address());

            await("Prometheus to count what the service does")
                    .atMost(PATIENCE)
                    .ignoreExceptions()
                    .untilAsserted(() -> assertThat(value(prometheus, "sum(driftline_documents_total)"))
                            .isEqualTo(documentsScored(instance.address()))
                            .isEqualTo(published));
            assertTargetIsUp(prometheus);
            assertEveryExpressionIsUnderstood(prometheus);
            assertADeadLetterFires(application, prometheus);
        }
    }

    private int awaitSecondNetwork(Application application, SmallDocuments documents, String address, int before) {
        int[] published = {before};
        await("a candidate that was compared with the first network")
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(500))
                .until(() -> {
                    String text = get(address + "/metrics", "*/*").body();
                    if (text.contains("\ndriftline_promotion_gain_bits_per_token ")) {
                        return true;
                    }
                    if (text.contains("\ndriftline_snapshot_info{")) {
                        application.publish(documents.next(20));
                        published[0] += 20;
                    }
                    return false;
                });
        application.scores().awaitSize(published[0], PATIENCE);
        return published[0];
    }

    private static void assertEveryMetricIsThere(String text) throws IOException {
        Set<String> there = text.lines()
                .filter(line -> !line.startsWith("#"))
                .map(line -> line.replaceFirst("[{ ].*", ""))
                .collect(Collectors.toCollection(TreeSet::new));
        Set<String> named = Expressions.metrics(Expressions.dashboard());
        named.addAll(Expressions.metrics(Expressions.rules()));

        assertThat(named).hasSizeGreaterThan(50);
        assertThat(there).containsAll(named);
    }

    private static void assertPromtoolFindsNothing(String text) throws Exception {
        PrometheusProcess.Result checked = PrometheusProcess.promtool(text, "check", "metrics");

        // Bits here are what a word tells, of which no number is a byte; all else that it says would be a defect.
        assertThat(checked.output().lines())
                .allSatisfy(line ->
                        assertThat(line).matches("driftline_\\S*bits\\S* use base unit \"bytes\" instead of \"bits\""));
        assertThat(text.lines().filter(line -> line.startsWith("# TYPE ")).toList())
                .allSatisfy(line -> assertThat(text).contains("# HELP " + line.split(" ")[2] + " "));
    }

    /** Five sources, of which three have series of their own. */
    private static void assertBounded(String text) {
        assertThat(text.lines().filter(line -> line.startsWith("driftline_source_documents_total{")))
                .hasSize(4)
                .anySatisfy(line -> assertThat(line).contains("source=\"other\""));
    }

    private void assertOpenMetrics(String address) throws Exception {
        HttpResponse<String> response =
                get(address + "/metrics", "application/openmetrics-text;version=1.0.0,text/plain;q=0.5");
        assertThat(response.headers().firstValue("Content-Type"))
                .hasValue("application/openmetrics-text; version=1.0.0; charset=utf-8");
        assertThat(response.body()).endsWith("# EOF\n");
        assertThat(get(address + "/metrics", "*/*").headers().firstValue("Content-Type"))
                .hasValue("text/plain; version=0.0.4; charset=utf-8");
    }

    private static void assertTargetIsUp(PrometheusProcess prometheus) throws Exception {
        JsonNode target = prometheus.get("/api/v1/targets").at("/activeTargets/0");
        assertThat(target.path("health").asText()).as("%s", target).isEqualTo("up");
        assertThat(target.path("lastError").asText()).isEmpty();
    }

    private static void assertEveryExpressionIsUnderstood(PrometheusProcess prometheus) throws Exception {
        for (String expression : Expressions.dashboard()) {
            prometheus.query(expression);
        }
        assertThat(rules(prometheus, "driftline")).hasSameSizeAs(Expressions.rules());
        assertThat(rules(prometheus, "driftline-example")).hasSize(2);
    }

    /** Those of a group, none of which may fail or fire. */
    private static JsonNode rules(PrometheusProcess prometheus, String group) throws Exception {
        for (JsonNode one : prometheus.get("/api/v1/rules?type=alert").get("groups")) {
            if (one.get("name").asText().equals(group)) {
                assertThat(one.get("rules")).allSatisfy(rule -> {
                    assertThat(rule.path("health").asText()).as("%s", rule).isEqualTo("ok");
                    assertThat(rule.path("state").asText()).as("%s", rule).isIn("inactive", "pending");
                });
                return one.get("rules");
            }
        }
        throw new AssertionError("no group " + group);
    }

    private static void assertADeadLetterFires(Application application, PrometheusProcess prometheus) {
        application.publish(Topic.DOCUMENTS, "key", "not Avro".getBytes(StandardCharsets.UTF_8));

        await("the alert of a dead letter").atMost(PATIENCE).untilAsserted(() -> {
            JsonNode alerts = prometheus.get("/api/v1/alerts").get("alerts");
            for (String name : List.of("DriftlineDeadLetters", "DocumentsAreRefused")) {
                assertThat(alerts).anySatisfy(alert -> {
                    assertThat(alert.at("/labels/alertname").asText()).isEqualTo(name);
                    assertThat(alert.at("/labels/reason").asText()).isEqualTo("not-avro");
                    assertThat(alert.path("state").asText()).isEqualTo("firing");
                });
            }
        });
    }

    private long documentsScored(String address) throws Exception {
        return new ObjectMapper()
                .readTree(get(address + "/v1/status", "*/*").body())
                .get("documents_scored")
                .asLong();
    }

    private static long value(PrometheusProcess prometheus, String expression) throws Exception {
        return prometheus.query(expression).at("/0/value/1").asLong();
    }

    private HttpResponse<String> get(String address, String accept) throws IOException, InterruptedException {
        return client.send(
                HttpRequest.newBuilder(URI.create(address))
                        .header("Accept", accept)
                        .timeout(Duration.ofSeconds(20))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }
}
