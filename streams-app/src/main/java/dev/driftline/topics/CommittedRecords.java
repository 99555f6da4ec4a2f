package dev.driftline.topics;

import dev.driftline.config.DriftlineConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.LongConsumer;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * The records that topics hold, what is committed of them up to the moment of the call. Only reading tells: brokers know
 * offsets, and the marks of transactions and what compaction has removed have some, too. Used by one thread.
 */
public final class CommittedRecords {

    private static final Duration POLL = Duration.ofMillis(500);

    private final DriftlineConfig config;

    /** @param config says where the brokers are */
    public CommittedRecords(DriftlineConfig config) {
        this.config = config;
    }

    /**
     * Reads partitions to their ends, which takes as long as any reader of them would take.
     *
     * @param from where to begin in each partition; empty for its first record
     * @param visitor told each record, those of a partition in order; says whether to go on
     * @param progress told how many records have been read, after each poll
     */
    public void read(
            Map<TopicPartition, OptionalLong> from,
            Predicate<ConsumerRecord<byte[], byte[]>> visitor,
            LongConsumer progress) {
        try (KafkaConsumer<byte[], byte[]> consumer = consumer()) {
            List<TopicPartition> left = new ArrayList<>(from.keySet());
            consumer.assign(left);
            from.forEach((partition, offset) -> {
                if (offset.isPresent()) {
                    consumer.seek(partition, offset.getAsLong());
                } else {
                    consumer.seekToBeginning(List.of(partition));
                }
            });
            Map<TopicPartition, Long> ends = consumer.endOffsets(left);
            long count = 0;
            while (true) {
                // The position, not the offset of the last record: a mark of a transaction may be what comes last.
                List<TopicPartition> done = left.stream()
                        .filter(partition -> consumer.position(partition) >= ends.getOrDefault(partition, 0L))
                        .toList();
                left.removeAll(done);
                consumer.pause(done);
                if (left.isEmpty()) {
                    return;
                }
                ConsumerRecords<byte[], byte[]> polled = consumer.poll(POLL);
                for (ConsumerRecord<byte[], byte[]> record : polled) {
                    long end = ends.getOrDefault(new TopicPartition(record.topic(), record.partition()), 0L);
                    if (record.offset() < end && !visitor.test(record)) {
                        return;
                    }
                }
                count += polled.count();
                progress.accept(count);
            }
        }
    }

    private KafkaConsumer<byte[], byte[]> consumer() {
        Map<String, Object> properties = new HashMap<>(config.clients().consumer());
        properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, IsolationLevel.READ_COMMITTED.toString());
        // The consumer asks for more than it is to read, and both another partition and its close wait for the answer.
        properties.putIfAbsent(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, 50);
        return new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }
}
