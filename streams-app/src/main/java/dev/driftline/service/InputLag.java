package dev.driftline.service;

import dev.driftline.topics.RecordsPerOffset;
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
 *     written in transactions, the last of those that have ended. There Kafka knows only how many offsets wait, of which
 *     some are marks of transactions: the records among them are then as many as {@link RecordsPerOffset} leads to
 *     expect
 */
public record InputLag(String topic, int partition, long records) {

    private static final String GROUP = "consumer-fetch-manager-metrics";
    private static final String NAME = "records-lag";

    /** The lags that the consumers of a topology report among these metrics, by topic and partition. */
    static List<InputLag> of(Map<MetricName, ? extends Metric> metrics, RecordsPerOffset shares) {
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
                .flatMap(name -> lag(name, metrics.get(name), shares).stream())
                .sorted(Comparator.comparing(InputLag::topic).thenComparing(InputLag::partition))
                .toList();
    }

    /** The records that wait in a partition of several topics together; empty while none is known. */
    public static Optional<Long> sum(List<InputLag> lags, List<String> topics, int partition) {
        return topics.stream()
                .flatMap(topic ->
                        lags.stream().filter(lag -> lag.isOf(topic, partition)).limit(1))
                .map(InputLag::records)
                .reduce(Long::sum);
    }

    /** Whether it is that of a partition; of a topic whose name Kafka gives only with underscores for its dots, too. */
    private boolean isOf(String asked, int askedPartition) {
        return partition == askedPartition && (topic.equals(asked) || topic.equals(asked.replace('.', '_')));
    }

    private static Optional<InputLag> lag(MetricName name, @Nullable Metric metric, RecordsPerOffset shares) {
        if (metric == null || !(metric.metricValue() instanceof Double offsets) || offsets.isNaN()) {
            return Optional.empty();
        }
        int partition = Integer.parseInt(name.tags().get("partition"));
        return Optional.of(
                new InputLag(topicOf(name), partition, shares.records(topicOf(name), partition, Math.round(offsets))));
    }

    private static String topicOf(MetricName name) {
        return name.tags().getOrDefault("topic", "");
    }
}
