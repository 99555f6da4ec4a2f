package dev.driftline.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.driftline.testing.Application;
import dev.driftline.testing.ChildInstance;
import dev.driftline.testing.Cluster;
import dev.driftline.testing.CommandLine;
import dev.driftline.testing.DriftlineProcess;
import dev.driftline.testing.DriftlineProcess.Result;
import dev.driftline.topics.Layout;
import dev.driftline.topics.Topic;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The {@code driftline} command as a process: what it prints where, and how it ends. */
class CommandLineIT {

    private static final Duration SOON = Duration.ofSeconds(30);
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final int OK = 0;
    private static final int FAILED = 1;
    private static final int USAGE = 2;
    private static final int TIMED_OUT = 3;
    private static final int TERMINATED = 128 + 15;

    private final ObjectMapper json = new ObjectMapper();

    @TempDir
    Path folder;

    @Test
    void shouldSayWhatItCanDo() {
        Result help = DriftlineProcess.run(SOON, List.of("--help"));

        assertThat(help.exitCode()).isEqualTo(OK);
        assertThat(help.err()).isEmpty();
        assertThat(help.out())
                .contains(
                        "run", "topics", "produce", "scores", "predictions", "dead-letters", "Exit codes", "Examples");
    }

    @Test
    void shouldRefuseAWrongCommandLineWithAHint() {
        Result unknown = DriftlineProcess.run(SOON, List.of("scores", "--form-beginning"));

        assertThat(unknown.exitCode()).isEqualTo(USAGE);
        assertThat(unknown.out()).isEmpty();
        assertThat(unknown.err())
                .contains("--form-beginning", "Try: driftline scores --help")
                .doesNotContain("\tat ");

        Result misspelt = DriftlineProcess.run(SOON, List.of("run", "--set", "model.odrer=3"));

        assertThat(misspelt.exitCode()).isEqualTo(USAGE);
        assertThat(misspelt.err())
                .contains("model.odrer", "did you mean model.order?")
                .doesNotContain("\tat ");
    }

    @Test
    void shouldSayThatTheBrokerIsAwayAndEnd() {
        Result away = DriftlineProcess.run(
                SOON,
                List.of(
                        "topics",
                        "list",
                        "--bootstrap-servers",
                        "127.0.0.1:9",
                        "--set",
                        "admin.default.api.timeout.ms=2000",
                        "--set",
                        "admin.request.timeout.ms=1000"));

        assertThat(away.exitCode()).isEqualTo(FAILED);
        assertThat(away.err()).contains("bootstrap.servers").doesNotContain("\tat ");
        assertThat(away.err().lines())
                .satisfiesExactly(
                        line -> assertThat(line).contains("waiting for the broker at 127.0.0.1:9; Ctrl-C ends it"),
                        line -> assertThat(line).contains("Kafka does not answer"));
    }

    @Test
    void shouldCreateListAndDeleteTopics(Cluster cluster) throws Exception {
        List<String> where = List.of(
                "--bootstrap-servers",
                cluster.bootstrapServers(),
                "--registry-url",
                cluster.registryUrl(),
                "--set",
                "topics.prefix=cli-topics.",
                "--set",
                "application.id=cli-topics",
                "--set",
                "shards=3",
                "--set",
                "partitions=2");

        Result created = driftline(where, "topics", "create");
        assertThat(created.exitCode()).as(created.err()).isEqualTo(OK);
        assertThat(created.out()).contains("created", "cli-topics.documents.v1", "cli-topics.scores.v1-value");

        JsonNode topics =
                json.readTree(driftline(where, "topics", "list", "--json").out());
        assertThat(topics).hasSize((int)
                Arrays.stream(Topic.values()).filter(Layout.SHARDS::has).count());
        for (JsonNode topic : topics) {
            String name = topic.get("name").asText();
            int expected = name.endsWith("ngram-requests.v1")
                    ? 3
                    : name.matches(".*(snapshots|training|promotions|identity)\\.v1") ? 1 : 2;
            assertThat(topic.get("exists").asBoolean()).as(name).isTrue();
            assertThat(topic.get("partitions").asInt()).as(name).isEqualTo(expected);
        }

        assertThat(driftline(where, "topics", "create").out())
                .contains("exists")
                .doesNotContain("created");

        Result unasked = driftline(where, "topics", "delete");
        assertThat(unasked.exitCode()).isEqualTo(FAILED);
        assertThat(unasked.err()).contains("--yes");

        Result deleted = driftline(where, "topics", "delete", "--with-state", "--yes");
        assertThat(deleted.exitCode()).as(deleted.err()).isEqualTo(OK);
        assertThat(driftline(where, "topics", "list").out()).contains("None exists");
    }

    @Test
    void shouldScoreWhatIsProducedAndStopOnCtrlC(Cluster cluster) throws Exception {
        try (Application application =
                cluster.application("cli-run", Map.of("shards", "1", "partitions", "1", "model.order", "3"))) {
            List<String> where = new ArrayList<>();
            application.settings().forEach((key, value) -> where.addAll(List.of("--set", key + "=" + value)));
            Path corpus = folder.resolve("letters.docs.tsv");
            Files.writeString(
                    corpus,
                    "first\tclass\tstudents opened their books </s> they read\n"
                            + "second\tclass\tstudents opened their exams\n"
                            + "third\tclass\tstudents opened their\n");

            ChildInstance service = application.spawn("one").awaitLog("Ctrl-C stops it");
            Result produced = driftline(where, "produce", "--json", corpus.toString());
            assertThat(produced.exitCode()).as(produced.err()).isEqualTo(OK);
            assertThat(json.readTree(produced.out()).isObject()).isTrue();

            Result scores = process(where, "scores", "--from-beginning", "--limit", "3", "--timeout", "45", "--json");
            assertThat(scores.exitCode()).as(scores.err()).isEqualTo(OK);
            List<String> lines = scores.out().lines().toList();
            assertThat(lines).hasSize(3);
            JsonNode first = json.readTree(lines.get(0));
            assertThat(first.get("id").asText()).isEqualTo("first");
            assertThat(first.get("tokens").asInt()).isEqualTo(8);
            assertThat(first.get("ngram_bits_per_token").asDouble()).isEqualTo(1);
            assertThat(json.readTree(lines.get(2)).get("unknown_tokens").asInt())
                    .isZero();

            Result readable = driftline(where, "scores", "--from-beginning", "--limit", "3", "--timeout", "20");
            assertThat(readable.out().lines()).hasSize(4);
            assertThat(readable.out()).contains("perplexity", "second");

            Result predictions =
                    driftline(where, "predictions", "--from-beginning", "--limit", "3", "--timeout", "20", "--json");
            JsonNode third = json.readTree(predictions.out().lines().toList().get(2));
            assertThat(third.get("context").toString()).isEqualTo("[\"opened\",\"their\"]");
            assertThat(third.at("/models/0/model").asText()).isEqualTo("mixture");
            assertThat(third.at("/models/0/candidates/0/word").asText()).isIn("books", "exams");

            application.publish(Topic.DOCUMENTS, "x", new byte[] {1, 2, 3});
            Result letters =
                    driftline(where, "dead-letters", "--from-beginning", "--limit", "1", "--timeout", "20", "--json");
            assertThat(letters.exitCode()).as(letters.err()).isEqualTo(OK);
            assertThat(letters.out()).contains("not-avro");

            Result nothingMore = driftline(where, "scores", "--limit", "1", "--timeout", "0.5");
            assertThat(nothingMore.exitCode()).isEqualTo(TIMED_OUT);

            int exitCode = service.interrupt(Duration.ofSeconds(60));
            assertThat(service.log()).contains("Stopping").doesNotContain("\tat ");
            assertThat(exitCode).isIn(OK, 130);

            Result counts = driftline(
                    List.of(),
                    "counts",
                    "--json",
                    "--state",
                    application.stateDirectory("one").toString(),
                    "students opened their",
                    "<s> they",
                    "never seen");
            assertThat(counts.exitCode()).as(counts.err()).isEqualTo(OK);
            assertThat(counts.out().lines().map(line -> line.replaceFirst(".*\"count\":", "")))
                    .containsExactly("3}", "1}", "0}");
            Result words = driftline(
                    List.of(),
                    "generate",
                    "--state",
                    application.stateDirectory("one").toString(),
                    "--prompt",
                    "students opened",
                    "--next",
                    "1",
                    "--json");
            assertThat(words.exitCode()).as(words.err()).isEqualTo(OK);
            assertThat(words.out()).contains("their");

            // Committed: there is nothing left to do for the next one.
            ChildInstance next = application.spawn("one").awaitLog("Ctrl-C stops it");
            await().during(Duration.ofSeconds(1))
                    .atMost(PATIENCE)
                    .until(() -> application.scores().records().size() == 3);
            assertThat(next.terminate(Duration.ofSeconds(60)))
                    .as("as after SIGTERM")
                    .isEqualTo(TERMINATED);
            assertThat(next.log()).contains("Stopping").doesNotContain("\tat ", "ERROR");
        }
    }

    @Test
    void shouldSayWhatToDoWhenTopicsAreMissing(Cluster cluster) {
        Result missing = process(
                List.of(
                        "--bootstrap-servers",
                        cluster.bootstrapServers(),
                        "--registry-url",
                        cluster.registryUrl(),
                        "--set",
                        "topics.prefix=cli-nowhere.",
                        "--set",
                        "state.dir=" + folder),
                "run");

        assertThat(missing.exitCode()).isIn(FAILED, USAGE);
        assertThat(missing.err()).contains("driftline topics create").doesNotContain("\tat ");
    }

    /** In this JVM, where what the process does is said by another command. */
    private static Result driftline(List<String> where, String... command) {
        return CommandLine.run(arguments(where, command));
    }

    private static Result process(List<String> where, String... command) {
        return DriftlineProcess.run(PATIENCE, arguments(where, command));
    }

    private static List<String> arguments(List<String> where, String... command) {
        List<String> arguments = new ArrayList<>(List.of(command));
        arguments.addAll(where);
        return arguments;
    }
}
