package dev.driftline.recall;

import dev.driftline.config.DriftlineConfig;
import dev.driftline.input.DocumentOrigin;
import dev.driftline.schemas.Document;
import dev.driftline.schemas.SchemaRegistrySerdes;
import dev.driftline.schemas.TextEvent;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serializer;
import org.jspecify.annotations.Nullable;

/** Publishes retractions, each to the partition of its document, so that it comes after it everywhere. One thread at a time. */
final class RetractionPublisher implements AutoCloseable {

    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(10);

    private final Producer<byte[], byte[]> producer;
    private final Serializer<Document> documents;
    private final Serializer<TextEvent> texts;

    RetractionPublisher(DriftlineConfig config) {
        Map<String, Object> properties = new HashMap<>(config.clients().producer());
        properties.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        properties.put(ProducerConfig.ACKS_CONFIG, "all");
        producer = new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
        SchemaRegistrySerdes serdes = new SchemaRegistrySerdes(config.clients().schemaRegistry());
        documents = serdes.serializer(Document.class);
        texts = serdes.serializer(TextEvent.class);
    }

    /** Sends the record that takes {@code document} out. */
    Future<RecordMetadata> send(FoundRecord document) {
        return send(
                document.origin().topic(),
                document.origin().partition(),
                document.key(),
                document.retraction().value());
    }

    /** Sends the record that drops a source in a partition of the documents topic. */
    Future<RecordMetadata> sendDrop(String topic, int partition, String source) {
        return send(topic, partition, source.getBytes(StandardCharsets.UTF_8), FoundRecord.drop(source));
    }

    private Future<RecordMetadata> send(String topic, int partition, byte @Nullable [] key, SpecificRecord value) {
        byte[] bytes;
        try {
            bytes = value instanceof TextEvent text
                    ? texts.serialize(topic, text)
                    : documents.serialize(topic, (Document) value);
        } catch (SerializationException e) {
            throw new RetractionException(
                    "the schema registry does not have the schema of a retraction for " + topic
                            + ": run `driftline topics create` first (" + e.getMessage() + ")",
                    e);
        }
        return producer.send(new ProducerRecord<>(topic, partition, key, bytes));
    }

    /**
     * Where a record has been stored; waits for that.
     *
     * @throws RetractionException if it could not be stored
     */
    static DocumentOrigin stored(Future<RecordMetadata> sent) {
        try {
            RecordMetadata metadata = sent.get();
            return new DocumentOrigin(metadata.topic(), metadata.partition(), metadata.offset());
        } catch (ExecutionException e) {
            Throwable cause = Objects.requireNonNullElse(e.getCause(), e);
            throw new RetractionException("the retraction could not be published: " + cause.getMessage(), cause);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptException(e);
        } catch (KafkaException e) {
            throw new RetractionException("the retraction could not be published: " + e.getMessage(), e);
        }
    }

    /** Sends what has not been sent yet. */
    void flush() {
        producer.flush();
    }

    @Override
    public void close() {
        producer.close(CLOSE_TIMEOUT);
        documents.close();
        texts.close();
    }
}
