package dev.driftline.service;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.jspecify.annotations.Nullable;

/**
 * How far an instance is behind the end of a partition that it reads.
 *
 * @param topic the topic
 * @param partition its partition
 * @param records records between those that the instance has fetched and the last that may be read: of a topic that is
 *     written in transactions, the last of those that have ended. While some wait, the marks of their transactions are
 *     counted with them; 0 when none waits, for a consumer steps over the marks
 */
public record InputLag(String topic, int partition, long records) {

    private static final String GROUP = "consumer-fetch-manager-metrics";
    private static final String NAME = "records-lag";

    /** The lags that the consumers of a topology report among these metrics, by topic and partition. */
    static List<InputLag> of(Map<MetricName, ? extends Metric> metrics) {
        List<MetricName> lags = metrics.keySet().stream()
                .filter(name -> name.group().equals(GROUP) && name.name().equals(NAME))
                .filter(name -> !name.tags().getOrDefault("client-id", "").endsWith("restore-consumer"))
                .toList();
        // Kafka gives each topic with dots a second time, with underscores in their place.
        Set<String> again = lags.stream()
                .map(InputLag::topicOf)
                .filter(topic -> topic.indexOf('.') >= 0)
                .map(topic -> topic.replace('.', '_'))
                .collect(Collectors.toSet());
        return lags.stream()
                .filter(name -> !again.contains(topicOf(name)))
                .flatMap(name -> lag(name, metrics.get(name)).stream())
                .sorted(Comparator.comparing(InputLag::topic).thenComparing(InputLag::partition))
                .toList();
    }

    /** Whether it is that of a partition; of a topic whose name Kafka gives only with underscores for its dots, too. */
    public boolean isOf(String asked, int askedPartition) {
        return partition == askedPartition && (topic.equals(asked) || topic.equals(asked.replace('.', '_')));
    }

    private static Optional<InputLag> lag(MetricName name, @Nullable Metric metric) {
        return metric != null && metric.metricValue() instanceof Double records && !records.isNaN()
                ? Optional.of(new InputLag(
                        topicOf(name), Integer.parseInt(name.tags().get("partition")), Math.round(records)))
                : Optional.empty();
    }

    private static String topicOf(MetricName name) {
        return name.tags().getOrDefault("topic", "");
    }
}
