package dev.driftline.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import dev.driftline.config.DriftlineConfig;
import dev.driftline.embedded.BrokerProcess;
import dev.driftline.embedded.FreePorts;
import dev.driftline.schemas.Decision;
import dev.driftline.schemas.Document;
import dev.driftline.schemas.ExpertScore;
import dev.driftline.schemas.PromotionDecision;
import dev.driftline.schemas.Retraction;
import dev.driftline.schemas.RetractionOutcome;
import dev.driftline.schemas.SchemaRegistrySerdes;
import dev.driftline.schemas.Score;
import dev.driftline.schemas.TextEvent;
import dev.driftline.topics.Topic;
import dev.driftline.topics.TopicAdmin;
import dev.driftline.topics.TopicNames;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The feed over a real broker that comes and goes. */
class LiveFeedIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    static Path directory;

    private static BrokerProcess broker;

    @BeforeAll
    static void startBroker() {
        broker = BrokerProcess.start(directory.resolve("broker"));
    }

    @AfterAll
    static void stopBroker() {
        broker.close();
    }

    @Test
    void shouldShowWhatWasThereAndWhatComesAndGoOnAfterTheBrokerWasAway() throws Exception {
        DriftlineConfig config = config("feed", "mock://live-feed");
        try (Publisher publisher = new Publisher(config, config);
                LiveFeed feed = new LiveFeed(config)) {
            RecordMetadata document = publisher.send(
                    Topic.DOCUMENTS,
                    Document.newBuilder()
                            .setId("d1")
                            .setSource("news")
                            .setPublishedAt(Instant.now())
                            .setSentences(List.of(List.of("The", "jury"), List.of("<script>")))
                            .build());
            RecordMetadata text = publisher.send(
                    Topic.TEXT,
                    TextEvent.newBuilder()
                            .setId("t1")
                            .setSource("wire")
                            .setText("It rains.")
                            .setPublishedAt(Instant.now())
                            .build());
            publisher.send(Topic.SCORES, score("d1", "news", document));
            publisher.bytes(Topic.SCORES, new byte[] {9, 9, 9});
            publisher.send(Topic.SCORES, score("t1", "wire", text));
            publisher.send(
                    Topic.PROMOTIONS,
                    PromotionDecision.newBuilder()
                            .setCandidate("v1")
                            .setDecision(Decision.BOOTSTRAPPED)
                            .setReason("the first")
                            .setAt(Instant.now())
                            .build());
            feed.start();
            awaitDocuments(feed, 2);
            await().atMost(PATIENCE).until(() -> feed.promotions(5).size() == 1);
            assertThat(feed.promotions(5).get(0)).containsEntry("decision", "BOOTSTRAPPED");
            shouldShowWords(feed);

            broker.freeze();
            awaitState(feed, "disconnected");
            assertThat(feed.sources().describe(5, Optional.empty(), true).toString())
                    .as("what it knew")
                    .contains("wire");
            broker.thaw();
            awaitState(feed, "live");
            publisher.send(Topic.SCORES, score("d2", "news", document));
            awaitDocuments(feed, 3);

            broker.kill();
            awaitState(feed, "disconnected");
            broker.start();
            publisher.send(Topic.SCORES, score("d3", "news", document));
            awaitDocuments(feed, 4);
            awaitState(feed, "live");

            publisher.send(Topic.RETRACTIONS, retraction("t1", "wire", text, RetractionOutcome.NOT_LEARNED));
            publisher.send(Topic.RETRACTIONS, retraction("t1", "wire", text, RetractionOutcome.RETRACTED));
            awaitShown(feed, 3);
            publisher.send(Topic.SCORES, score("t1", "wire", text));
            publisher.send(Topic.RETRACTIONS, retraction("news", "news", document, RetractionOutcome.SOURCE_DROPPED));
            awaitShown(feed, 0);
            assertThat(feed.sources().describe(5, Optional.empty(), false).get("sources"))
                    .as("the other one is still shown")
                    .asString()
                    .contains("wire")
                    .doesNotContain("news");
        }
    }

    private static Retraction retraction(String id, String source, RecordMetadata document, RetractionOutcome outcome) {
        return Retraction.newBuilder()
                .setId(id)
                .setSource(source)
                .setOutcome(outcome)
                .setInputTopic(document.topic())
                .setInputPartition(document.partition())
                .setInputOffset(document.offset() + 100)
                .setRetractOffset(document.offset())
                .setTokens(3)
                .setReason("because")
                .setRetractedAt(Instant.EPOCH)
                .build();
    }

    private static void shouldShowWords(LiveFeed feed) throws Exception {
        List<Map<String, Object>> documents = feed.documents(10, 4).get(20, TimeUnit.SECONDS);
        assertThat(documents).extracting(shown -> shown.get("id")).containsExactly("t1", "d1");
        assertThat(documents.get(1))
                .containsEntry("words", List.of("The", "jury", "</s>", "<script>"))
                .containsEntry(
                        "bits",
                        Map.of("mixture", List.of(1.0, 2.0, 3.0, 4.0), "kneser-ney-5", List.of(5.0, 4.0, 3.0, 2.0)));
        assertThat((List<?>) documents.get(0).get("words")).first().isEqualTo("It");
        InputPosition gone = new InputPosition("feed.documents.v1", 0, 999);
        assertThat(feed.document(gone, 4).get(20, TimeUnit.SECONDS)).isEmpty();
    }

    @Test
    void shouldWaitForTheRegistryAndMissNothing() throws Exception {
        int port = FreePorts.one();
        DriftlineConfig config = config("registry", "http://127.0.0.1:" + port);
        DriftlineConfig writing = config("registry", "mock://live-feed-registry");
        try (Publisher publisher = new Publisher(config, writing);
                LiveFeed feed = new LiveFeed(config)) {
            RecordMetadata document = new RecordMetadata(new TopicPartition("t", 0), 0, 0, 0, 0, 0);
            publisher.send(Topic.SCORES, score("d1", "news", document));
            publisher.send(Topic.SCORES, score("d2", "news", document));
            feed.start();
            awaitState(feed, "disconnected");
            assertThat(feed.status().toString()).contains("registry");

            HttpServer registry = registry(port);
            try {
                awaitDocuments(feed, 2);
                awaitState(feed, "live");
            } finally {
                registry.stop(0);
            }
        }
    }

    /** A registry that knows one schema, whatever it is asked for. */
    private static HttpServer registry(int port) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", port), 0);
        byte[] schema = ("{\"schema\":" + RecordJson.line(Score.getClassSchema().toString()) + "}")
                .getBytes(StandardCharsets.UTF_8);
        server.createContext("/", exchange -> {
            exchange.getResponseHeaders().add("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, schema.length);
            exchange.getResponseBody().write(schema);
            exchange.close();
        });
        server.start();
        return server;
    }

    private static void awaitDocuments(LiveFeed feed, long documents) {
        await(documents + " documents")
                .atMost(PATIENCE)
                .until(() -> feed.status().get("documents"), counted -> counted.equals(documents));
    }

    private static void awaitShown(LiveFeed feed, int documents) {
        await(documents + " documents among the last")
                .atMost(PATIENCE)
                .until(() -> feed.documents(10, 0).get(20, TimeUnit.SECONDS), shown -> shown.size() == documents);
    }

    private static void awaitState(LiveFeed feed, String state) {
        await("a feed that is " + state)
                .atMost(PATIENCE)
                .until(() -> ((Map<?, ?>) feed.status().get("feed")).get("state"), state::equals);
    }

    private static DriftlineConfig config(String name, String registry) {
        DriftlineConfig config = DriftlineConfig.of(Map.of(
                "bootstrap.servers",
                broker.bootstrapServers(),
                "schema.registry.url",
                registry,
                "application.id",
                name,
                "topics.prefix",
                name + ".",
                "tokenizer",
                "words"));
        try (TopicAdmin admin = new TopicAdmin(config)) {
            admin.create();
        }
        return config;
    }

    private static Score score(String id, String source, RecordMetadata input) {
        return Score.newBuilder()
                .setId(id)
                .setSource(source)
                .setPublishedAt(Instant.now())
                .setScoredAt(Instant.now())
                .setSmoothing("kneser-ney")
                .setOrder(5)
                .setTokens(5)
                .setUnknownTokens(1)
                .setCharacters(20)
                .setNgramBitsPerToken(3)
                .setNgramPerplexity(8)
                .setMixtureBits(15)
                .setMixtureBitsPerToken(3)
                .setMixturePerplexity(8)
                .setSpellingBits(0)
                .setBitsPerCharacter(1)
                .setExperts(List.of(new ExpertScore("kneser-ney-5", 15.0, 8.0, 10.0, List.of(5f, 4f, 3f, 2f, 1f))))
                .setSurprisals(List.of(1f, 2f, 3f, 4f, 5f))
                .setLearned(true)
                .setInputTopic(input.topic())
                .setInputPartition(input.partition())
                .setInputOffset(input.offset())
                .build();
    }

    /** Puts records into topics and waits until they are there. */
    private static final class Publisher implements AutoCloseable {

        private final TopicNames topics;
        private final SchemaRegistrySerdes serdes;
        private final KafkaProducer<byte[], byte[]> producer;

        Publisher(DriftlineConfig config, DriftlineConfig writing) {
            topics = TopicNames.of(config);
            serdes = new SchemaRegistrySerdes(writing.clients().schemaRegistry()).registering();
            producer = new KafkaProducer<>(
                    config.clients().producer(), new ByteArraySerializer(), new ByteArraySerializer());
        }

        @SuppressWarnings("unchecked") // the class of the record is the type of the serializer
        <T extends SpecificRecord> RecordMetadata send(Topic topic, T record) throws Exception {
            try (Serializer<T> serializer = serdes.serializer((Class<T>) record.getClass())) {
                return bytes(topic, serializer.serialize(topics.name(topic), record));
            }
        }

        RecordMetadata bytes(Topic topic, byte[] value) throws Exception {
            return producer.send(new ProducerRecord<>(topics.name(topic), value))
                    .get(60, TimeUnit.SECONDS);
        }

        @Override
        public void close() {
            producer.close();
        }
    }
}
