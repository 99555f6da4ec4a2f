package dev.driftline.metrics;

import dev.driftline.service.DriftlineService;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;

/**
 * The metrics of Kafka Streams and its clients that {@link KafkaMetric#EXPORTED} names, read in process from
 * {@link org.apache.kafka.streams.KafkaStreams#metrics()}: no JMX, no agent.
 *
 * <p>Names of threads and clients lose what is different in every process and after every start, so that series go on.
 */
final class KafkaProbe implements Probe {

    private static final Map<String, KafkaMetric> WANTED = KafkaMetric.EXPORTED.stream()
            .collect(Collectors.toMap(metric -> key(metric.group(), metric.name()), Function.identity()));

    private final DriftlineService service;

    KafkaProbe(DriftlineService service) {
        this.service = service;
    }

    private static String key(String group, String name) {
        return group + '/' + name;
    }

    @Override
    public void read(Samples samples) {
        if (service.state().isEmpty()) {
            return;
        }
        read(service.streams().metrics(), samples);
    }

    static void read(Map<MetricName, ? extends Metric> metrics, Samples samples) {
        String instance = metrics.keySet().stream()
                .filter(name -> name.group().equals("stream-metrics"))
                .map(name -> name.tags().get("client-id"))
                .findFirst()
                .map(client -> client + '-')
                .orElse("");
        Map<KafkaMetric, Map<List<String>, Double>> read = new LinkedHashMap<>();
        metrics.forEach((name, metric) -> {
            KafkaMetric wanted = WANTED.get(key(name.group(), name.name()));
            if (wanted == null || isOfATopic(wanted, name) || !(metric.metricValue() instanceof Number number)) {
                return;
            }
            double value = number.doubleValue() * wanted.scale();
            if (!Double.isNaN(value)) {
                labels(wanted, name.tags(), instance)
                        .ifPresent(labels -> read.computeIfAbsent(wanted, key -> new LinkedHashMap<>())
                                .merge(labels, value, wanted.counter() ? Double::sum : Double::max));
            }
        });
        read.forEach((metric, values) -> values.forEach((labels, value) -> {
            String[] pairs = labels.toArray(String[]::new);
            if (metric.counter()) {
                samples.counter(metric.exported(), metric.help(), value, pairs);
            } else {
                samples.gauge(metric.exported(), metric.help(), value, pairs);
            }
        }));
    }

    /** The clients have many of theirs once more for each topic. */
    private static boolean isOfATopic(KafkaMetric wanted, MetricName name) {
        return name.tags().containsKey("topic") && !wanted.tags().contains("topic");
    }

    private static Optional<List<String>> labels(KafkaMetric metric, Map<String, String> tags, String instance) {
        List<String> labels = new ArrayList<>();
        for (int i = 0; i < metric.tags().size(); i += 2) {
            String value = tags.get(metric.tags().get(i));
            if (value == null) {
                return Optional.empty();
            }
            labels.add(metric.tags().get(i + 1));
            labels.add(value.startsWith(instance) ? value.substring(instance.length()) : value);
        }
        return Optional.of(labels);
    }
}
