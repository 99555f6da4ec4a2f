package dev.driftline.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.driftline.config.DriftlineConfig;
import dev.driftline.input.DocumentOrigin;
import dev.driftline.schemas.Candidate;
import dev.driftline.schemas.Document;
import dev.driftline.schemas.ExpertScore;
import dev.driftline.schemas.ModelPrediction;
import dev.driftline.schemas.Prediction;
import dev.driftline.schemas.Retraction;
import dev.driftline.schemas.RetractionOutcome;
import dev.driftline.schemas.SchemaRegistrySerdes;
import dev.driftline.schemas.Score;
import dev.driftline.schemas.TextEvent;
import dev.driftline.serving.query.retract.RetractionJobs;
import dev.driftline.terminal.ExitCodes;
import dev.driftline.testing.Cluster;
import dev.driftline.testing.CommandLine;
import dev.driftline.testing.DriftlineProcess;
import dev.driftline.testing.DriftlineProcess.Result;
import dev.driftline.topics.Layout;
import dev.driftline.topics.Topic;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serializer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The commands, against a real broker and a real registry. */
@Order(1)
class CommandsIT {

    /** A topic of Avro records has a schema, too. */
    private static final int TOPICS_AND_SCHEMAS = topics(Layout.ONE_TASK)
            + (int) Arrays.stream(Topic.values())
                    .filter(topic -> topic.recordType().isPresent())
                    .count();

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final ObjectMapper MAPPER = new ObjectMapper();

    @TempDir
    static Path directory;

    private static Cluster cluster;

    private String out;
    private String err;

    @BeforeAll
    static void share(Cluster shared) {
        cluster = shared;
    }

    @Test
    void shouldCreateTopicsOnceAndLeaveThemAloneAfterwards() throws Exception {
        assertThat(run("topics", "create", "--set", "topics.prefix=once.")).isZero();
        assertThat(out.lines().filter(line -> line.startsWith("created"))).hasSize(TOPICS_AND_SCHEMAS);

        assertThat(run("topics", "create", "--set", "topics.prefix=once.")).isZero();
        assertThat(out.lines().filter(line -> line.startsWith("exists"))).hasSize(TOPICS_AND_SCHEMAS);

        assertThat(run("topics", "list", "--json", "--set", "topics.prefix=once."))
                .isZero();
        JsonNode topics = MAPPER.readTree(out);
        assertThat(topics).hasSize(topics(Layout.ONE_TASK)).allSatisfy(topic -> {
            assertThat(topic.get("exists").asBoolean()).isTrue();
            assertThat(topic.get("partitions").asInt()).isEqualTo(1);
            assertThat(topic.get("differences")).isEmpty();
        });
    }

    @Test
    void shouldRefuseTopicsWithAnotherNumberOfPartitionsAndCreateNothing() {
        assertThat(run("topics", "create", "--no-schemas", "--set", "topics.prefix=other."))
                .isZero();
        assertThat(run("topics", "delete", "--yes", "--set", "topics.prefix=other."))
                .isZero();
        assertThat(out.lines().filter(line -> line.startsWith("deleted "))).hasSize(topics(Layout.ONE_TASK));
        assertThat(run("topics", "list", "--set", "topics.prefix=other.")).isZero();
        assertThat(out).contains("missing").contains("driftline topics create");

        assertThat(run("topics", "create", "--no-schemas", "--set", "topics.prefix=other.", "--set", "shards=2"))
                .isZero();
        assertThat(run("topics", "create", "--no-schemas", "--set", "topics.prefix=other.", "--set", "shards=3"))
                .isEqualTo(ExitCodes.FAILED);
        assertThat(err).contains("topic other.ngram-requests.v1 has 2 partitions, not 3: set shards=2");
    }

    @Test
    void shouldNotDeleteWithoutBeingToldTo() {
        assertThat(run("topics", "create", "--no-schemas", "--set", "topics.prefix=kept."))
                .isZero();
        assertThat(run("topics", "delete", "--set", "topics.prefix=kept.")).isEqualTo(ExitCodes.FAILED);
        assertThat(err).contains("--yes");
        assertThat(run("topics", "list", "--set", "topics.prefix=kept.")).isZero();
        assertThat(out).doesNotContain("missing");
    }

    @Test
    void shouldFollowScoresAsTextAndAsJson() throws Exception {
        run("topics", "create", "--set", "topics.prefix=scored.");
        publish("scored.scores.v1", Score.class, List.of(score("cb01", 250), score("cb02", 125)));

        assertThat(run(
                        "scores",
                        "--from-beginning",
                        "--limit",
                        "2",
                        "--timeout",
                        "20",
                        "--set",
                        "topics.prefix=scored."))
                .isZero();
        assertThat(out.lines()).hasSize(3);
        assertThat(out).contains("cb01", "250.0", "cb02", "125.0", "editorial");

        assertThat(run(
                        "scores",
                        "--json",
                        "--from-beginning",
                        "--limit",
                        "1",
                        "--timeout",
                        "20",
                        "--set",
                        "topics.prefix=scored."))
                .isZero();
        JsonNode score = MAPPER.readTree(out);
        assertThat(score.get("mixture_perplexity").asDouble()).isIn(250.0, 125.0);
        assertThat(score.get("experts").get(0).get("name").asText()).isEqualTo("kneser-ney-5");
        assertThat(score.get("neural_perplexity").isNull()).isTrue();
        assertThat(score.get("published_at").asText()).isEqualTo("1961-01-01T00:00:00Z");
    }

    @Test
    void shouldFollowPredictions() throws Exception {
        run("topics", "create", "--set", "topics.prefix=predicted.");
        Prediction prediction = prediction("d1");
        publish("predicted.predictions.v1", Prediction.class, List.of(prediction));

        assertThat(run(
                        "predictions",
                        "--from-beginning",
                        "--limit",
                        "1",
                        "--timeout",
                        "20",
                        "--set",
                        "topics.prefix=predicted."))
                .isZero();
        assertThat(out).contains("… students opened their → books 40.0%  exams 10.0%");
    }

    @Test
    void shouldFollowDeadLettersWithTheirReasons() throws Exception {
        run("topics", "create", "--no-schemas", "--set", "topics.prefix=dead.");
        try (KafkaProducer<byte[], byte[]> producer = producer()) {
            ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(
                    "dead.dead-letters.v1", "key".getBytes(StandardCharsets.UTF_8), new byte[] {9});
            record.headers().add("driftline.reason", "not-avro".getBytes(StandardCharsets.UTF_8));
            producer.send(record).get();
        }

        assertThat(run(
                        "dead-letters",
                        "--from-beginning",
                        "--limit",
                        "1",
                        "--timeout",
                        "20",
                        "--set",
                        "topics.prefix=dead."))
                .isZero();
        assertThat(out).contains("key=key", "1 bytes", "reason=not-avro");

        assertThat(run(
                        "dead-letters",
                        "--json",
                        "--from-beginning",
                        "--limit",
                        "2",
                        "--timeout",
                        "2",
                        "--set",
                        "topics.prefix=dead."))
                .as("only one of the two that were waited for")
                .isEqualTo(ExitCodes.TIMED_OUT);
        JsonNode letter = MAPPER.readTree(out);
        assertThat(letter.get("value_base64").asText()).isEqualTo("CQ==");
        assertThat(letter.get("headers").get("driftline.reason").asText()).isEqualTo("not-avro");
    }

    /** Every command that follows a topic: tombstones, foreign bytes and a schema of another record end none of them. */
    @ParameterizedTest
    @CsvSource({"scores,1", "predictions,1", "drift,0", "dead-letters,5"})
    void shouldPassOverTombstonesAndMalformedRecordsAndSaySoWhenFollowing(String command, int printed)
            throws Exception {
        String prefix = "passed-" + command + ".";
        run("topics", "create", "--set", "topics.prefix=" + prefix);
        String topic = prefix + command + ".v1";
        SchemaRegistrySerdes serdes = new SchemaRegistrySerdes(Map.of("schema.registry.url", cluster.registryUrl()));
        try (KafkaProducer<byte[], byte[]> producer = producer();
                Serializer<TextEvent> texts = serdes.registering().serializer(TextEvent.class);
                Serializer<SpecificRecord> good = serdes.serializer(SpecificRecord.class)) {
            byte[] foreign = texts.serialize(
                    prefix + "text.v1",
                    TextEvent.newBuilder()
                            .setId("x")
                            .setSource("s")
                            .setText("t")
                            .setPublishedAt(Instant.EPOCH)
                            .build());
            for (byte[] value : Arrays.asList(null, new byte[] {9, 9}, new byte[] {0, 0, 0, 99, 99, 1}, foreign)) {
                producer.send(new ProducerRecord<>(topic, 0, null, value)).get();
            }
            SpecificRecord last = switch (command) {
                case "scores" -> score("after", 250);
                case "predictions" -> prediction("after");
                default -> null;
            };
            producer.send(new ProducerRecord<>(topic, 0, null, last == null ? null : good.serialize(topic, last)))
                    .get();
        }

        List<String> following = new ArrayList<>(List.of(command, "--from-beginning", "--json"));
        following.addAll(List.of("--set", "topics.prefix=" + prefix));
        // What is printed comes last, but for the command that prints nothing.
        following.addAll(
                printed == 0
                        ? List.of("--timeout", "5")
                        : List.of("--timeout", "30", "--limit", Integer.toString(printed)));
        run(following.toArray(String[]::new));

        if (command.equals("dead-letters")) {
            assertThat(out.lines()).hasSize(printed);
            assertThat(err).doesNotContain("passed over");
        } else {
            assertThat(err)
                    .contains("passed over partition 0, offset 0: its value is null: a tombstone")
                    .contains("passed over partition 0, offset 1: ")
                    .contains("passed over partition 0, offset 2: ")
                    .contains("passed over partition 0, offset 3: ")
                    .doesNotContain("\tat ");
            assertThat(out.lines()).hasSize(printed);
        }
    }

    @Test
    void shouldSayWhichTopicIsMissing() {
        assertThat(run("scores", "--set", "topics.prefix=nowhere.", "--set", "consumer.default.api.timeout.ms=3000"))
                .isEqualTo(ExitCodes.FAILED);
        assertThat(err).contains("nowhere.scores.v1", "driftline topics create");
        assertThat(err.lines()).hasSize(1);
    }

    @Test
    void shouldSayWhichTopicsAreMissingBeforeTheServiceStarts() {
        assertThat(run("run", "--set", "topics.prefix=nowhere.")).isEqualTo(ExitCodes.FAILED);
        assertThat(err)
                .contains("nowhere.text.v1 does not exist", "driftline topics create", "model.order")
                .doesNotContain("\tat ");
    }

    @Test
    void shouldRefuseLimitsThatTheTopicsAreTooSmallForAndSayWhichCommandMendsThem() {
        assertThat(run("topics", "create", "--set", "topics.prefix=small.")).isZero();

        assertThat(run("run", "--set", "topics.prefix=small.", "--set", "document.max.tokens=1000000"))
                .isEqualTo(ExitCodes.FAILED);
        assertThat(err)
                .contains("small.scores.v1", "kafka-configs", "max.message.bytes")
                .doesNotContain("\tat ");
    }

    @Test
    void shouldCreateTheTopicsAndKeepItsFolderAndHaveNoLagAfterATransactionWhenRunIsToldTo() throws Exception {
        Path log = directory.resolve("made.txt");
        List<String> arguments = List.of(
                "run",
                "--create-topics",
                "--bootstrap-servers=" + cluster.bootstrapServers(),
                "--registry-url=" + cluster.registryUrl(),
                "--set=topics.prefix=made.",
                "--set=application.id=made",
                "--set=neural.model=none",
                "--set=http.port=0",
                "--set=state.dir=" + directory.resolve("made"));
        try (DriftlineProcess process = DriftlineProcess.start(
                arguments, builder -> builder.redirectErrorStream(true).redirectOutput(log.toFile()))) {
            Pattern place = Pattern.compile("answers at (http://[0-9.:]+)");
            await("the service to say where it answers").atMost(PATIENCE).until(() -> {
                assertThat(process.isAlive()).as(Files.readString(log)).isTrue();
                return place.matcher(Files.readString(log)).find();
            });
            assertThat(run("topics", "list", "--json", "--set", "topics.prefix=made."))
                    .isZero();
            assertThat(MAPPER.readTree(out))
                    .allSatisfy(
                            topic -> assertThat(topic.get("exists").asBoolean()).isTrue());

            Result second = DriftlineProcess.run(PATIENCE, arguments);
            assertThat(second.exitCode()).isEqualTo(ExitCodes.FAILED);
            assertThat(second.err())
                    .as("a second service in the folder of the first")
                    .contains(
                            "driftline: state.dir is in use by another Driftline on this machine",
                            "--set state.dir=DIR")
                    .doesNotContain("\tat ");

            publishInATransaction("made.text.v1", List.of("The jury said it.", "The jury said so."));

            Matcher matcher = place.matcher(Files.readString(log));
            assertThat(matcher.find()).isTrue();
            URI status = URI.create(matcher.group(1) + "/v1/status");
            await("both to be scored and nothing to wait").atMost(PATIENCE).untilAsserted(() -> {
                JsonNode now;
                try (InputStream answer = status.toURL().openStream()) {
                    now = MAPPER.readTree(answer);
                }
                assertThat(now.get("documents_scored").asInt()).isEqualTo(2);
                assertThat(now.get("lag").asInt()).as(now.toString()).isZero();
            });
        }
        run("topics", "list", "--json", "--count", "--set", "topics.prefix=made.");
        assertThat(MAPPER.readTree(out))
                .filteredOn(topic -> topic.get("name").asText().equals("made.text.v1"))
                .singleElement()
                .satisfies(topic -> {
                    assertThat(topic.get("records").asInt()).isEqualTo(2);
                    assertThat(topic.get("records_at_most").asInt())
                            .as("two records and the mark of their transaction")
                            .isEqualTo(3);
                });
    }

    @Test
    void shouldFindADocumentAndAskForItToBeTakenOutInItsOwnPartition() throws Exception {
        String[] settings = {"--set", "topics.prefix=gone.", "--set", "partitions=2"};
        run(with(settings, "topics", "create"));
        publish(
                "gone.documents.v1",
                Document.class,
                List.of(document("once", "a"), document("twice", "b"), document("not", "x")));
        publish("gone.text.v1", TextEvent.class, List.of(text("twice", "b"), text("raw", "a")));

        assertThat(run(with(settings, "retract", "nowhere"))).isEqualTo(ExitCodes.NOT_FOUND);
        assertThat(err).contains("document 'nowhere' is not in gone.documents.v1 or gone.text.v1");
        assertThat(run(with(settings, "retract", "twice"))).isEqualTo(ExitCodes.SEVERAL);
        assertThat(err)
                .contains("there 2 times", "gone.documents.v1, partition", "gone.text.v1, partition", "source 'b'");
        assertThat(run(with(settings, "retract", "once", "--dry-run"))).isZero();
        assertThat(out).contains("would be taken out: 'once', gone.documents.v1, partition ");
        assertThat(run(with(settings, "retract", "raw", "--offset", "1:900"))).isEqualTo(ExitCodes.NOT_FOUND);
        assertThat(run(with(settings, "retract", "once", "--timeout", "1"))).isEqualTo(ExitCodes.TIMED_OUT);
        assertThat(err).contains("is the service running?");

        run(with(settings, "retract", "once", "--dry-run", "--json"));
        JsonNode asked = MAPPER.readTree(out).at("/documents/0");
        assertThat(asked.get("state").asText()).isEqualTo("asked");
        String place = asked.get("partition") + ":" + asked.get("offset");

        try (Answering service = new Answering("gone.")) {
            assertThat(run(with(settings, "retract", "once", "--json", "--offset", place)))
                    .isZero();
            JsonNode once = MAPPER.readTree(out);
            assertThat(once.at("/answers/0/retract_offset").asLong())
                    .isEqualTo(asked.get("offset").asLong());
            assertThat(once.at("/answers/0/input_partition").asInt())
                    .isEqualTo(asked.get("partition").asInt());
            assertThat(run(with(settings, "retract", "once"))).isZero();
            assertThat(out).contains("has been taken out");

            assertThat(run(with(settings, "retract", "twice", "--all"))).isZero();
            assertThat(out.lines().filter(line -> line.startsWith("RETRACTED 'twice'")))
                    .hasSize(2);

            shouldDoTheSameInAService();

            assertThat(run(with(settings, "retract", "--source", "a", "--json")))
                    .isZero();
            JsonNode source = MAPPER.readTree(out);
            assertThat(source.at("/outcomes/retracted").asInt())
                    .as("once is out already: " + out)
                    .isEqualTo(1);
            assertThat(source.at("/outcomes/source_dropped").asInt())
                    .as("in each partition")
                    .isEqualTo(2);
            assertThat(run(with(settings, "retract", "--source", "a", "--dry-run")))
                    .isZero();
            assertThat(out).contains("0 documents of source 'a'");
        }
    }

    private static void shouldDoTheSameInAService() throws Exception {
        DriftlineConfig config = DriftlineConfig.of(Map.of(
                "bootstrap.servers",
                cluster.bootstrapServers(),
                "schema.registry.url",
                cluster.registryUrl(),
                "topics.prefix",
                "gone."));
        publish("gone.documents.v1", Document.class, List.of(document("again", "c"), document("again", "c")));
        try (RetractionJobs jobs = new RetractionJobs(config, Runnable::run)) {
            assertThat(jobs.ofDocument("nowhere", Optional.empty())
                            .orElseThrow()
                            .json())
                    .containsEntry("status", 404);
            JsonNode several = MAPPER.valueToTree(
                    jobs.ofDocument("again", Optional.empty()).orElseThrow().json());
            assertThat(several.get("status").asInt()).isEqualTo(409);
            assertThat(several.get("documents")).hasSize(2);
            JsonNode second = several.get("documents").get(1);
            DocumentOrigin place = new DocumentOrigin(
                    second.get("topic").asText(),
                    second.get("partition").asInt(),
                    second.get("offset").asLong());
            assertThat(jobs.ofDocument("again", Optional.of(place))
                            .orElseThrow()
                            .json())
                    .containsEntry("status", 200)
                    .containsEntry("outcomes", Map.of("retracted", 1L));
            assertThat(jobs.ofDocument("other", Optional.of(place))
                            .orElseThrow()
                            .json())
                    .as("another document is there")
                    .containsEntry("status", 404);
            assertThat(jobs.ofDocument("again", Optional.empty()).orElseThrow().json())
                    .as("one is left")
                    .containsEntry("status", 200);
            assertThat(jobs.ofSource("c").orElseThrow().json())
                    .containsEntry("status", 200)
                    .containsEntry("outcomes", Map.of("source_dropped", 2L));
        }
    }

    /** Answers retractions, as a service would. */
    private static final class Answering implements AutoCloseable {

        private final AtomicBoolean over = new AtomicBoolean();
        private final CompletableFuture<Void> thread;

        Answering(String prefix) {
            thread = CompletableFuture.runAsync(() -> answer(prefix));
        }

        private void answer(String prefix) {
            DriftlineConfig config = DriftlineConfig.of(Map.of(
                    "bootstrap.servers", cluster.bootstrapServers(), "schema.registry.url", cluster.registryUrl()));
            SchemaRegistrySerdes serdes =
                    new SchemaRegistrySerdes(config.clients().schemaRegistry());
            Map<String, Object> settings = new HashMap<>(config.clients().consumer());
            settings.put("auto.offset.reset", "earliest");
            try (KafkaConsumer<byte[], byte[]> consumer =
                            new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
                    Deserializer<Document> documents = serdes.deserializer(Document.class);
                    Deserializer<TextEvent> texts = serdes.deserializer(TextEvent.class)) {
                consumer.assign(Stream.of("documents.v1", "text.v1")
                        .flatMap(topic -> Stream.of(0, 1).map(number -> new TopicPartition(prefix + topic, number)))
                        .toList());
                while (!over.get()) {
                    List<Retraction> answers = new ArrayList<>();
                    for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(20))) {
                        if (record.topic().endsWith("text.v1")) {
                            TextEvent text = texts.deserialize(record.topic(), record.value());
                            if (Boolean.TRUE.equals(text.getRetract())) {
                                answers.add(
                                        answer(record, text.getId(), text.getSource(), text.getRetractOffset(), false));
                            }
                        } else {
                            Document document = documents.deserialize(record.topic(), record.value());
                            if (Boolean.TRUE.equals(document.getRetract())) {
                                answers.add(answer(
                                        record,
                                        document.getId(),
                                        document.getSource(),
                                        document.getRetractOffset(),
                                        Boolean.TRUE.equals(document.getRetractSource())));
                            }
                        }
                    }
                    publish(prefix + "retractions.v1", Retraction.class, answers);
                }
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }

        private static Retraction answer(
                ConsumerRecord<byte[], byte[]> record, String id, String source, Long offset, boolean drop) {
            return new Retraction(
                    id,
                    source,
                    drop ? RetractionOutcome.SOURCE_DROPPED : RetractionOutcome.RETRACTED,
                    record.topic(),
                    record.partition(),
                    record.offset(),
                    offset,
                    drop ? 0 : 2,
                    "It is gone.",
                    null,
                    Instant.EPOCH);
        }

        @Override
        public void close() {
            over.set(true);
            thread.join();
        }
    }

    private static String[] with(String[] settings, String... arguments) {
        return Stream.concat(Stream.of(arguments), Stream.of(settings)).toArray(String[]::new);
    }

    private static Document document(String id, String source) {
        return Document.newBuilder()
                .setId(id)
                .setSource(source)
                .setPublishedAt(Instant.EPOCH)
                .setSentences(List.of(List.of("it", "rains")))
                .build();
    }

    private static TextEvent text(String id, String source) {
        return TextEvent.newBuilder()
                .setId(id)
                .setSource(source)
                .setPublishedAt(Instant.EPOCH)
                .setText("It rains.")
                .build();
    }

    private static void publishInATransaction(String topic, List<String> texts) {
        DriftlineConfig config = DriftlineConfig.of(Map.of("bootstrap.servers", cluster.bootstrapServers()));
        Map<String, Object> settings = new HashMap<>(config.clients().producer());
        settings.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, topic);
        SchemaRegistrySerdes serdes = new SchemaRegistrySerdes(Map.of("schema.registry.url", cluster.registryUrl()));
        try (KafkaProducer<byte[], byte[]> producer =
                        new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
                Serializer<TextEvent> serializer = serdes.serializer(TextEvent.class)) {
            producer.initTransactions();
            producer.beginTransaction();
            for (String text : texts) {
                TextEvent event = TextEvent.newBuilder()
                        .setId(text)
                        .setSource("made")
                        .setText(text)
                        .setPublishedAt(Instant.EPOCH)
                        .build();
                // One partition, so that one mark ends the transaction.
                producer.send(new ProducerRecord<>(
                        topic, 0, text.getBytes(StandardCharsets.UTF_8), serializer.serialize(topic, event)));
            }
            producer.commitTransaction();
        }
    }

    private static Prediction prediction(String id) {
        return Prediction.newBuilder()
                .setId(id)
                .setSource("s")
                .setScoredAt(Instant.EPOCH)
                .setContext(List.of("students", "opened", "their"))
                .setModels(List.of(new ModelPrediction(
                        "mixture",
                        List.of(new Candidate("books", 0.4, true), new Candidate("exams", 0.1, true)),
                        0.2,
                        0.3)))
                .setInputTopic("in")
                .setInputPartition(0)
                .setInputOffset(0)
                .build();
    }

    private static Score score(String id, double perplexity) {
        return Score.newBuilder()
                .setId(id)
                .setSource("editorial")
                .setPublishedAt(Instant.parse("1961-01-01T00:00:00Z"))
                .setScoredAt(Instant.EPOCH)
                .setSmoothing("kneser-ney")
                .setOrder(5)
                .setTokens(10)
                .setUnknownTokens(1)
                .setCharacters(50)
                .setNgramBitsPerToken(8)
                .setNgramPerplexity(256)
                .setMixtureBits(80)
                .setMixtureBitsPerToken(8)
                .setMixturePerplexity(perplexity)
                .setSpellingBits(10)
                .setBitsPerCharacter(1.8)
                .setExperts(List.of(new ExpertScore("kneser-ney-5", 80.0, 256.0, 70.0, null)))
                .setLearned(true)
                .setInputTopic("in")
                .setInputPartition(0)
                .setInputOffset(0)
                .build();
    }

    private static KafkaProducer<byte[], byte[]> producer() {
        DriftlineConfig config = DriftlineConfig.of(Map.of("bootstrap.servers", cluster.bootstrapServers()));
        return new KafkaProducer<>(config.clients().producer(), new ByteArraySerializer(), new ByteArraySerializer());
    }

    private static <T extends SpecificRecord> void publish(String topic, Class<T> type, List<T> values)
            throws Exception {
        SchemaRegistrySerdes serdes = new SchemaRegistrySerdes(Map.of("schema.registry.url", cluster.registryUrl()));
        try (KafkaProducer<byte[], byte[]> producer = producer();
                Serializer<T> serializer = serdes.serializer(type)) {
            for (T value : values) {
                producer.send(new ProducerRecord<>(topic, null, serializer.serialize(topic, value)))
                        .get();
            }
        }
    }

    private int run(String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--bootstrap-servers", cluster.bootstrapServers(), "--registry-url", cluster.registryUrl()));
        Result result = CommandLine.run(all);
        out = result.out();
        err = result.err();
        return result.exitCode();
    }

    private static int topics(Layout layout) {
        return (int) Arrays.stream(Topic.values()).filter(layout::has).count();
    }
}
