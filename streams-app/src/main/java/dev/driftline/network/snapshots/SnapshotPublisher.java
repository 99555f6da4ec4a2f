package dev.driftline.network.snapshots;

import dev.driftline.config.DriftlineConfig;
import dev.driftline.schemas.PromotionDecision;
import dev.driftline.schemas.SchemaRegistrySerdes;
import dev.driftline.topics.Topic;
import dev.driftline.topics.TopicNames;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.IntConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Writes to the snapshots topic from outside the topology: manifests, pointer, tombstones and the record of the decision in one
 * transaction, so that nobody sees a part of it. The chunks of a large snapshot come before, in transactions of their own, since
 * one of hundreds of megabytes may run out of its time: without the manifest they are not a snapshot.
 */
public final class SnapshotPublisher {

    /** Chunks in a transaction, 16 MiB. */
    static final int CHUNKS_AT_ONCE = 32;

    private final DriftlineConfig config;
    private final TopicNames topics;

    /** Connects to nothing yet. */
    public SnapshotPublisher(DriftlineConfig config) {
        this.config = config;
        this.topics = TopicNames.of(config);
    }

    /**
     * Sends all of it, or nothing; where it fails, chunks that have been sent are taken off again, as far as the brokers allow.
     * Sending the same snapshot again replaces those that stayed.
     *
     * @param messages in this order
     * @param decision why the pointer moves; empty where it does not
     * @param sent told how many messages have been handed over
     * @throws KafkaException if the brokers do not take it
     */
    public void send(List<SnapshotMessages.Message> messages, Optional<PromotionDecision> decision, IntConsumer sent) {
        Map<String, Object> properties = new HashMap<>(config.clients().producer());
        properties.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, "driftline-snapshots-" + UUID.randomUUID());
        try (KafkaProducer<String, byte[]> producer =
                new KafkaProducer<>(properties, new StringSerializer(), new ByteArraySerializer())) {
            producer.initTransactions();
            producer.beginTransaction();
            int committed = 0;
            try {
                int count = 0;
                for (SnapshotMessages.Message message : messages) {
                    if (SnapshotMessages.isChunk(message) && count - committed == CHUNKS_AT_ONCE) {
                        producer.commitTransaction();
                        committed = count;
                        producer.beginTransaction();
                    }
                    producer.send(record(message));
                    sent.accept(++count);
                }
                if (decision.isPresent()) {
                    producer.send(record(decision.get()));
                }
                producer.commitTransaction();
            } catch (ProducerFencedException e) {
                throw e;
            } catch (RuntimeException e) {
                producer.abortTransaction();
                takeOff(messages.subList(0, committed), producer, e);
                throw e;
            }
        }
    }

    private void takeOff(
            List<SnapshotMessages.Message> chunks, KafkaProducer<String, byte[]> producer, RuntimeException why) {
        if (chunks.isEmpty()) {
            return;
        }
        try {
            producer.beginTransaction();
            chunks.forEach(chunk -> producer.send(record(new SnapshotMessages.Message(chunk.key(), null))));
            producer.commitTransaction();
        } catch (RuntimeException e) {
            why.addSuppressed(e);
        }
    }

    private ProducerRecord<String, byte[]> record(SnapshotMessages.Message message) {
        return new ProducerRecord<>(topics.name(Topic.SNAPSHOTS), 0, message.key(), message.value());
    }

    private ProducerRecord<String, byte[]> record(PromotionDecision decision) {
        String topic = topics.name(Topic.PROMOTIONS);
        SchemaRegistrySerdes serdes = new SchemaRegistrySerdes(config.clients().schemaRegistry());
        try (Serializer<PromotionDecision> serializer = serdes.serializer(PromotionDecision.class)) {
            return new ProducerRecord<>(topic, decision.getCandidate(), serializer.serialize(topic, decision));
        } catch (SerializationException e) {
            throw new SerializationException(
                    "the decision cannot be recorded on " + topic + ", so nothing was changed. Does the schema registry"
                            + " answer, and is the schema registered (`driftline topics create`)? " + e.getMessage(),
                    e);
        }
    }
}
