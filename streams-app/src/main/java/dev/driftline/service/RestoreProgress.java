package dev.driftline.service;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.streams.processor.StateRestoreListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says how far the restoration of stores is, where it takes longer than a moment. Called from Kafka's threads. */
public final class RestoreProgress implements StateRestoreListener {

    private static final Logger LOG = LoggerFactory.getLogger(RestoreProgress.class);
    private static final long QUIET_NANOS = 2_000_000_000L;

    /**
     * A restoration under way.
     *
     * @param topic the changelog
     * @param partition of it
     * @param restored records so far
     * @param records in all
     */
    public record Restoring(String topic, int partition, long restored, long records) {}

    private static final class Run {
        final long records;
        final long started = System.nanoTime();
        volatile long restored;
        long said = started;

        Run(long records) {
            this.records = records;
        }
    }

    private final Map<TopicPartition, Run> runs = new ConcurrentHashMap<>();
    private final LongAdder total = new LongAdder();

    /** Restorations under way, by topic and partition. */
    public List<Restoring> underWay() {
        List<Restoring> restoring = new ArrayList<>();
        runs.forEach((partition, run) ->
                restoring.add(new Restoring(partition.topic(), partition.partition(), run.restored, run.records)));
        restoring.sort(Comparator.comparing(Restoring::topic).thenComparing(Restoring::partition));
        return restoring;
    }

    /** Records read from changelogs since the instance started. */
    public long restoredRecords() {
        return total.sum();
    }

    @Override
    public void onRestoreStart(TopicPartition partition, String store, long from, long to) {
        if (to > from) {
            runs.put(partition, new Run(to - from));
            LOG.info(
                    "Restoring {} partition {}: {} records from offset {} on",
                    store,
                    partition.partition(),
                    to - from,
                    from);
        }
    }

    @Override
    public void onBatchRestored(TopicPartition partition, String store, long endOffset, long records) {
        total.add(records);
        Run run = runs.get(partition);
        if (run != null) {
            run.restored = run.restored + records;
            long now = System.nanoTime();
            if (now - run.said > QUIET_NANOS) {
                run.said = now;
                LOG.info(
                        "Restoring {} partition {}: {} of {} records ({} %)",
                        store,
                        partition.partition(),
                        run.restored,
                        run.records,
                        100 * run.restored / Math.max(1, run.records));
            }
        }
    }

    @Override
    public void onRestoreEnd(TopicPartition partition, String store, long restored) {
        Run run = runs.remove(partition);
        if (run != null) {
            LOG.info(
                    "Restored {} partition {}: {} records in {} ms",
                    store,
                    partition.partition(),
                    restored,
                    (System.nanoTime() - run.started) / 1_000_000);
        }
    }

    @Override
    public void onRestoreSuspended(TopicPartition partition, String store, long restored) {
        runs.remove(partition);
    }
}
