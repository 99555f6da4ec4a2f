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
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fetches the words of documents from where they were read, with a consumer and a thread of its own that wait until somebody
 * asks. What was fetched lately is kept. May be asked from any thread.
 */
final class DocumentTexts implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(DocumentTexts.class);

    private static final Duration PATIENCE = Duration.ofSeconds(3);
    private static final Duration POLL = Duration.ofMillis(100);
    private static final int WAITING = 16;
    private static final int KEPT_WORDS = 500_000;

    /** What is read over rather than sought past. */
    private static final long NEAR = 200;

    private final DriftlineConfig config;
    private final String textTopic;
    private final ThreadPoolExecutor thread;
    private final Map<InputPosition, DocumentText> kept = new LinkedHashMap<>(64, 0.75f, true);
    private int keptWords;

    private KafkaConsumer<byte[], byte[]> consumer;
    private Deserializer<Document> documents;
    private Deserializer<TextEvent> texts;
    private Tokenizer tokenizer;

    DocumentTexts(DriftlineConfig config) {
        this.config = config;
        textTopic = TopicNames.of(config).name(Topic.TEXT);
        thread = new ThreadPoolExecutor(0, 1, 30, TimeUnit.SECONDS, new ArrayBlockingQueue<>(WAITING), task -> {
            Thread worker = new Thread(task, "live-documents");
            worker.setDaemon(true);
            return worker;
        });
    }

    /** The words at each of {@code positions}; the answer has all of them, with a problem where there are none. */
    CompletableFuture<Map<InputPosition, DocumentText>> read(Collection<InputPosition> positions) {
        Map<InputPosition, DocumentText> found = new HashMap<>();
        List<InputPosition> missing = new ArrayList<>();
        synchronized (kept) {
            for (InputPosition position : positions) {
                DocumentText text = kept.get(position);
                if (text == null) {
                    missing.add(position);
                } else {
                    found.put(position, text);
                }
            }
        }
        if (missing.isEmpty()) {
            return CompletableFuture.completedFuture(found);
        }
        try {
            return CompletableFuture.supplyAsync(
                    () -> {
                        found.putAll(fetch(missing));
                        return found;
                    },
                    thread);
        } catch (RejectedExecutionException e) {
            missing.forEach(position -> found.put(position, DocumentText.missing("too many ask at once")));
            return CompletableFuture.completedFuture(found);
        }
    }

    /** On the one thread. */
    private Map<InputPosition, DocumentText> fetch(List<InputPosition> positions) {
        Map<InputPosition, DocumentText> fetched = new HashMap<>();
        String problem = "the broker has not given it within " + PATIENCE.toSeconds() + " s";
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        try {
            open();
            Map<TopicPartition, TreeMap<Long, InputPosition>> wanted = positions.stream()
                    .collect(Collectors.groupingBy(
                            position -> new TopicPartition(position.topic(), position.partition()),
                            Collectors.toMap(
                                    InputPosition::offset, position -> position, (one, same) -> one, TreeMap::new)));
            for (Map.Entry<TopicPartition, TreeMap<Long, InputPosition>> entry : wanted.entrySet()) {
                fetch(entry.getKey(), entry.getValue(), deadline, fetched);
            }
        } catch (KafkaException e) {
            LOG.warn("Cannot fetch the words of documents: {}", e.toString());
            problem = "the broker does not give it: " + e.getMessage();
            closeConsumer();
        }
        keep(fetched);
        for (InputPosition position : positions) {
            fetched.putIfAbsent(position, DocumentText.missing(problem));
        }
        return fetched;
    }

    private void open() {
        if (consumer == null) {
            Map<String, Object> properties = new HashMap<>(config.clients().consumer());
            // What retention has removed is not to be answered with something else.
            properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
            properties.put(ConsumerConfig.CLIENT_ID_CONFIG, config.get(ServiceKeys.APPLICATION_ID) + "-live-documents");
            properties.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, Math.toIntExact(PATIENCE.toMillis()));
            consumer = new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
            SchemaRegistrySerdes serdes =
                    new SchemaRegistrySerdes(config.clients().schemaRegistry());
            documents = serdes.deserializer(Document.class);
            texts = serdes.deserializer(TextEvent.class);
            tokenizer = Tokenizers.named(config.get(InputKeys.TOKENIZER));
        }
    }

    private void fetch(
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
        try {
            List<List<String>> sentences;
            if (record.topic().equals(textTopic)) {
                TextEvent event = texts.deserialize(record.topic(), record.headers(), record.value());
                sentences =
                        tokenizer.sentences(event.getText(), event.getLanguage() == null ? "" : event.getLanguage());
            } else {
                sentences = documents
                        .deserialize(record.topic(), record.headers(), record.value())
                        .getSentences();
            }
            List<String> words = new ArrayList<>();
            for (List<String> sentence : sentences) {
                for (String word : sentence) {
                    if (words.size() < ScoredDocument.MOST_TOKENS) {
                        words.add(word);
                    }
                }
                if (words.size() < ScoredDocument.MOST_TOKENS) {
                    words.add("</s>");
                }
            }
            return new DocumentText(words, "");
        } catch (KafkaException | IllegalArgumentException e) {
            return DocumentText.missing("its record cannot be read: " + e.getMessage());
        }
    }

    private void keep(Map<InputPosition, DocumentText> fetched) {
        synchronized (kept) {
            fetched.forEach((position, text) -> {
                if (text.problem().isEmpty() && kept.put(position, text) == null) {
                    keptWords += text.words().size();
                }
            });
            var eldest = kept.values().iterator();
            while (keptWords > KEPT_WORDS && eldest.hasNext()) {
                keptWords -= eldest.next().words().size();
                eldest.remove();
            }
        }
    }

    private void closeConsumer() {
        if (consumer != null) {
            consumer.close();
            documents.close();
            texts.close();
            consumer = null;
        }
    }

    @Override
    public void close() {
        try {
            thread.execute(this::closeConsumer);
        } catch (RejectedExecutionException e) {
            LOG.debug("The thread that fetches documents is busy; its consumer ends with the process");
        }
        thread.shutdown();
        try {
            if (!thread.awaitTermination(2 * PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                LOG.warn("The thread that fetches documents does not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
