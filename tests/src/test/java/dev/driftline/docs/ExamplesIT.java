package dev.driftline.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import dev.driftline.neural.Architecture;
import dev.driftline.neural.Cell;
import dev.driftline.neural.Network;
import dev.driftline.neural.NeuralVocabulary;
import dev.driftline.neural.Parameters;
import dev.driftline.neural.snapshot.Provenance;
import dev.driftline.neural.snapshot.Snapshot;
import dev.driftline.neural.snapshot.SnapshotFolder;
import dev.driftline.neural.snapshot.SnapshotManifest;
import dev.driftline.neural.snapshot.SnapshotVersion;
import dev.driftline.neural.training.Optimizer;
import dev.driftline.neural.training.TrainingSettings;
import dev.driftline.schemas.Document;
import dev.driftline.schemas.DriftEvent;
import dev.driftline.schemas.DriftSeries;
import dev.driftline.schemas.DriftState;
import dev.driftline.schemas.Score;
import dev.driftline.testing.Application;
import dev.driftline.testing.Cluster;
import dev.driftline.testing.RecordedTopic;
import dev.driftline.text.Tokenizers;
import dev.driftline.topics.Topic;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The programs of {@code examples} do what their pages say, started as these say, with one service for all of them. */
@Order(1)
class ExamplesIT {

    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final ObjectMapper JSON = new ObjectMapper();

    private static final MarkdownPage PAGE = MarkdownPage.read(MarkdownPage.ROOT.resolve("docs/reading-scores.md"));

    @TempDir
    static Path folder;

    private static Cluster cluster;
    private static Application application;
    private static String address;
    private static RecordedTopic<Score> scores;

    @BeforeAll
    static void start(Cluster shared) throws IOException {
        cluster = shared;
        application = cluster.application(
                "examples",
                Map.of(
                        "shards", "1",
                        "partitions", "1",
                        "tokenizer", "words",
                        "commit.interval.ms", "100",
                        "drift.unit.tokens", "50",
                        "drift.burn.in.tokens", "1000",
                        "drift.reference.tokens", "2000"));
        address = application.spawn("one").address();
        scores = application.scores();
        copyExamples();
    }

    /** Without the packages that somebody installed beside them. */
    private static void copyExamples() throws IOException {
        try (Stream<Path> files = Files.walk(MarkdownPage.ROOT.resolve("examples"))) {
            for (Path file : files.filter(Files::isRegularFile)
                    .filter(file -> !file.toString().contains("/node_modules/"))
                    .toList()) {
                Path copy = folder.resolve(MarkdownPage.ROOT.relativize(file));
                Files.createDirectories(copy.getParent());
                Files.copy(file, copy, StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
    }

    @AfterAll
    static void stop() {
        if (application != null) {
            application.close();
        }
    }

    @Test
    void shouldScoreALineOfJsonAndPrintALineOfJson() throws Exception {
        assertThat(block("jsonl", "jsonl-1"))
                .isEqualTo(Files.readString(MarkdownPage.ROOT.resolve("examples/news.jsonl")));

        List<String> commands = block("sh", "news.jsonl").lines().toList();
        shell().run(commands.get(0), PATIENCE);
        for (String id : List.of("jsonl-1", "jsonl-2", "jsonl-3")) {
            awaitScore(id);
        }
        String count = "--limit " + scores.records().size();
        String printed = shell().run(commands.get(1).replace("--limit 3", count), PATIENCE);

        JsonNode shown = JSON.readTree(block("json", "\"scored_at\""));
        for (String id : List.of("jsonl-1", "jsonl-2", "jsonl-3")) {
            JsonNode line = line(printed, id);
            ConsumerRecord<byte[], byte[]> record = scores.records().stream()
                    .filter(one -> score(one).getId().equals(id))
                    .findFirst()
                    .orElseThrow();
            Score score = score(record);
            assertThat(line.get("partition").asInt()).isEqualTo(record.partition());
            assertThat(line.get("offset").asLong()).isEqualTo(record.offset());
            assertThat(line.get("tokens").asInt()).isEqualTo(score.getTokens());
            assertThat(line.get("perplexity").asDouble()).isEqualTo(score.getPerplexity());
            assertThat(line.get("bits_per_token").asDouble()).isEqualTo(score.getBitsPerToken());
            assertThat(line.get("unknown_rate").asDouble()).isEqualTo(score.getUnknownRate());
            assertThat(line.get("mixture_bits").asDouble()).isEqualTo(score.getMixtureBits());
            assertThat(names(line)).as("fields that the page shows").containsAll(names(shown));
            assertThat(names(line.get("experts").get(0)))
                    .containsAll(names(shown.get("experts").get(0)));
        }
        assertThat(line(printed, "jsonl-2").get("published_at").asText()).isEqualTo("2026-01-02T03:04:05Z");
        assertThat(line(printed, "jsonl-3").get("learned").asBoolean()).isFalse();
    }

    @Test
    void shouldPublishAndReadWithStockKafkaJs() throws Exception {
        PageShell.assumeCommands("the example in Node.js", "node", "npm");
        String script = block(page("node"), "sh", "publish.js");
        String install = script.lines().findFirst().orElseThrow();
        assumeTrue(installs(install), "npm cannot fetch what examples/node/package.json names, and this test needs it");

        assertReads(script.replace(install, ""), "node-1");
    }

    @Test
    void shouldPublishAndReadWithDebiansPython() throws Exception {
        assumeTrue(
                PageShell.succeeds("/usr/bin/python3 -c 'import avro.io, confluent_kafka'"),
                "/usr/bin/python3 has no avro or no confluent_kafka: install python3-avro and python3-confluent-kafka");

        assertReads(block(page("python"), "sh", "publish.py"), "python-1");
    }

    /** Publishes one text, reads all scores with a new group, and then with the same group only the new one. */
    private static void assertReads(String script, String id) throws Exception {
        String publish = script.strip().lines().findFirst().orElseThrow();
        String read = script.strip().lines().skip(1).findFirst().orElseThrow();
        JsonNode sent = line(shell().run(publish, PATIENCE), id);
        assertThat(sent.get("topic").asText()).isEqualTo(application.topic(Topic.TEXT));
        int count = awaitScore(id);

        String printed = shell().run(read + " " + count, PATIENCE);
        assertThat(printed.lines()).hasSize(count);
        JsonNode shown = JSON.readTree(block("json", "\"" + id + "\""));
        for (ConsumerRecord<byte[], byte[]> record : scores.records().subList(0, count)) {
            Score score = score(record);
            JsonNode line = line(printed, score.getId());
            assertThat(line.get("source").asText()).isEqualTo(score.getSource());
            assertThat(line.get("tokens").asInt()).isEqualTo(score.getTokens());
            assertThat(line.get("perplexity").asDouble()).isEqualTo(score.getPerplexity());
            assertThat(line.get("bits_per_token").asDouble()).isEqualTo(score.getBitsPerToken());
            assertThat(line.get("unknown_rate").asDouble()).isEqualTo(score.getUnknownRate());
            assertThat(names(line)).as("fields that the page shows").isEqualTo(names(shown));
        }

        String again = id.replace("-1", "-2");
        shell().run(publish.replace(id, again), PATIENCE);
        awaitScore(again);
        int more = scores.records().size() - count;
        assertThat(shell().run(read + " " + more, PATIENCE).lines())
                .as("what came since, to the same group")
                .hasSize(more)
                .noneMatch(line -> line.contains("\"" + id + "\""))
                .anyMatch(line -> line.contains("\"" + again + "\""));
    }

    @Test
    void shouldShowScoresAndDeadLettersAndWriteATextWithDebiansKcat() throws Exception {
        PageShell.assumeCommands("the example of kcat", "kcat", "curl");
        MarkdownPage page = page("kcat");
        String write = block(page, "sh", "publish.sh");
        shell().run(write, PATIENCE);
        awaitScore("kcat-1");
        Score score = scores.values().stream()
                .filter(one -> one.getId().equals("kcat-1"))
                .findFirst()
                .orElseThrow();
        assertThat(score.getSource()).isEqualTo("news");
        assertThat(score.getTokens()).isEqualTo(9);
        assertThat(Duration.between(score.getPublishedAt(), score.getScoredAt()))
                .isLessThan(PATIENCE);
        // Long enough for a length of two bytes.
        String longer = "The students opened their books. ".repeat(9).strip();
        shell().run(write.replace("kcat-1", "kcat-2").replaceFirst("\"[^\"]*\"", "\"" + longer + "\""), PATIENCE);
        awaitScore("kcat-2");

        assertThat(shell().run(block(page, "sh", "%S bytes"), PATIENCE))
                .containsPattern("(?m)^kcat-1: \\d+ bytes at offset \\d+ of partition 0$")
                .containsPattern("(?m)^kcat-2: ");

        shell().run(block(page, "sh", "printf"), PATIENCE);
        application.deadLetters().awaitSize(1, PATIENCE);
        assertThat(shell().run(block(page, "sh", "%h"), PATIENCE))
                .containsPattern("(?m)^kcat: .*driftline.reason=not-avro");
    }

    @Test
    void shouldAskTheServiceWithCurl() throws Exception {
        PageShell.assumeCommands("the example of curl", "curl", "sed", "grep");
        MarkdownPage page = page("curl");
        application.publish(List.of(Document.newBuilder()
                .setId("order-4711")
                .setSource("orders")
                .setPublishedAt(Instant.now())
                .setSentences(List.of(List.of("The", "students", "ordered", "their", "books", ".")))
                .build()));
        awaitScore("order-4711");

        try (MappingIterator<JsonNode> answers =
                JSON.readerFor(JsonNode.class).readValues(shell().run(block(page, "sh", "/v1/status"), PATIENCE))) {
            JsonNode status = answers.next();
            assertThat(status.get("state").asText()).isEqualTo("RUNNING");
            assertThat(status.get("documents_scored").asInt()).isPositive();
            assertThat(answers.next().at("/tokens").size()).isEqualTo(7);
            JsonNode next = answers.next().get("next");
            assertThat(next).hasSize(3);
            assertThat(next.get(0).get("probability").asDouble())
                    .isGreaterThanOrEqualTo(next.get(2).get("probability").asDouble());
            assertThat(answers.next().get("texts")).hasSize(1);
            assertThat(answers.hasNext()).isFalse();
        }
        assertThat(shell().run(block(page, "sh", "/events"), PATIENCE))
                .contains("event: status")
                .contains("\"source\":\"orders\"");
        JsonNode job = JSON.readTree(shell().run(block(page, "sh", "/v1/documents"), PATIENCE));
        assertThat(job.get("status").asInt()).as("%s", job).isEqualTo(200);
        assertThat(job.get("outcomes").has("retracted")).as("%s", job).isTrue();
    }

    @Test
    void shouldReadANetworkWithDebiansPython() throws Exception {
        assumeTrue(
                PageShell.succeeds("/usr/bin/python3 -c 'import numpy'"),
                "/usr/bin/python3 has no numpy: install python3-numpy");
        NeuralVocabulary words =
                new NeuralVocabulary(List.of("<unk>", "</s>", "students", "teachers", "books", "größer", "the"));
        Network network = Network.random(Architecture.recurrent(Cell.LSTM, 8, 0, List.of()), words, 3);
        TrainingSettings how = new TrainingSettings(Optimizer.ADAM, 0.01, 5, 0, 1, 5, 1);
        SnapshotManifest manifest = Provenance.ofEpochs(how, 0, false)
                .manifest(SnapshotVersion.first(network), null, network, Tokenizers.WORDS);
        SnapshotFolder.write(new Snapshot(manifest, network), folder.resolve("network"));

        List<JsonNode> printed = shell().run(block(page("python"), "sh", "read_snapshot.py"), PATIENCE)
                .lines()
                .map(ExamplesIT::json)
                .toList();

        assertThat(printed.get(0).get("version").asText()).isEqualTo(manifest.version());
        assertThat(printed.get(0).get("vocabularySize").asInt()).isEqualTo(words.size());
        List<JsonNode> near = printed.subList(1, printed.size());
        assertThat(near).hasSize(5);
        double before = 1;
        for (JsonNode word : near) {
            double cosine = cosine(
                    network,
                    words.index("students"),
                    words.index(word.get("word").asText()));
            assertThat(word.get("cosine").asDouble())
                    .isCloseTo(cosine, within(1e-5))
                    .isLessThanOrEqualTo(before);
            before = word.get("cosine").asDouble();
        }
    }

    private static double cosine(Network network, int a, int b) {
        float[] vectors = network.parameters().tensor(Parameters.EMBEDDING).data();
        int size = network.architecture().embedding();
        double product = 0;
        double squaresOfA = 0;
        double squaresOfB = 0;
        for (int i = 0; i < size; i++) {
            product += (double) vectors[a * size + i] * vectors[b * size + i];
            squaresOfA += (double) vectors[a * size + i] * vectors[a * size + i];
            squaresOfB += (double) vectors[b * size + i] * vectors[b * size + i];
        }
        return product / Math.sqrt(squaresOfA * squaresOfB);
    }

    private static boolean installs(String command) throws IOException, InterruptedException {
        try {
            shell().run(command + " --no-audit --no-fund --loglevel=error --fetch-retries=1", Duration.ofMinutes(3));
            return true;
        } catch (AssertionError e) {
            return false;
        }
    }

    /** Waits for it, and says how many scores there are up to it. */
    private static int awaitScore(String id) {
        await("the score of " + id)
                .atMost(PATIENCE)
                .until(() -> scores.records().stream()
                        .anyMatch(record -> score(record).getId().equals(id)));
        return scores.records().size();
    }

    @Test
    void shouldTellAWebhookOfEveryDriftOnceThoughItIsKilledAndTheWebhookFails() throws Exception {
        PageShell.assumeCommands("the example of an alert", "python3");
        Random random = new Random(1);
        AtomicInteger failures = new AtomicInteger(1);
        Queue<JsonNode> told = new ConcurrentLinkedQueue<>();
        HttpServer hook = hook(failures, told);
        try {
            String alert = block("sh", "drift_alert.py")
                    .replace("localhost:9000", "127.0.0.1:" + hook.getAddress().getPort());
            RecordedTopic<DriftEvent> events = application.recorded(Topic.DRIFT, DriftEvent.class);
            Process first = shell().start(alert, folder.resolve("first.txt"));
            try {
                application.publish(documents(0, 200, "word", random));
                application.publish(documents(200, 60, "ø", random));
                // Killed before it remembers what it told, it would tell it again.
                await("the first message")
                        .atMost(PATIENCE)
                        .until(() -> !told.isEmpty()
                                && remembered(folder.resolve("drift-alert.json")) >= offset(told.element()));
            } finally {
                PageShell.kill(first);
            }
            int before = told.size();
            application.publish(documents(260, 160, "ø", random));
            await("the new normal")
                    .atMost(PATIENCE)
                    .until(() -> events.values().stream()
                            .anyMatch(event -> event.getSeries() == DriftSeries.REFERENCE
                                    && event.getState() == DriftState.RECOVERED));

            Process second = shell().start(alert, folder.resolve("second.txt"));
            try {
                await("a message of every event")
                        .atMost(PATIENCE)
                        .untilAsserted(() -> assertThat(told)
                                .hasSizeGreaterThanOrEqualTo(toBeTold(events).size()));
            } finally {
                PageShell.kill(second);
            }

            assertThat(failures).as("times that the webhook has still to fail").hasValue(0);
            assertThat(before).isPositive().isLessThan(told.size());
            List<Long> offsets = told.stream().map(ExamplesIT::offset).toList();
            // More may have happened since the program was stopped.
            assertThat(offsets)
                    .isEqualTo(toBeTold(events).stream()
                            .limit(offsets.size())
                            .map(ConsumerRecord::offset)
                            .toList());
            DriftEvent drift = events.value(toBeTold(events).get(0));
            JsonNode body = told.peek();
            assertThat(body.get("text").asText()).startsWith("travelling (live) has changed its language: perplexity ");
            assertThat(body.get("event").get("state").asText()).isEqualTo("DRIFT");
            assertThat(body.get("event").get("perplexity_after").asDouble())
                    .isEqualTo(drift.getPerplexityAfter())
                    .isGreaterThan(2 * drift.getPerplexityBefore());
            assertThat(names(body)).isEqualTo(names(JSON.readTree(block("json", "\"text\""))));
        } finally {
            hook.stop(0);
        }
    }

    /** The offset of the last event that the example remembers; −1 before the first. Events have one partition here. */
    private static long remembered(Path file) throws IOException {
        return Files.exists(file) ? JSON.readTree(file.toFile()).path("0").asLong(-1) : -1;
    }

    private static long offset(JsonNode told) {
        return told.get("event").get("offset").asLong();
    }

    private static List<ConsumerRecord<byte[], byte[]>> toBeTold(RecordedTopic<DriftEvent> events) {
        return events.records().stream()
                .filter(record -> List.of(DriftState.DRIFT, DriftState.RECOVERED)
                        .contains(events.value(record).getState()))
                .toList();
    }

    /** Refuses its first requests, then keeps what it is told. */
    private static HttpServer hook(AtomicInteger failures, Queue<JsonNode> told) throws IOException {
        HttpServer hook = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        hook.createContext("/hook", exchange -> {
            JsonNode body = JSON.readTree(exchange.getRequestBody());
            boolean fails = failures.getAndUpdate(left -> Math.max(0, left - 1)) > 0;
            if (!fails) {
                told.add(body);
            }
            exchange.sendResponseHeaders(fails ? 503 : 204, -1);
            exchange.close();
        });
        hook.start();
        return hook;
    }

    private static List<Document> documents(int from, int count, String prefix, Random random) {
        List<Document> documents = new ArrayList<>();
        for (int i = from; i < from + count; i++) {
            List<List<String>> sentences = new ArrayList<>();
            for (int sentence = 0; sentence < 5; sentence++) {
                List<String> words = new ArrayList<>();
                for (int word = 0; word < 11; word++) {
                    words.add(prefix + (int) (200 * random.nextDouble() * random.nextDouble()));
                }
                sentences.add(words);
            }
            documents.add(Document.newBuilder()
                    .setId("travelling-" + i)
                    .setSource("travelling")
                    .setPublishedAt(Instant.ofEpochSecond(i))
                    .setSentences(sentences)
                    .build());
        }
        return documents;
    }

    /** Debian's Python before any other, as its packages are for that one. */
    private static PageShell shell() throws IOException {
        return new PageShell(folder, cluster)
                .replacing("driftline.scores.v1", application.topic(Topic.SCORES))
                .replacing("driftline.text.v1", application.topic(Topic.TEXT))
                .replacing("driftline.dead-letters.v1", application.topic(Topic.DEAD_LETTERS))
                .replacing("localhost:7070", URI.create(address).getAuthority())
                .with("PATH", "/usr/bin:" + System.getenv("PATH"))
                .with("PYTHONDONTWRITEBYTECODE", "1")
                .with("DRIFTLINE_BOOTSTRAP_SERVERS", cluster.bootstrapServers())
                .with("DRIFTLINE_SCHEMA_REGISTRY_URL", cluster.registryUrl())
                .with("DRIFTLINE_TOKENIZER", "words")
                .with("DRIFTLINE_TOPICS_PREFIX", application.topic(Topic.SCORES).replace(Topic.SCORES.suffix(), ""));
    }

    private static MarkdownPage page(String folder) {
        return MarkdownPage.read(
                MarkdownPage.ROOT.resolve("examples").resolve(folder).resolve("README.md"));
    }

    private static String block(String language, String part) {
        return block(PAGE, language, part);
    }

    private static String block(MarkdownPage page, String language, String part) {
        return page.blocks().stream()
                .filter(block ->
                        block.language().equals(language) && block.code().contains(part))
                .map(MarkdownPage.Block::code)
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + language + " with " + part + " in " + page.file()));
    }

    private static Score score(ConsumerRecord<byte[], byte[]> record) {
        return scores.value(record);
    }

    /** The line of JSON with this id. */
    private static JsonNode line(String printed, String id) {
        return printed.lines()
                .filter(line -> line.startsWith("{"))
                .map(ExamplesIT::json)
                .filter(line -> line.path("id").asText().equals(id))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no line of " + id + " in " + printed));
    }

    private static JsonNode json(String line) {
        try {
            return JSON.readTree(line);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(line, e);
        }
    }

    private static List<String> names(JsonNode object) {
        List<String> names = new ArrayList<>();
        object.fieldNames().forEachRemaining(names::add);
        return names;
    }
}
