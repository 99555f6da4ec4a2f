package dev.driftline.metrics;

import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import java.util.Arrays;
import java.util.concurrent.atomic.DoubleAdder;
import java.util.concurrent.atomic.LongAdder;

/**
 * A histogram of times whose sum is a double. A timer of Micrometer sums nanoseconds up in a long: a backlog of a week takes
 * that past its end within minutes. Thread-safe.
 */
final class SecondsHistogram {

    private final double[] bounds;
    private final LongAdder[] counts;
    private final DoubleAdder sum = new DoubleAdder();

    /** @param bounds upper bounds of the buckets in seconds, inclusive, rising; one more takes what is above all of them */
    SecondsHistogram(double... bounds) {
        this.bounds = Arrays.copyOf(bounds, bounds.length + 1);
        this.bounds[bounds.length] = Double.POSITIVE_INFINITY;
        counts = new LongAdder[bounds.length + 1];
        Arrays.setAll(counts, bucket -> new LongAdder());
    }

    void recordMillis(long millis) {
        double seconds = millis / 1e3;
        int bucket = 0;
        while (seconds > bounds[bucket]) {
            bucket++;
        }
        counts[bucket].increment();
        sum.add(seconds);
    }

    /** Seconds. */
    double sum() {
        return sum.sum();
    }

    ClassicHistogramBuckets buckets() {
        ClassicHistogramBuckets.Builder buckets = ClassicHistogramBuckets.builder();
        for (int bucket = 0; bucket < bounds.length; bucket++) {
            buckets.bucket(bounds[bucket], counts[bucket].sum());
        }
        return buckets.build();
    }
}
