package dev.driftline.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.driftline.topics.RecordsPerOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.junit.jupiter.api.Test;

class InputLagTest {

    private final Map<MetricName, Metric> metrics = new HashMap<>();

    private void add(String client, String topic, String partition, double lag) {
        MetricName name = new MetricName(
                "records-lag",
                "consumer-fetch-manager-metrics",
                "",
                Map.of("client-id", client, "topic", topic, "partition", partition));
        metrics.put(name, new Metric() {
            @Override
            public MetricName metricName() {
                return name;
            }

            @Override
            public Object metricValue() {
                return lag;
            }
        });
    }

    @Test
    void shouldGiveEachPartitionOnceWhenItsTopicHasDots() {
        add("x-StreamThread-1-consumer", "documents.v1", "1", 7);
        add("x-StreamThread-1-consumer", "documents_v1", "1", 7);
        add("x-StreamThread-1-consumer", "documents.v1", "0", 5);
        add("x-StreamThread-1-consumer", "plain_topic", "0", 3);

        assertThat(InputLag.of(metrics, new RecordsPerOffset()))
                .containsExactly(
                        new InputLag("documents.v1", 0, 5),
                        new InputLag("documents.v1", 1, 7),
                        new InputLag("plain_topic", 0, 3));
    }

    @Test
    void shouldPassOverChangelogsAndWhatIsNotKnownYet() {
        add("x-StateUpdater-1-restore-consumer", "driftline-ngram-counts-changelog", "0", 100);
        add("x-StreamThread-1-consumer", "text.v1", "0", Double.NaN);

        assertThat(InputLag.of(metrics, new RecordsPerOffset())).isEmpty();
    }

    @Test
    void shouldAddUpWhatWaitsInAPartitionOfDocumentsAndOfTexts() {
        add("x-StreamThread-1-consumer", "documents.v1", "0", 5);
        add("x-StreamThread-1-consumer", "documents_v1", "0", 5);
        add("x-StreamThread-1-consumer", "documents.v1", "1", 100);
        add("x-StreamThread-1-consumer", "text_v1", "0", 7);
        List<InputLag> lags = InputLag.of(metrics, new RecordsPerOffset());

        assertThat(InputLag.sum(lags, List.of("documents.v1", "text.v1"), 0)).contains(12L);
        assertThat(InputLag.sum(lags, List.of("documents.v1", "text.v1"), 1)).contains(100L);
        assertThat(InputLag.sum(lags, List.of("documents.v1", "text.v1"), 2)).isEmpty();
    }
}
