package dev.driftline.testing;

import dev.driftline.config.DriftlineConfig;
import dev.driftline.config.keys.NeuralKeys;
import dev.driftline.config.keys.ServiceKeys;
import dev.driftline.config.keys.TopicKeys;
import dev.driftline.schemas.Document;
import dev.driftline.schemas.Prediction;
import dev.driftline.schemas.SchemaRegistrySerdes;
import dev.driftline.schemas.Score;
import dev.driftline.topics.Topic;
import dev.driftline.topics.TopicAdmin;
import dev.driftline.topics.TopicNames;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serializer;

/**
 * One service under test: its topics, its instances, what goes in and what comes out. One thread. Closing it stops its
 * instances, kills what does not stop, and removes their folders.
 */
public final class Application implements AutoCloseable {

    private final Path directory;
    private final Map<String, String> settings;
    private final DriftlineConfig config;
    private final TopicNames topics;
    private final SchemaRegistrySerdes serdes;
    private final Producer<byte[], byte[]> producer;
    private final Serializer<Document> documents;
    private final List<AutoCloseable> opened = new ArrayList<>();
    private final Map<String, ChildInstance> spawned = new HashMap<>();

    Application(Cluster cluster, String name, Path directory, Map<String, String> given) {
        this.directory = directory;
        settings = new HashMap<>(Map.of(
                ServiceKeys.BOOTSTRAP_SERVERS.name(),
                cluster.bootstrapServers(),
                ServiceKeys.SCHEMA_REGISTRY_URL.name(),
                cluster.registryUrl(),
                ServiceKeys.APPLICATION_ID.name(),
                name,
                TopicKeys.PREFIX.name(),
                name + ".",
                // The n-gram tests compare with an n-gram model alone; those of the network say which one they want.
                NeuralKeys.MODEL.name(),
                "none",
                // A killed instance is to be missed soon, and its transactions are not to hold up the readers for long.
                "consumer.session.timeout.ms",
                "3000",
                "consumer.heartbeat.interval.ms",
                "500",
                "producer.transaction.timeout.ms",
                "5000"));
        settings.putAll(given);
        config = DriftlineConfig.of(settings);
        topics = TopicNames.of(config);
        serdes = new SchemaRegistrySerdes(config.clients().schemaRegistry());
        try (TopicAdmin admin = new TopicAdmin(config)) {
            admin.create();
            admin.registerSchemas();
        }
        producer =
                new KafkaProducer<>(config.clients().producer(), new ByteArraySerializer(), new ByteArraySerializer());
        documents = serdes.serializer(Document.class);
    }

    /** The configuration that all instances share. */
    public DriftlineConfig config() {
        return config;
    }

    /** What makes and reads the values of its topics. */
    public SchemaRegistrySerdes serdes() {
        return serdes;
    }

    /** The full name of a topic. */
    public String topic(Topic topic) {
        return topics.name(topic);
    }

    /** The settings that make {@link #config()}, for a command line. */
    public Map<String, String> settings() {
        return Map.copyOf(settings);
    }

    /** A folder of this application's own, gone when it closes. */
    public Path directory() {
        return directory;
    }

    /** Loses the state of instance {@code name}, which must not be running. */
    public void loseState(String name) {
        Cluster.deleteAll(stateDirectory(name));
    }

    /** Where instance {@code name} keeps its state. */
    public Path stateDirectory(String name) {
        return directory.resolve(name).resolve("state");
    }

    /** Starts an instance in this JVM. A name that ran before finds its state again. */
    public LocalInstance start(String name) {
        return start(name, Map.of());
    }

    /** As {@link #start(String)}, with settings of its own. */
    public LocalInstance start(String name, Map<String, String> overrides) {
        LocalInstance instance = new LocalInstance(config.with(own(name)).with(overrides));
        opened.add(instance);
        instance.start();
        return instance;
    }

    /**
     * Starts {@code driftline run} in a JVM of its own, which can be killed. A name that ran before finds its state again.
     *
     * @throws IllegalStateException if an instance of that name is still running
     */
    public ChildInstance spawn(String name) {
        return spawn(name, Map.of());
    }

    /** As {@link #spawn(String)}, with settings of its own. */
    public ChildInstance spawn(String name, Map<String, String> overrides) {
        ChildInstance before = spawned.get(name);
        if (before != null && before.isAlive()) {
            // It would end at once, since the other holds the state's lock, and the test would kill the wrong one.
            throw new IllegalStateException("instance " + name + " is still running");
        }
        Path folder = directory.resolve(name);
        Path file = folder.resolve("driftline.properties");
        Properties properties = new Properties();
        properties.putAll(settings);
        properties.putAll(own(name));
        properties.putAll(overrides);
        try {
            Files.createDirectories(folder);
            try (Writer writer = Files.newBufferedWriter(file, StandardCharsets.UTF_8)) {
                properties.store(writer, null);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        ChildInstance instance = ChildInstance.start(file, folder.resolve("log.txt"));
        opened.add(instance);
        spawned.put(name, instance);
        return instance;
    }

    private Map<String, String> own(String name) {
        return Map.of(ServiceKeys.STATE_DIR.name(), stateDirectory(name).toString());
    }

    /** Publishes documents, in this order, and waits until the broker has them. */
    public void publish(Collection<Document> batch) {
        List<Future<RecordMetadata>> sent = new ArrayList<>(batch.size());
        for (Document document : batch) {
            sent.add(send(document));
        }
        sent.forEach(Application::await);
    }

    private Future<RecordMetadata> send(Document document) {
        String topic = topic(Topic.DOCUMENTS);
        return producer.send(new ProducerRecord<>(
                topic, document.getId().getBytes(StandardCharsets.UTF_8), documents.serialize(topic, document)));
    }

    /** The bytes of a document as its topic has them. */
    public byte[] bytes(Document document) {
        return documents.serialize(topic(Topic.DOCUMENTS), document);
    }

    /** Publishes bytes as they are and says where they are. */
    public RecordMetadata publish(Topic topic, String key, byte[] value) {
        return await(producer.send(
                new ProducerRecord<>(topic(topic), key == null ? null : key.getBytes(StandardCharsets.UTF_8), value)));
    }

    /** The scores. */
    public RecordedTopic<Score> scores() {
        return recorded(new RecordedTopic<>(
                topic(Topic.SCORES), config.clients().consumer(), serdes.deserializer(Score.class)));
    }

    /** The predictions. */
    public RecordedTopic<Prediction> predictions() {
        return recorded(new RecordedTopic<>(
                topic(Topic.PREDICTIONS), config.clients().consumer(), serdes.deserializer(Prediction.class)));
    }

    /** The dead letters. */
    public RecordedTopic<byte[]> deadLetters() {
        return recorded(new RecordedTopic<>(
                topic(Topic.DEAD_LETTERS), config.clients().consumer(), new ByteArrayDeserializer()));
    }

    /** What the shards were asked, a partition a shard, in the order in which each answered and learned. */
    public RecordedTopic<byte[]> requests() {
        return recorded(new RecordedTopic<>(
                topic(Topic.NGRAM_REQUESTS), config.clients().consumer(), new ByteArrayDeserializer()));
    }

    /** What the readers of several partitions have sent to the one shard, in the order in which it answered and learned. */
    public RecordedTopic<byte[]> shardDocuments() {
        return recorded(new RecordedTopic<>(
                topic(Topic.NGRAM_DOCUMENTS), config.clients().consumer(), new ByteArrayDeserializer()));
    }

    /** A topic of Avro records. */
    public <T extends SpecificRecord> RecordedTopic<T> recorded(Topic topic, Class<T> type) {
        return recorded(new RecordedTopic<>(topic(topic), config.clients().consumer(), serdes.deserializer(type)));
    }

    /** A topic that a filter sends documents to; {@code name} has no prefix. */
    public RecordedTopic<Document> routed(String name) {
        return recorded(new RecordedTopic<>(
                topics.routed(name), config.clients().consumer(), serdes.deserializer(Document.class)));
    }

    /** What goes by source. */
    public RecordedTopic<byte[]> observations() {
        return recorded(new RecordedTopic<>(
                topic(Topic.OBSERVATIONS), config.clients().consumer(), new ByteArrayDeserializer()));
    }

    /** The counts as the changelog has them: what an instance that lost everything would start from. */
    public ChangelogCounts changelogCounts() {
        return ChangelogCounts.read(config);
    }

    private <T> RecordedTopic<T> recorded(RecordedTopic<T> topic) {
        opened.add(topic);
        return topic;
    }

    private static RecordMetadata await(Future<RecordMetadata> sent) {
        try {
            return sent.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("the broker did not take a record", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        for (int i = opened.size() - 1; i >= 0; i--) {
            try {
                opened.get(i).close();
            } catch (Exception e) {
                throw new IllegalStateException("cannot close " + opened.get(i), e);
            }
        }
        producer.close();
        documents.close();
        Cluster.deleteAll(directory);
    }
}
