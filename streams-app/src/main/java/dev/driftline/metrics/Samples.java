package dev.driftline.metrics;

import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot.InfoDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The samples of one scrape, by the metric that they belong to. Labels are names and values in turn, and all samples of a
 * metric have the same names. Not thread-safe.
 */
final class Samples {

    private final Map<String, MetricSnapshot.Builder<?>> metrics = new LinkedHashMap<>();

    /**
     * Adds a sample of a counter.
     *
     * @param name without {@code _total}, which the text has
     */
    Samples counter(String name, String help, double value, String... labels) {
        ((CounterSnapshot.Builder) metrics.computeIfAbsent(
                        name, key -> CounterSnapshot.builder().name(key).help(help)))
                .dataPoint(CounterDataPointSnapshot.builder()
                        .value(value)
                        .labels(Labels.of(labels))
                        .build());
        return this;
    }

    /** Adds a sample of a gauge. */
    Samples gauge(String name, String help, double value, String... labels) {
        ((GaugeSnapshot.Builder) metrics.computeIfAbsent(
                        name, key -> GaugeSnapshot.builder().name(key).help(help)))
                .dataPoint(GaugeDataPointSnapshot.builder()
                        .value(value)
                        .labels(Labels.of(labels))
                        .build());
        return this;
    }

    /**
     * Adds a sample of one of Driftline's own metrics.
     *
     * @param values of its labels, in the order of {@link DriftlineMetric#labels()}
     * @throws IllegalArgumentException if there are more or fewer of them than labels, or it is a histogram
     */
    Samples add(DriftlineMetric metric, double value, String... values) {
        if (values.length != metric.labels().size()) {
            throw new IllegalArgumentException(
                    metric + " has the labels " + metric.labels() + ", but the values " + List.of(values));
        }
        String[] labels = new String[2 * values.length];
        for (int i = 0; i < values.length; i++) {
            labels[2 * i] = metric.labels().get(i);
            labels[2 * i + 1] = values[i];
        }
        return switch (metric.kind()) {
            case COUNTER -> counter(metric.exported(), metric.help(), value, labels);
            case GAUGE -> gauge(metric.exported(), metric.help(), value, labels);
            case INFO -> info(metric.exported(), metric.help(), labels);
            case HISTOGRAM -> throw new IllegalArgumentException(metric + " is a histogram");
        };
    }

    /** Adds one of Driftline's own histograms, which has no labels. */
    Samples add(DriftlineMetric metric, SecondsHistogram histogram) {
        ((HistogramSnapshot.Builder) metrics.computeIfAbsent(
                        metric.exported(),
                        key -> HistogramSnapshot.builder().name(key).help(metric.help())))
                .dataPoint(HistogramDataPointSnapshot.builder()
                        .classicHistogramBuckets(histogram.buckets())
                        .sum(histogram.sum())
                        .build());
        return this;
    }

    private Samples info(String name, String help, String... labels) {
        ((InfoSnapshot.Builder) metrics.computeIfAbsent(
                        name, key -> InfoSnapshot.builder().name(key).help(help)))
                .dataPoint(InfoDataPointSnapshot.builder()
                        .labels(Labels.of(labels))
                        .build());
        return this;
    }

    /** Everything that was added. */
    MetricSnapshots snapshots() {
        MetricSnapshots.Builder all = MetricSnapshots.builder();
        metrics.values().forEach(metric -> all.metricSnapshot(metric.build()));
        return all.build();
    }
}
