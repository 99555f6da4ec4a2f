package dev.driftline.migration;

import dev.driftline.config.DriftlineConfig;
import dev.driftline.topics.TopicAdmin;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** What an application has not read yet of a topic between its own tasks. Used by one thread. */
final class UnreadRecords {

    private static final Duration POLL = Duration.ofMillis(200);

    private final DriftlineConfig config;
    private final TopicAdmin admin;

    UnreadRecords(DriftlineConfig config, TopicAdmin admin) {
        this.config = config;
        this.admin = admin;
    }

    /** Whether there is a committed record behind the offset that the application has committed; false without the topic. */
    boolean isAny(String topic) {
        int partitions = admin.partitions(List.of(topic)).getOrDefault(topic, 0);
        for (int partition = 0; partition < partitions; partition++) {
            if (isAny(new TopicPartition(topic, partition))) {
                return true;
            }
        }
        return false;
    }

    private boolean isAny(TopicPartition partition) {
        Map<String, Object> properties = new HashMap<>(config.clients().consumer());
        properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        // The consumer asks for more than it is to read, and both another partition and its close wait for the answer.
        properties.putIfAbsent(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, 50);
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.assign(List.of(partition));
            OptionalLong committed = admin.committed(partition);
            if (committed.isPresent()) {
                consumer.seek(partition, committed.getAsLong());
            } else {
                consumer.seekToBeginning(List.of(partition));
            }
            // Marks of transactions have offsets, and are no records: only reading tells.
            long end = consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
            while (consumer.position(partition) < end) {
                if (!consumer.poll(POLL).isEmpty()) {
                    return true;
                }
            }
            return false;
        }
    }
}
