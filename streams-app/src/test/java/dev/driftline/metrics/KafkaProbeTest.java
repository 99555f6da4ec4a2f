package dev.driftline.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.junit.jupiter.api.Test;

class KafkaProbeTest {

    private static final String INSTANCE = "driftline-6a5c2f3e-0b1d-4a7e-9d5c-1f2e3d4c5b6a";

    private final Map<MetricName, Metric> metrics = new HashMap<>();

    private void add(String group, String name, Object value, String... tags) {
        Map<String, String> byName = new HashMap<>();
        for (int i = 0; i < tags.length; i += 2) {
            byName.put(tags[i], tags[i + 1]);
        }
        MetricName metricName = new MetricName(name, group, "", byName);
        metrics.put(metricName, new Metric() {
            @Override
            public MetricName metricName() {
                return metricName;
            }

            @Override
            public Object metricValue() {
                return value;
            }
        });
    }

    private Scrape scrape() {
        add("stream-metrics", "alive-stream-threads", 2, "client-id", INSTANCE);
        Samples samples = new Samples();
        KafkaProbe.read(metrics, samples);
        return Scrape.of(samples.snapshots());
    }

    @Test
    void shouldNameThreadsAlikeAfterARestart() {
        add("stream-thread-metrics", "commit-total", 17.0, "thread-id", INSTANCE + "-StreamThread-1");

        assertThat(scrape().value("kafka_streams_thread_commits_total{thread=\"StreamThread-1\"}"))
                .isEqualTo(17);
    }

    @Test
    void shouldTurnMillisecondsAndNanosecondsIntoSeconds() {
        add("stream-thread-metrics", "commit-latency-avg", 250.0, "thread-id", INSTANCE + "-StreamThread-1");
        add("stream-thread-metrics", "blocked-time-ns-total", 3e9, "thread-id", INSTANCE + "-StreamThread-1");

        Scrape scrape = scrape();

        assertThat(scrape.value("kafka_streams_thread_commit_latency_avg_seconds{thread=\"StreamThread-1\"}"))
                .isEqualTo(0.25);
        assertThat(scrape.value("kafka_streams_thread_blocked_seconds_total{thread=\"StreamThread-1\"}"))
                .isEqualTo(3);
    }

    @Test
    void shouldPassOverWhatATopicHasOnceMoreAndWhatIsNotANumber() {
        String client = INSTANCE + "-StreamThread-1-consumer";
        add("consumer-fetch-manager-metrics", "records-consumed-total", 100.0, "client-id", client);
        add("consumer-fetch-manager-metrics", "records-consumed-total", 60.0, "client-id", client, "topic", "text");
        add("stream-thread-metrics", "commit-ratio", Double.NaN, "thread-id", INSTANCE + "-StreamThread-1");
        add("stream-metrics", "topology-description", "Topologies:", "client-id", INSTANCE);

        Scrape scrape = scrape();

        assertThat(scrape.value("kafka_consumer_records_total{client=\"StreamThread-1-consumer\"}"))
                .isEqualTo(100);
        assertThat(scrape.size()).isEqualTo(2);
    }

    @Test
    void shouldKeepOneSeriesWhenKafkaHasTwoOfTheSameLabels() {
        for (String thread : new String[] {"1", "2"}) {
            add(
                    "stream-topic-metrics",
                    "records-consumed-total",
                    5.0,
                    "thread-id",
                    INSTANCE + "-StreamThread-" + thread,
                    "task-id",
                    "0_0",
                    "topic",
                    "documents.v1");
        }

        assertThat(scrape().value("kafka_streams_consumed_records_total{task=\"0_0\",topic=\"documents.v1\"}"))
                .isEqualTo(10);
    }
}
