package dev.driftline.verify.log;

import dev.driftline.config.DriftlineConfig;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;

/**
 * Partitions from their first record to an end that is fixed, committed records only, each read as fast as its reader asks. What
 * was fetched and not asked for stays within a megabyte a partition, or a record. One thread at a time.
 */
public final class CommittedLog implements AutoCloseable {

    private static final Duration POLL = Duration.ofMillis(100);
    private static final long AHEAD_BYTES = 1 << 20;

    private final KafkaConsumer<byte[], byte[]> consumer;
    private final Map<TopicPartition, Fetched> partitions = new HashMap<>();
    private final Duration timeout;
    private final Runnable waiting;

    private static final class Fetched {

        final ArrayDeque<ConsumerRecord<byte[], byte[]>> records = new ArrayDeque<>();
        final long begin;
        final long end;
        long bytes;
        boolean isRead;

        Fetched(long begin, long end) {
            this.begin = begin;
            this.end = end;
            isRead = begin >= end;
        }
    }

    /**
     * Starts at the first record of each partition.
     *
     * @param ends the offset after the last one that is read, of each partition
     * @param timeout how long no record may come although the end is not reached: a transaction is open, or a broker away
     * @param waiting called now and then while records are waited for; ends the reading by an exception
     */
    public CommittedLog(DriftlineConfig config, Map<TopicPartition, Long> ends, Duration timeout, Runnable waiting) {
        this(config, ends, timeout, waiting, Map.of());
    }

    /** As the other constructor, from an offset on where {@code from} has one that is later than the first. */
    public CommittedLog(
            DriftlineConfig config,
            Map<TopicPartition, Long> ends,
            Duration timeout,
            Runnable waiting,
            Map<TopicPartition, Long> from) {
        Map<String, Object> properties = new HashMap<>(config.clients().consumer());
        properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
        properties.putIfAbsent(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 2000);
        // The consumer asks for more than it is to read, and both another partition and its close wait for the answer.
        properties.putIfAbsent(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, 50);
        consumer = new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        this.timeout = timeout;
        this.waiting = waiting;
        try {
            consumer.assign(ends.keySet());
            Map<TopicPartition, Long> begins = consumer.beginningOffsets(ends.keySet());
            ends.forEach((partition, end) -> {
                long begin = Math.max(begins.getOrDefault(partition, 0L), from.getOrDefault(partition, 0L));
                partitions.put(partition, new Fetched(begin, end));
                consumer.seek(partition, begin);
            });
        } catch (RuntimeException e) {
            consumer.close();
            throw e;
        }
    }

    /** The first offset that the brokers still had when this was opened. */
    public long begin(TopicPartition partition) {
        return of(partition).begin;
    }

    /** The offset after the last one that is read. */
    public long end(TopicPartition partition) {
        return of(partition).end;
    }

    /**
     * The next record, which stays the next one.
     *
     * @return null at the end
     * @throws UnverifiableException if none came in time, or retention has deleted it meanwhile
     */
    public @Nullable ConsumerRecord<byte[], byte[]> peek(TopicPartition partition) {
        Fetched wanted = of(partition);
        long since = System.nanoTime();
        while (wanted.records.isEmpty() && !wanted.isRead) {
            if (poll()) {
                since = System.nanoTime();
            } else if (System.nanoTime() - since > timeout.toNanos()) {
                throw new UnverifiableException(
                        "no record of " + partition + " came for " + timeout.toSeconds()
                                + " s, at offset " + consumer.position(partition) + " of " + wanted.end
                                + ": a transaction is open there, or the broker is away. Try again, or wait longer with --timeout");
            }
            waiting.run();
        }
        return wanted.records.peek();
    }

    /** The next record, as {@link #peek}; the one after it is next then. */
    public @Nullable ConsumerRecord<byte[], byte[]> next(TopicPartition partition) {
        ConsumerRecord<byte[], byte[]> record = peek(partition);
        if (record != null) {
            Fetched from = of(partition);
            from.records.remove();
            from.bytes -= bytes(record);
        }
        return record;
    }

    private Fetched of(TopicPartition partition) {
        Fetched fetched = partitions.get(partition);
        if (fetched == null) {
            throw new IllegalArgumentException(partition + " is not among " + partitions.keySet());
        }
        return fetched;
    }

    /** Fetches what there is room for; whether a partition has come further. */
    private boolean poll() {
        List<TopicPartition> full = new ArrayList<>();
        List<TopicPartition> wanted = new ArrayList<>();
        partitions.forEach((partition, fetched) ->
                (fetched.isRead || fetched.bytes >= AHEAD_BYTES ? full : wanted).add(partition));
        consumer.pause(full);
        consumer.resume(wanted);
        boolean moved = false;
        try {
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                Fetched fetched = of(new TopicPartition(record.topic(), record.partition()));
                if (record.offset() < fetched.end) {
                    fetched.records.add(record);
                    fetched.bytes += bytes(record);
                }
                moved = true;
            }
        } catch (OffsetOutOfRangeException e) {
            throw new UnverifiableException(
                    "retention has deleted records of " + e.partitions() + " while they were read: try again", e);
        }
        for (TopicPartition partition : wanted) {
            Fetched fetched = of(partition);
            // The position, not the offset of the last record: the mark of a transaction may be what comes last.
            if (consumer.position(partition) >= fetched.end) {
                fetched.isRead = true;
                moved = true;
            }
        }
        return moved;
    }

    private static long bytes(ConsumerRecord<byte[], byte[]> record) {
        byte[] key = record.key();
        byte[] value = record.value();
        return 200L + (key == null ? 0 : key.length) + (value == null ? 0 : value.length);
    }

    @Override
    public void close() {
        consumer.close();
    }
}
