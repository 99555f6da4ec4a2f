package dev.driftline.network.snapshots;

import dev.driftline.config.DriftlineConfig;
import dev.driftline.topics.FollowerThread;
import dev.driftline.topics.Topic;
import dev.driftline.topics.TopicNames;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * Reads the snapshots topic from its beginning into a catalog, committed records only, as nobody's group. One thread, but
 * for {@link #wakeup()}.
 */
final class SnapshotTopicReader implements FollowerThread.Reader {

    private static final int FETCH_BYTES = 16 * 1024 * 1024;

    private final KafkaConsumer<String, byte[]> consumer;
    private final TopicPartition partition;
    private final SnapshotCatalog catalog;

    private long begin;
    private long end;
    private long bytes;

    /** Connects to nothing yet. */
    SnapshotTopicReader(DriftlineConfig config, SnapshotCatalog catalog) {
        Map<String, Object> properties = new HashMap<>(config.clients().consumer());
        properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        properties.remove(ConsumerConfig.GROUP_ID_CONFIG);
        properties.putIfAbsent(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, FETCH_BYTES);
        this.consumer = new KafkaConsumer<>(properties, new StringDeserializer(), new ByteArrayDeserializer());
        this.partition = new TopicPartition(TopicNames.of(config).name(Topic.SNAPSHOTS), 0);
        this.catalog = catalog;
    }

    /**
     * Goes to the beginning and sees how far there is to go.
     *
     * @throws UnknownTopicOrPartitionException if there is no such topic
     */
    void open() {
        List<PartitionInfo> partitions = consumer.partitionsFor(partition.topic());
        if (partitions == null || partitions.isEmpty()) {
            throw new UnknownTopicOrPartitionException("there is no topic " + partition.topic());
        }
        List<TopicPartition> one = List.of(partition);
        consumer.assign(one);
        consumer.seekToBeginning(one);
        begin = consumer.position(partition);
        end = Objects.requireNonNull(consumer.endOffsets(one).get(partition), "end of " + partition);
    }

    /** Waits for records for at most {@code wait} and takes them in; whether there were any. */
    boolean poll(Duration wait) {
        ConsumerRecords<String, byte[]> records = consumer.poll(wait);
        for (ConsumerRecord<String, byte[]> record : records) {
            if (record.key() != null) {
                catalog.take(record.key(), record.value(), record.offset(), Instant.ofEpochMilli(record.timestamp()));
            }
            bytes += Math.max(0, record.serializedValueSize());
        }
        return !records.isEmpty();
    }

    /** Whether everything has been read that was there when this was opened. */
    boolean caughtUp() {
        return consumer.position(partition) >= end;
    }

    /** How much has been read of what was there when this was opened, from 0 to 1. */
    double share() {
        return end <= begin ? 1 : Math.min(1, (consumer.position(partition) - begin) / (double) (end - begin));
    }

    /** Bytes of values read. */
    long bytes() {
        return bytes;
    }

    /** Ends a poll that another thread is in. */
    @Override
    public void wakeup() {
        consumer.wakeup();
    }

    @Override
    public void close() {
        consumer.close();
    }
}
