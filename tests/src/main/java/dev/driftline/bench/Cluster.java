package dev.driftline.bench;

import dev.driftline.bench.process.Folders;
import dev.driftline.bench.process.MeasuredJvm;
import dev.driftline.config.DriftlineConfig;
import dev.driftline.config.keys.ServiceKeys;
import dev.driftline.corpus.CorpusDocument;
import dev.driftline.embedded.BrokerProcess;
import dev.driftline.schemas.Document;
import dev.driftline.schemas.SchemaRegistrySerdes;
import dev.driftline.topics.Topic;
import dev.driftline.topics.TopicAdmin;
import dev.driftline.topics.TopicNames;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serializer;

/**
 * A broker of its own for one measured application, in a process of its own on this machine, and what the benchmark asks of
 * it. One thread.
 */
final class Cluster implements AutoCloseable {

    private final BrokerProcess broker;
    private final String registryUrl;
    private final Path folder;
    private final Admin admin;

    private Cluster(BrokerProcess broker, String registryUrl, Path folder, Admin admin) {
        this.broker = broker;
        this.registryUrl = registryUrl;
        this.folder = folder;
        this.admin = admin;
    }

    /** Starts the broker with its data in {@code folder}, and takes a few seconds for it. */
    static Cluster start(Path folder, String registryUrl) {
        BrokerProcess broker = BrokerProcess.startForMeasurements(folder.resolve("broker"));
        return new Cluster(
                broker, registryUrl, folder, Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers())));
    }

    /** Settings of the application {@code name}, whose topics and state are its own. */
    Map<String, String> settings(String name, Deployment deployment, int order, long commitIntervalMs) {
        Map<String, String> settings = new LinkedHashMap<>(deployment.settings(name, order, commitIntervalMs));
        settings.put(ServiceKeys.BOOTSTRAP_SERVERS.name(), broker.bootstrapServers());
        settings.put(ServiceKeys.SCHEMA_REGISTRY_URL.name(), registryUrl);
        settings.put(ServiceKeys.STATE_DIR.name(), stateFolder(name).toString());
        return settings;
    }

    Path stateFolder(String name) {
        return folder.resolve("state-" + name);
    }

    static String topic(Map<String, String> settings, Topic topic) {
        return TopicNames.of(DriftlineConfig.of(settings)).name(topic);
    }

    /** Creates the topics and registers the schemas. */
    void createTopics(Map<String, String> settings) {
        try (TopicAdmin topics = new TopicAdmin(DriftlineConfig.of(settings))) {
            topics.create();
            topics.registerSchemas();
        }
    }

    /** Hands each document in the form in which it is sent to {@code each}. */
    static void eachRecord(
            Map<String, String> settings,
            Iterable<CorpusDocument> documents,
            Consumer<ProducerRecord<byte[], byte[]>> each) {
        String topic = topic(settings, Topic.DOCUMENTS);
        SchemaRegistrySerdes serdes =
                new SchemaRegistrySerdes(DriftlineConfig.of(settings).clients().schemaRegistry());
        try (Serializer<Document> serializer = serdes.serializer(Document.class)) {
            for (CorpusDocument document : documents) {
                Document value = Document.newBuilder()
                        .setId(document.id())
                        .setSource(document.source())
                        .setPublishedAt(Instant.now())
                        .setSentences(document.sentences())
                        .build();
                each.accept(new ProducerRecord<>(
                        topic, document.id().getBytes(StandardCharsets.UTF_8), serializer.serialize(topic, value)));
            }
        }
    }

    /** Puts the documents into their topic and waits until the broker has them. */
    void preload(Map<String, String> settings, Iterable<CorpusDocument> documents) {
        try (KafkaProducer<byte[], byte[]> producer = producer(settings)) {
            eachRecord(settings, documents, producer::send);
            producer.flush();
        }
    }

    KafkaProducer<byte[], byte[]> producer(Map<String, String> settings) {
        Map<String, Object> properties =
                new HashMap<>(DriftlineConfig.of(settings).clients().producer());
        properties.put(ProducerConfig.LINGER_MS_CONFIG, 5);
        return new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
    }

    /** A consumer of what was committed in every partition of {@code topics}, from the beginning. */
    KafkaConsumer<byte[], byte[]> committed(List<String> topics) {
        KafkaConsumer<byte[], byte[]> consumer = consumer("read_committed");
        List<TopicPartition> partitions =
                topics.stream().flatMap(topic -> partitions(topic).stream()).toList();
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
        return consumer;
    }

    private KafkaConsumer<byte[], byte[]> consumer(String isolation) {
        Map<String, Object> properties = new HashMap<>();
        properties.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, broker.bootstrapServers());
        properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, isolation);
        properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        properties.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 5000);
        return new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    private List<TopicPartition> partitions(String topic) {
        return await(() -> admin.describeTopics(List.of(topic)).allTopicNames().get()).get(topic).partitions().stream()
                .map(partition -> new TopicPartition(topic, partition.partition()))
                .toList();
    }

    /** Offsets after the last record of each partition, what is not committed included. */
    Map<TopicPartition, Long> ends(String topic) {
        Map<TopicPartition, OffsetSpec> latest = partitions(topic).stream()
                .collect(Collectors.toMap(partition -> partition, partition -> OffsetSpec.latest()));
        return await(() -> admin.listOffsets(latest).all().get()).entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, end -> end.getValue().offset()));
    }

    /** Whether the application has committed that it has read every record of {@code topic}. */
    boolean hasRead(String application, String topic) {
        Map<TopicPartition, OffsetAndMetadata> committed = await(() -> admin.listConsumerGroupOffsets(application)
                .partitionsToOffsetAndMetadata()
                .get());
        Map<TopicPartition, Long> ends = ends(topic);
        Map<TopicPartition, Long> next = new HashMap<>();
        for (TopicPartition partition : ends.keySet()) {
            long read = Optional.ofNullable(committed.get(partition))
                    .map(OffsetAndMetadata::offset)
                    .orElse(0L);
            // Past the last record there are only the markers of the last transactions.
            if (ends.get(partition) - read > 100) {
                return false;
            }
            next.put(partition, read);
        }
        try (KafkaConsumer<byte[], byte[]> consumer = consumer("read_uncommitted")) {
            consumer.assign(next.keySet());
            next.forEach(consumer::seek);
            while (next.keySet().stream().anyMatch(partition -> consumer.position(partition) < ends.get(partition))) {
                if (!consumer.poll(Duration.ofMillis(20)).isEmpty()) {
                    return false;
                }
            }
        }
        return true;
    }

    /** Names of the changelogs of {@code application}'s store. */
    String changelog(String application, String store) {
        return application + "-" + store + "-changelog";
    }

    /** Bytes of all partitions of {@code topic} on the broker's disk. */
    long bytesOnDisk(String topic) {
        return await(() -> admin.describeLogDirs(List.of(1)).allDescriptions().get()).values().stream()
                .flatMap(folders -> folders.values().stream())
                .flatMap(logs -> logs.replicaInfos().entrySet().stream())
                .filter(replica -> replica.getKey().topic().equals(topic))
                .mapToLong(replica -> replica.getValue().size())
                .sum();
    }

    double brokerCpuSeconds() {
        return ProcessHandle.of(broker.pid()).map(MeasuredJvm::cpuSeconds).orElse(0.0);
    }

    private interface Answer<T> {
        T get() throws ExecutionException, InterruptedException;
    }

    private static <T> T await(Answer<T> answer) {
        try {
            return answer.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(
                    "the broker answers: " + e.getCause().getMessage(), e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    @Override
    public void close() {
        admin.close(Duration.ofSeconds(5));
        broker.close();
        Folders.delete(folder);
    }
}
