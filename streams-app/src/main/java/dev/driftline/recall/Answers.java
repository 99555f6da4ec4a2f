package dev.driftline.recall;

import dev.driftline.config.DriftlineConfig;
import dev.driftline.input.DocumentOrigin;
import dev.driftline.schemas.MalformedRecordException;
import dev.driftline.schemas.Retraction;
import dev.driftline.schemas.SchemaRegistrySerdes;
import dev.driftline.topics.Topic;
import dev.driftline.topics.TopicNames;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Deserializer;

/**
 * The answers to retractions that are published from now on. Say what is waited for before the next {@link #poll}: an answer that
 * nobody waits for is passed over. One thread at a time.
 */
final class Answers implements AutoCloseable {

    private final KafkaConsumer<byte[], byte[]> consumer;
    private final Deserializer<Retraction> values;
    private final Set<DocumentOrigin> expected = new HashSet<>();

    /**
     * Starts at the end of the topic.
     *
     * @throws RetractionException if there is no such topic
     */
    Answers(DriftlineConfig config) {
        Map<String, Object> properties = new HashMap<>(config.clients().consumer());
        properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "latest");
        properties.putIfAbsent(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, 50);
        values = new SchemaRegistrySerdes(config.clients().schemaRegistry()).deserializer(Retraction.class);
        consumer = new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        String topic = TopicNames.of(config).name(Topic.RETRACTIONS);
        try {
            List<PartitionInfo> partitions = consumer.partitionsFor(topic);
            if (partitions == null || partitions.isEmpty()) {
                throw new RetractionException("there is no topic " + topic + ": run `driftline topics create` first");
            }
            List<TopicPartition> all = partitions.stream()
                    .map(partition -> new TopicPartition(topic, partition.partition()))
                    .toList();
            consumer.assign(all);
            consumer.seekToEnd(all);
            // Seeking is lazy; what is answered from this moment on is wanted.
            all.forEach(consumer::position);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /** Waits for the answer to the retraction at a place, too. */
    void expect(DocumentOrigin retraction) {
        expected.add(retraction);
    }

    /** How many answers are waited for. */
    int expected() {
        return expected.size();
    }

    /** Those that have come; waits for some at most so long. */
    List<Retraction> poll(Duration wait) {
        List<Retraction> came = new ArrayList<>();
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(wait)) {
            try {
                Retraction answer = values.deserialize(record.topic(), record.headers(), record.value());
                if (answer != null && expected.remove(retraction(answer))) {
                    came.add(answer);
                }
            } catch (MalformedRecordException e) {
                // Somebody else's.
            }
        }
        return came;
    }

    /** The place of the retraction that was answered. */
    static DocumentOrigin retraction(Retraction answer) {
        return new DocumentOrigin(answer.getInputTopic(), answer.getInputPartition(), answer.getInputOffset());
    }

    /** The place of the document that was meant; empty where the retraction did not name it. */
    static Optional<DocumentOrigin> document(Retraction answer) {
        return Optional.ofNullable(answer.getRetractOffset())
                .map(offset -> new DocumentOrigin(answer.getInputTopic(), answer.getInputPartition(), offset));
    }

    @Override
    public void close() {
        consumer.close();
        values.close();
    }
}
