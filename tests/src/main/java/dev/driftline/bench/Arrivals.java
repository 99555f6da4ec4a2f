package dev.driftline.bench;

import dev.driftline.bench.process.MeasuredJvm;
import dev.driftline.topics.Topic;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;

/**
 * When scores could be read by those who read what is committed, in seconds after the beginning.
 *
 * @param at the time of each score, in the order in which they came
 */
record Arrivals(double[] at) {

    /** Longer than any measurement takes. */
    private static final int NEVER_SECONDS = 3600;

    /** Until a score and a prediction of {@code wanted} documents can be read. */
    static Arrivals await(Cluster cluster, MeasuredJvm jvm, Map<String, String> settings, int wanted) {
        Arrivals arrivals = await(cluster, jvm, settings, wanted, NEVER_SECONDS);
        if (arrivals.at.length < wanted) {
            throw new IllegalStateException("not done after an hour: " + jvm.logTail());
        }
        return arrivals;
    }

    /** Until a score and a prediction of {@code wanted} documents can be read, or for {@code limitSeconds}. */
    static Arrivals await(
            Cluster cluster, MeasuredJvm jvm, Map<String, String> settings, int wanted, int limitSeconds) {
        String scores = Cluster.topic(settings, Topic.SCORES);
        Map<String, Integer> seen = new HashMap<>();
        double[] at = new double[1024];
        long start = System.nanoTime();
        try (KafkaConsumer<byte[], byte[]> consumer =
                cluster.committed(List.of(scores, Cluster.topic(settings, Topic.PREDICTIONS)))) {
            double now = 0;
            while (now < limitSeconds
                    && (seen.size() < 2 || seen.values().stream().anyMatch(count -> count < wanted))) {
                if (!jvm.isAlive()) {
                    throw new IllegalStateException("the measured JVM has ended: " + jvm.logTail());
                }
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(100))) {
                    now = (System.nanoTime() - start) / 1e9;
                    int count = seen.merge(record.topic(), 1, Integer::sum);
                    if (count > wanted) {
                        throw new IllegalStateException(
                                "more scores or predictions than " + wanted + " documents: " + seen);
                    }
                    if (record.topic().equals(scores)) {
                        if (count > at.length) {
                            at = Arrays.copyOf(at, 2 * at.length);
                        }
                        at[count - 1] = now;
                    }
                }
                now = (System.nanoTime() - start) / 1e9;
            }
        }
        return new Arrivals(Arrays.copyOf(at, seen.getOrDefault(scores, 0)));
    }

    double first() {
        return at[0];
    }

    /** Scores a second between the first tenth and nine tenths: without the first on their way and the last. */
    double steadyPerSecond() {
        int from = at.length / 10;
        int to = at.length * 9 / 10;
        return (to - from) / (at[to] - at[from]);
    }

    /** Scores a second in the second half of the time. */
    double laterPerSecond() {
        if (at.length == 0) {
            return 0;
        }
        double end = at[at.length - 1];
        int from = 0;
        while (at[from] < end / 2) {
            from++;
        }
        return (at.length - from) / (end / 2);
    }
}
