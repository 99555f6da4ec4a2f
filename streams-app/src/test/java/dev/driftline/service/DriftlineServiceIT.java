package dev.driftline.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.driftline.config.DriftlineConfig;
import dev.driftline.config.MisconfiguredException;
import dev.driftline.embedded.EmbeddedBroker;
import dev.driftline.schemas.Document;
import dev.driftline.schemas.Prediction;
import dev.driftline.schemas.SchemaRegistrySerdes;
import dev.driftline.schemas.Score;
import dev.driftline.scoring.ShardScorer;
import dev.driftline.topics.Topic;
import dev.driftline.topics.TopicAdmin;
import dev.driftline.topics.TopicNames;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.KafkaStreams;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The service against a real broker, with a registry in memory. */
class DriftlineServiceIT {

    private static final Duration PATIENCE = Duration.ofSeconds(90);

    @TempDir
    static Path directory;

    private static EmbeddedBroker broker;

    @BeforeAll
    static void startBroker() {
        broker = EmbeddedBroker.start(directory.resolve("broker"));
    }

    @AfterAll
    static void stopBroker() {
        broker.close();
    }

    private static DriftlineConfig config(String name, String instance) {
        return DriftlineConfig.of(Map.of(
                "bootstrap.servers",
                broker.bootstrapServers(),
                "schema.registry.url",
                "mock://" + name,
                "application.id",
                name,
                "topics.prefix",
                name + ".",
                "state.dir",
                directory.resolve(name + "-" + instance).toString(),
                "shards",
                "3",
                "partitions",
                "2",
                "model.order",
                "3",
                "commit.interval.ms",
                "100",
                "stream.threads",
                "2"));
    }

    @Test
    void shouldSayWhatIsMissingWhereTheTopicsDoNotExist() {
        try (DriftlineService service = new DriftlineService(config("nothing", "a"))) {
            assertThatThrownBy(service::start)
                    .isInstanceOf(MisconfiguredException.class)
                    .hasMessageContaining("nothing.documents.v1 does not exist")
                    .hasMessageContaining("driftline topics create");
        }
    }

    @Test
    void shouldScoreEveryDocumentOnceAndCountExactlyOverRestartAndRestore() throws Exception {
        DriftlineConfig config = config("exact", "a");
        try (TopicAdmin admin = new TopicAdmin(config)) {
            admin.create();
            admin.registerSchemas();
        }
        List<Document> documents = documents(300);
        try (DriftlineService service = new DriftlineService(config)) {
            service.start();
            produce(config, documents.subList(0, 150));
            assertThat(ids(read(config, Topic.SCORES, Score.class, 150)))
                    .hasSize(150)
                    .doesNotHaveDuplicates();
        }
        // A second instance starts from the changelogs alone.
        try (DriftlineService service = new DriftlineService(config("exact", "b"))) {
            service.start();
            produce(config, documents.subList(150, 300));
            List<Score> scores = read(config, Topic.SCORES, Score.class, 300);
            assertThat(ids(scores)).hasSize(300).doesNotHaveDuplicates();
            assertThat(scores)
                    .allSatisfy(score -> assertThat(score.getNgramPerplexity()).isPositive());
            assertThat(read(config, Topic.PREDICTIONS, Prediction.class, 300)).hasSize(300);
            await().atMost(PATIENCE)
                    .until(() -> service.state().orElseThrow() == KafkaStreams.State.RUNNING
                            && service.shards().numbers().size() == 3);
            Map<List<String>, Long> expected = count(documents, 3);
            expected.forEach((ngram, count) ->
                    assertThat(ask(service, ngram, 3)).as(ngram.toString()).isEqualTo(count));
            assertThat(service.progress().pendingByPartition().values()).allMatch(pending -> pending == 0);
        }
    }

    private static List<String> ids(List<Score> scores) {
        return scores.stream().map(Score::getId).toList();
    }

    private static long ask(DriftlineService service, List<String> ngram, int shards) {
        String owner = ngram.get(Math.max(0, ngram.size() - 2));
        return service.shards()
                .ask(ShardScorer.shardOf(owner, shards), shard -> shard.rawCount(ngram))
                .orElseThrow();
    }

    /** Raw counts of every n-gram up to {@code order}, but those that begin with {@code <s>} alone. */
    private static Map<List<String>, Long> count(List<Document> documents, int order) {
        Map<List<String>, Long> counts = new HashMap<>();
        for (Document document : documents) {
            for (List<String> sentence : document.getSentences()) {
                List<String> tokens = new ArrayList<>(List.of("<s>"));
                tokens.addAll(sentence);
                tokens.add("</s>");
                for (int end = 1; end < tokens.size(); end++) {
                    for (int n = 1; n <= order && end - n + 1 >= 0; n++) {
                        counts.merge(List.copyOf(tokens.subList(end - n + 1, end + 1)), 1L, Long::sum);
                    }
                }
            }
        }
        return counts;
    }

    private static List<Document> documents(int count) {
        Random random = new Random(7);
        List<Document> documents = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            List<List<String>> sentences = new ArrayList<>();
            for (int s = 0; s < 3; s++) {
                List<String> sentence = new ArrayList<>();
                for (int t = 0; t < 8; t++) {
                    sentence.add("w" + (int) (60 * Math.pow(random.nextDouble(), 3)));
                }
                sentences.add(sentence);
            }
            documents.add(Document.newBuilder()
                    .setId("d" + i)
                    .setSource("source" + i % 3)
                    .setPublishedAt(Instant.EPOCH)
                    .setSentences(sentences)
                    .build());
        }
        return documents;
    }

    private static void produce(DriftlineConfig config, List<Document> documents) {
        SchemaRegistrySerdes serdes = new SchemaRegistrySerdes(config.clients().schemaRegistry());
        String topic = TopicNames.of(config).name(Topic.DOCUMENTS);
        try (KafkaProducer<String, Document> producer = new KafkaProducer<>(
                config.clients().producer(), new StringSerializer(), serdes.serializer(Document.class))) {
            documents.forEach(document -> producer.send(new ProducerRecord<>(topic, document.getId(), document)));
        }
    }

    private static <T extends SpecificRecord> List<T> read(
            DriftlineConfig config, Topic topic, Class<T> type, int count) {
        SchemaRegistrySerdes serdes = new SchemaRegistrySerdes(config.clients().schemaRegistry());
        Map<String, Object> properties = new HashMap<>(config.clients().consumer());
        properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        properties.put(ConsumerConfig.GROUP_ID_CONFIG, UUID.randomUUID().toString());
        List<T> values = new ArrayList<>();
        try (KafkaConsumer<String, T> consumer =
                new KafkaConsumer<>(properties, new StringDeserializer(), serdes.deserializer(type))) {
            consumer.subscribe(List.of(TopicNames.of(config).name(topic)));
            await().atMost(PATIENCE).until(() -> {
                consumer.poll(Duration.ofMillis(200)).forEach(record -> values.add(record.value()));
                return values.size() >= count;
            });
            // What would come twice comes soon.
            consumer.poll(Duration.ofMillis(500)).forEach(record -> values.add(record.value()));
        }
        return values;
    }
}
