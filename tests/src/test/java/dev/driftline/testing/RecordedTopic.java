package dev.driftline.testing;

import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Deserializer;

/**
 * What was committed to a topic so far, from its beginning. One thread.
 *
 * @param <T> what its values are
 */
public final class RecordedTopic<T> implements AutoCloseable {

    private static final Duration POLL = Duration.ofMillis(100);

    private final String topic;
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final Deserializer<T> values;
    private final List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();

    /** Reads {@code topic} with the given properties of a consumer. */
    public RecordedTopic(String topic, Map<String, Object> consumerProperties, Deserializer<T> values) {
        this.topic = topic;
        this.values = values;
        Map<String, Object> properties = new HashMap<>(consumerProperties);
        properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        properties.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, 50);
        consumer = new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                .map(info -> new TopicPartition(info.topic(), info.partition()))
                .toList();
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
    }

    /** How many records are there by now. */
    public int size() {
        consumer.poll(POLL).forEach(records::add);
        return records.size();
    }

    /** Waits until there are {@code count} records or more; fails after {@code atMost}. */
    public RecordedTopic<T> awaitSize(int count, Duration atMost) {
        await("records in " + topic)
                .atMost(atMost)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(10))
                .until(this::size, size -> size >= count);
        return this;
    }

    /** Every record that is committed now: reads to the end of the topic as it is at this moment. */
    public List<ConsumerRecord<byte[], byte[]>> records() {
        forEach(records::add);
        return Collections.unmodifiableList(records);
    }

    /** Passes on every record that is committed now and was not read before, and keeps none of them. */
    public void forEach(Consumer<ConsumerRecord<byte[], byte[]>> visitor) {
        Map<TopicPartition, Long> ends = consumer.endOffsets(consumer.assignment());
        while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
            consumer.poll(POLL).forEach(visitor);
        }
    }

    /** The values of {@link #records()}. */
    public List<T> values() {
        return records().stream().map(this::value).toList();
    }

    /** The value of a record. */
    public T value(ConsumerRecord<byte[], byte[]> record) {
        return values.deserialize(topic, record.headers(), record.value());
    }

    @Override
    public void close() {
        consumer.close();
        values.close();
    }
}
