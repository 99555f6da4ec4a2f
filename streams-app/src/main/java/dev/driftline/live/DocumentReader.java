package dev.driftline.live;

import dev.driftline.config.DriftlineConfig;
import dev.driftline.config.keys.InputKeys;
import dev.driftline.config.keys.ServiceKeys;
import dev.driftline.schemas.Document;
import dev.driftline.schemas.SchemaRegistrySerdes;
import dev.driftline.schemas.TextEvent;
import dev.driftline.text.Tokenizer;
import dev.driftline.text.Tokenizers;
import dev.driftline.topics.Topic;
import dev.driftline.topics.TopicNames;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Deserializer;

/** Reads single records of documents and texts as words. One thread at a time. */
final class DocumentReader implements AutoCloseable {

    private static final Duration POLL = Duration.ofMillis(100);
    /** Offsets up to this far ahead are read over rather than sought. */
    private static final long NEAR = 200;

    private final String textTopic;
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final Deserializer<Document> documents;
    private final Deserializer<TextEvent> texts;
    private final Tokenizer tokenizer;

    /** @param timeout of a call to the broker */
    DocumentReader(DriftlineConfig config, Duration timeout) {
        textTopic = TopicNames.of(config).name(Topic.TEXT);
        Map<String, Object> properties = new HashMap<>(config.clients().consumer());
        // What retention has removed is not to be answered with something else.
        properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
        properties.put(ConsumerConfig.CLIENT_ID_CONFIG, config.get(ServiceKeys.APPLICATION_ID) + "-live-documents");
        properties.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, Math.toIntExact(timeout.toMillis()));
        consumer = new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        SchemaRegistrySerdes serdes = new SchemaRegistrySerdes(config.clients().schemaRegistry());
        documents = serdes.deserializer(Document.class);
        texts = serdes.deserializer(TextEvent.class);
        tokenizer = Tokenizers.named(config.get(InputKeys.TOKENIZER));
    }

    /**
     * Adds the words of the wanted records of a partition to {@code fetched}, as many as come before the deadline.
     *
     * @param deadline on {@link System#nanoTime()}
     */
    void fetch(
            TopicPartition partition,
            TreeMap<Long, InputPosition> wanted,
            long deadline,
            Map<InputPosition, DocumentText> fetched) {
        consumer.assign(List.of(partition));
        consumer.seek(partition, wanted.firstKey());
        long last = wanted.lastKey();
        while (consumer.position(partition) <= last && System.nanoTime() < deadline) {
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL).records(partition)) {
                InputPosition position = wanted.get(record.offset());
                if (position != null) {
                    fetched.put(position, text(record));
                }
            }
            Long next = wanted.ceilingKey(consumer.position(partition));
            if (next != null && next - consumer.position(partition) > NEAR) {
                consumer.seek(partition, next);
            }
        }
    }

    private DocumentText text(ConsumerRecord<byte[], byte[]> record) {
        if (record.value() == null) {
            return DocumentText.missing("its record is a tombstone");
        }
        try {
            return DocumentText.of(cut(record), LiveDocument.MOST_TOKENS);
        } catch (KafkaException | IllegalArgumentException e) {
            return DocumentText.missing("its record cannot be read: " + e.getMessage());
        }
    }

    private Tokenizer.Cut cut(ConsumerRecord<byte[], byte[]> record) {
        if (record.topic().equals(textTopic)) {
            TextEvent event = texts.deserialize(record.topic(), record.headers(), record.value());
            return tokenizer.withLiterals(event.getText(), event.getLanguage() == null ? "" : event.getLanguage());
        }
        List<List<String>> sentences = documents
                .deserialize(record.topic(), record.headers(), record.value())
                .getSentences();
        return new Tokenizer.Cut(sentences, sentences);
    }

    @Override
    public void close() {
        consumer.close();
        documents.close();
        texts.close();
    }
}
