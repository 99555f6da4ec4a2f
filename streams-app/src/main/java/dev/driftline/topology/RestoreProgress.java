package dev.driftline.topology;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.streams.processor.StateRestoreListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says how far the restoration of stores is, where it takes longer than a moment. Called from Kafka's threads. */
final class RestoreProgress implements StateRestoreListener {

    private static final Logger LOG = LoggerFactory.getLogger(RestoreProgress.class);
    private static final long QUIET_NANOS = 2_000_000_000L;

    private static final class Run {
        final long records;
        final long started = System.nanoTime();
        long restored;
        long said = started;

        Run(long records) {
            this.records = records;
        }
    }

    private final Map<TopicPartition, Run> runs = new ConcurrentHashMap<>();

    /** Restorations under way: records restored so far, by changelog partition. */
    Map<TopicPartition, Long> underWay() {
        Map<TopicPartition, Long> restored = new ConcurrentHashMap<>();
        runs.forEach((partition, run) -> restored.put(partition, run.restored));
        return restored;
    }

    @Override
    public void onRestoreStart(TopicPartition partition, String store, long from, long to) {
        if (to > from) {
            runs.put(partition, new Run(to - from));
            LOG.info("Restoring {} partition {}: {} records", store, partition.partition(), to - from);
        }
    }

    @Override
    public void onBatchRestored(TopicPartition partition, String store, long endOffset, long records) {
        Run run = runs.get(partition);
        if (run != null) {
            run.restored += records;
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
