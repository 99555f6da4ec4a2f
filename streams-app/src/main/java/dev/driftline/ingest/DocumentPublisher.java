package dev.driftline.ingest;

import dev.driftline.config.DriftlineConfig;
import dev.driftline.config.keys.InputKeys;
import dev.driftline.config.keys.ServiceKeys;
import dev.driftline.corpus.CorpusEntry;
import dev.driftline.input.DocumentRules;
import dev.driftline.input.Limits;
import dev.driftline.schemas.Document;
import dev.driftline.schemas.SchemaRegistrySerdes;
import dev.driftline.schemas.Subjects;
import dev.driftline.schemas.TextEvent;
import dev.driftline.text.Tokenizer;
import dev.driftline.text.Tokenizers;
import dev.driftline.topics.TopicNames;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Publishes documents to the documents or text topic and counts those that the brokers have acknowledged.
 *
 * <p>Whatever the configuration says, the producer is idempotent and waits for all replicas: a retry neither loses nor
 * repeats a document. {@link #publish} and {@link #flush} are for one thread; any thread may read the counts.
 */
public final class DocumentPublisher implements AutoCloseable {

    private static final int CHECK_TIMEOUT_MS = 15_000;
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(10);

    private final RecordForm form;
    private final RecordKey key;
    private final String topic;
    private final Producer<String, byte[]> producer;
    private final Serializer<SpecificRecord> values;
    private final DocumentRules rules;
    private final Tokenizer tokenizer;
    private final Map<Integer, Long> ends = new ConcurrentHashMap<>();
    private final AtomicLong acknowledged = new AtomicLong();
    private final AtomicReference<PublishException> failure = new AtomicReference<>();
    private volatile long published;
    private volatile long tokens;

    private DocumentPublisher(
            RecordForm form,
            RecordKey key,
            String topic,
            Producer<String, byte[]> producer,
            Serializer<SpecificRecord> values,
            DriftlineConfig config) {
        this.form = form;
        this.key = key;
        this.topic = topic;
        this.producer = producer;
        this.values = values;
        this.rules = new DocumentRules(Limits.of(config));
        this.tokenizer = Tokenizers.named(config.get(InputKeys.TOKENIZER));
    }

    /**
     * Connects, after checking that the topic and its schema exist.
     *
     * @throws PublishException if a broker, the registry, the topic or the schema is missing
     */
    public static DocumentPublisher open(DriftlineConfig config, RecordForm form, RecordKey key) {
        return open(config, form, key, Optional.empty());
    }

    /**
     * The same for documents that go in transactions: between {@link #begin} and {@link #commit}. What an earlier publisher of the
     * same id left open is given up.
     *
     * @throws PublishException as {@link #open}, or if transactions of this id are not allowed
     */
    static DocumentPublisher transactional(DriftlineConfig config, RecordForm form, RecordKey key, String id) {
        DocumentPublisher publisher = open(config, form, key, Optional.of(id));
        try {
            publisher.producer.initTransactions();
            return publisher;
        } catch (KafkaException e) {
            publisher.close();
            throw new PublishException("cannot begin transactions as " + id + ": " + rootMessage(e), e);
        }
    }

    private static DocumentPublisher open(
            DriftlineConfig config, RecordForm form, RecordKey key, Optional<String> transactionalId) {
        String topic = TopicNames.of(config).name(form.topic());
        requireTopic(config, topic);
        requireSchema(config, topic);
        Map<String, Object> properties = new HashMap<>();
        properties.put(ProducerConfig.LINGER_MS_CONFIG, 50);
        properties.put(ProducerConfig.BATCH_SIZE_CONFIG, 256 * 1024);
        properties.putAll(config.clients().producer());
        properties.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        properties.put(ProducerConfig.ACKS_CONFIG, "all");
        transactionalId.ifPresent(id -> properties.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, id));
        try {
            return new DocumentPublisher(
                    form,
                    key,
                    topic,
                    new KafkaProducer<>(properties, new StringSerializer(), new ByteArraySerializer()),
                    serializer(config, form),
                    config);
        } catch (KafkaException e) {
            throw new PublishException("invalid settings of the producer: " + rootMessage(e), e);
        }
    }

    /** The full name of the topic. */
    public String topic() {
        return topic;
    }

    /** Number of documents handed to the producer. */
    public long published() {
        return published;
    }

    /** Number of documents that the brokers have stored on all in-sync replicas. */
    public long acknowledged() {
        return acknowledged.get();
    }

    /** Number of tokens handed to the producer, {@code </s>} included; 0 for raw text. */
    public long tokens() {
        return tokens;
    }

    /**
     * Sends one document; waits while the producer's buffer is full.
     *
     * @param tokenizer splits raw text if the form is {@link RecordForm#DOCUMENT}
     * @return the number of words in the document, without {@code </s>}; 0 for raw text
     * @throws IllegalArgumentException if this document cannot be represented in the form, or the service would refuse it; later
     *     ones may still be published
     * @throws PublishException if this document or an earlier one could not be stored
     */
    @SuppressWarnings("FutureReturnValueIgnored") // the callback learns everything that the future would
    public int publish(CorpusEntry entry, Tokenizer tokenizer) {
        rethrow();
        RecordForm.Record record = form.of(entry, tokenizer, Instant.now());
        refuse(problem(record.value()));
        try {
            byte[] value = values.serialize(topic, record.value());
            refuse(rules.problem(value == null ? 0 : value.length));
            ProducerRecord<String, byte[]> sent =
                    new ProducerRecord<>(topic, key.of(entry).orElse(null), value);
            producer.send(sent, (metadata, exception) -> {
                if (exception == null) {
                    ends.merge(metadata.partition(), metadata.offset() + 1, Math::max);
                    acknowledged.incrementAndGet();
                } else {
                    failure.compareAndSet(null, explain(entry, exception));
                }
            });
        } catch (InterruptException e) {
            throw e;
        } catch (KafkaException e) {
            throw explain(entry, e);
        }
        published++;
        tokens += record.words() + record.sentences();
        return record.words();
    }

    private Optional<String> problem(SpecificRecord value) {
        if (value instanceof TextEvent text) {
            String language = text.getLanguage() == null ? "" : text.getLanguage();
            return rules.problem(text.getId(), text.getSource(), text.getText(), language, tokenizer);
        }
        Document document = (Document) value;
        return rules.problem(document.getId(), document.getSource(), document.getSentences());
    }

    /** What the service would make a dead letter of is not to be counted as published. */
    private static void refuse(Optional<String> problem) {
        problem.ifPresent(reason -> {
            throw new IllegalArgumentException(reason);
        });
    }

    /** The offset behind the last document that was stored, of each partition that has one. */
    Map<TopicPartition, Long> ends() {
        Map<TopicPartition, Long> behind = new HashMap<>();
        ends.forEach((partition, end) -> behind.put(new TopicPartition(topic, partition), end));
        return behind;
    }

    /** Begins a transaction. */
    void begin() {
        try {
            producer.beginTransaction();
        } catch (KafkaException e) {
            throw transaction(e);
        }
    }

    /**
     * Commits what was published since {@link #begin}, and with it a number for {@code group}.
     *
     * @throws PublishException if a document could not be stored, or the transaction could not be committed
     */
    void commit(ConsumerGroupMetadata group, long number, String note) {
        rethrow();
        try {
            producer.sendOffsetsToTransaction(Map.of(noteAt(), new OffsetAndMetadata(number, note)), group);
            producer.commitTransaction();
        } catch (KafkaException e) {
            rethrow();
            throw transaction(e);
        }
    }

    /**
     * What was committed last for a group.
     *
     * @param metadata what the group is to a producer
     * @param number the number; empty if there is none
     */
    record Note(ConsumerGroupMetadata metadata, OptionalLong number) {}

    /** What was committed last for {@code group}, once no transaction of it is open any more. */
    Note noted(String group, DriftlineConfig config) {
        Map<String, Object> properties = new HashMap<>(config.clients().consumer());
        properties.put(ConsumerConfig.GROUP_ID_CONFIG, group);
        properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            OffsetAndMetadata found = consumer.committed(Set.of(noteAt())).get(noteAt());
            return new Note(
                    consumer.groupMetadata(), found == null ? OptionalLong.empty() : OptionalLong.of(found.offset()));
        } catch (KafkaException e) {
            throw new PublishException(
                    "cannot read how far the file was published before, in group " + group + ": " + rootMessage(e), e);
        }
    }

    private TopicPartition noteAt() {
        return new TopicPartition(topic, 0);
    }

    private static PublishException transaction(KafkaException e) {
        return new PublishException(
                e instanceof ProducerFencedException || e instanceof InvalidProducerEpochException
                        ? "another process publishes the same file: let one of them do it"
                        : "the transaction could not be committed: " + rootMessage(e)
                                + ": the same command goes on from the last one that was",
                e);
    }

    /**
     * Waits until every document is stored.
     *
     * @throws PublishException if one could not be stored
     */
    public void flush() {
        producer.flush();
        rethrow();
    }

    /** Waits at most ten seconds for documents in flight, then stops. {@link #acknowledged()} is final after that. */
    public void settle() {
        producer.close(CLOSE_TIMEOUT);
        values.close();
    }

    @Override
    public void close() {
        settle();
    }

    private void rethrow() {
        PublishException failed = failure.get();
        if (failed != null) {
            throw failed;
        }
    }

    private PublishException explain(CorpusEntry entry, Exception cause) {
        String what = "document '" + entry.id() + "' (line " + entry.line() + ") ";
        if (cause instanceof RecordTooLargeException) {
            return new PublishException(
                    what + "exceeds the largest record size: " + cause.getMessage() + " Split it, or raise "
                            + InputKeys.DOCUMENT_MAX_BYTES.name() + " here and max.message.bytes of " + topic,
                    cause);
        }
        if (cause instanceof TimeoutException) {
            return new PublishException(
                    what + "was not acknowledged in time: are the brokers up? " + cause.getMessage(), cause);
        }
        return new PublishException(what + "could not be published: " + rootMessage(cause), cause);
    }

    @SuppressWarnings("unchecked") // the form makes only records of its topic's type
    private static Serializer<SpecificRecord> serializer(DriftlineConfig config, RecordForm form) {
        return (Serializer<SpecificRecord>)
                (Serializer<?>) new SchemaRegistrySerdes(config.clients().schemaRegistry()).serializer(type(form));
    }

    private static Class<? extends SpecificRecord> type(RecordForm form) {
        return form.topic().recordType().orElseThrow();
    }

    private static void requireTopic(DriftlineConfig config, String topic) {
        String brokers = config.get(ServiceKeys.BOOTSTRAP_SERVERS);
        Map<String, Object> properties = new HashMap<>(config.clients().admin());
        properties.putIfAbsent(CommonClientConfigs.REQUEST_TIMEOUT_MS_CONFIG, CHECK_TIMEOUT_MS);
        properties.putIfAbsent(CommonClientConfigs.DEFAULT_API_TIMEOUT_MS_CONFIG, CHECK_TIMEOUT_MS);
        try (Admin admin = Admin.create(properties)) {
            admin.describeTopics(List.of(topic)).allTopicNames().get();
        } catch (ExecutionException e) {
            Throwable cause = Objects.requireNonNullElse(e.getCause(), e);
            if (cause instanceof UnknownTopicOrPartitionException) {
                throw new PublishException(
                        "there is no topic " + topic + " at " + brokers + ": run `driftline topics create` first",
                        cause);
            }
            if (cause instanceof AuthorizationException) {
                throw new PublishException("not allowed to use topic " + topic + ": " + cause.getMessage(), cause);
            }
            throw new PublishException(
                    "no Kafka broker answers at " + brokers + " (" + cause.getMessage()
                            + "): start it, or set bootstrap.servers",
                    cause);
        } catch (KafkaException e) {
            throw new PublishException(
                    "cannot connect to Kafka at " + brokers + ": " + rootMessage(e)
                            + ": set bootstrap.servers to the address of a broker",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptException(e);
        }
    }

    private static void requireSchema(DriftlineConfig config, String topic) {
        String subject = topic + Subjects.VALUE_SUFFIX;
        String registry = config.get(ServiceKeys.SCHEMA_REGISTRY_URL);
        try (SchemaRegistryClient client =
                new SchemaRegistrySerdes(config.clients().schemaRegistry()).client()) {
            client.getLatestSchemaMetadata(subject);
        } catch (RestClientException e) {
            if (e.getStatus() == 404) {
                throw new PublishException(
                        "the schema registry at " + registry + " has no schema for " + subject
                                + ": run `driftline topics create` first",
                        e);
            }
            throw new PublishException(
                    "the schema registry at " + registry + " rejected the request: " + e.getMessage()
                            + ": check schema.registry.* settings",
                    e);
        } catch (IOException e) {
            throw new PublishException(
                    "no schema registry answers at " + registry + " (" + rootMessage(e)
                            + "): start it, or set schema.registry.url",
                    e);
        }
    }

    private static String rootMessage(Throwable thrown) {
        Throwable root = thrown;
        while (root.getCause() != null && root.getCause() != root) {
            root = root.getCause();
        }
        return root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
    }
}
