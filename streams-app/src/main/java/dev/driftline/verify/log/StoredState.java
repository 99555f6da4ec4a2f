package dev.driftline.verify.log;

import dev.driftline.config.DriftlineConfig;
import dev.driftline.store.RocksDbPages;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CancellationException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * Copies the state of a task out of its changelog, as of a commit.
 *
 * <p>A changelog is compacted: while it is read, a record may go because a newer one of its key has come after the end that was
 * fixed. So it is read on until little was left to read when the end was fixed last: that little is in the newest segment, which
 * compaction leaves alone.
 */
public final class StoredState {

    private static final Duration SOON = Duration.ofSeconds(2);
    private static final int LONGEST_CHASE = 20;

    private StoredState() {}

    /**
     * Puts the state into {@code pages}, which are empty.
     *
     * @param step what to call it
     * @throws UnverifiableException if it cannot be read
     * @throws CancellationException if {@code progress} ends it
     */
    public static void restore(
            DriftlineConfig config,
            TopicEnds topics,
            TopicPartition changelog,
            RocksDbPages pages,
            Duration timeout,
            String step,
            VerifyProgress progress) {
        long next = 0;
        for (int round = 0; round < LONGEST_CHASE; round++) {
            long end = round == 0
                    // What another partition shows as committed is committed here, and may not be marked yet. The end
                    // may be
                    // in the middle of a transaction, which is decided once it is reached: then follows the rest of it.
                    ? topics.written(Set.of(changelog)).getOrDefault(changelog, 0L)
                    : topics.committed(Set.of(changelog)).getOrDefault(changelog, 0L);
            if (end <= next) {
                return;
            }
            long from = next;
            long began = System.nanoTime();
            try (CommittedLog log = new CommittedLog(
                    config,
                    Map.of(changelog, end),
                    timeout,
                    () -> progress.at(step, from, end),
                    Map.of(changelog, from))) {
                for (ConsumerRecord<byte[], byte[]> record = log.next(changelog);
                        record != null;
                        record = log.next(changelog)) {
                    if (record.key() != null) {
                        pages.put(record.key(), record.value());
                    }
                    if ((record.offset() & 0x3FF) == 0) {
                        progress.at(step, record.offset(), end);
                    }
                }
            }
            next = end;
            if (round > 0 && System.nanoTime() - began < SOON.toNanos()) {
                return;
            }
        }
    }
}
