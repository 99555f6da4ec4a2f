package dev.driftline.topics;

import dev.driftline.config.DriftlineConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * How many records topics hold, by reading them: brokers know offsets, and the marks of transactions and what compaction
 * removed have some, too. Counts what is committed up to the moment of the call.
 */
public final class RecordCount {

    private static final Duration POLL = Duration.ofMillis(500);

    private final DriftlineConfig config;

    /** @param config says where the brokers are */
    public RecordCount(DriftlineConfig config) {
        this.config = config;
    }

    /**
     * Reads the topics to their ends, which takes as long as any reader of them would take.
     *
     * @param partitions number of partitions of each topic
     * @param progress is told the number of records after each poll
     * @return number of records of each topic
     */
    public Map<String, Long> of(Map<String, Integer> partitions, LongConsumer progress) {
        List<TopicPartition> all = partitions.entrySet().stream()
                .flatMap(topic -> IntStream.range(0, topic.getValue())
                        .mapToObj(partition -> new TopicPartition(topic.getKey(), partition)))
                .toList();
        Map<String, Object> properties = new HashMap<>(config.clients().consumer());
        properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        // The consumer asks for more than it is to read, and both another partition and its close wait for the answer.
        properties.putIfAbsent(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, 50);
        Map<String, Long> records = new TreeMap<>();
        partitions.keySet().forEach(topic -> records.put(topic, 0L));
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.assign(all);
            consumer.seekToBeginning(all);
            Map<TopicPartition, Long> ends = consumer.endOffsets(all);
            List<TopicPartition> left = new ArrayList<>(all);
            long counted = 0;
            while (true) {
                // The position, not the offset of the last record: a mark of a transaction may be what comes last.
                List<TopicPartition> done = left.stream()
                        .filter(partition -> consumer.position(partition) >= ends.getOrDefault(partition, 0L))
                        .collect(Collectors.toList());
                left.removeAll(done);
                consumer.pause(done);
                if (left.isEmpty()) {
                    return records;
                }
                ConsumerRecords<byte[], byte[]> polled = consumer.poll(POLL);
                polled.forEach(record -> {
                    if (record.offset()
                            < ends.getOrDefault(new TopicPartition(record.topic(), record.partition()), 0L)) {
                        records.merge(record.topic(), 1L, Long::sum);
                    }
                });
                counted += polled.count();
                progress.accept(counted);
            }
        }
    }
}
