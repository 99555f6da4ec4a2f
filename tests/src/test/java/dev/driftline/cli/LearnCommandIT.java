package dev.driftline.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.driftline.config.DriftlineConfig;
import dev.driftline.corpus.CorpusContent;
import dev.driftline.corpus.CorpusEntry;
import dev.driftline.ingest.DocumentFile;
import dev.driftline.ingest.FilePublishing;
import dev.driftline.ingest.RecordForm;
import dev.driftline.ingest.RecordKey;
import dev.driftline.schemas.Document;
import dev.driftline.schemas.SchemaRegistrySerdes;
import dev.driftline.terminal.ExitCodes;
import dev.driftline.testing.Application;
import dev.driftline.testing.ChangelogCounts;
import dev.driftline.testing.ChildInstance;
import dev.driftline.testing.Cluster;
import dev.driftline.testing.CommandLine;
import dev.driftline.testing.DriftlineProcess.Result;
import dev.driftline.text.Tokenizers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code driftline learn}, against a real broker and a real registry. */
class LearnCommandIT {

    private static final int DOCUMENTS = 500;

    @TempDir
    Path folder;

    @Test
    void shouldPublishEachDocumentOnceHoweverItWasInterrupted(Cluster cluster) throws Exception {
        Map<String, String> settings = Map.of(
                "bootstrap.servers",
                cluster.bootstrapServers(),
                "schema.registry.url",
                cluster.registryUrl(),
                "topics.prefix",
                "learn.",
                "application.id",
                "learn");
        DriftlineConfig config = DriftlineConfig.of(settings);
        assertThat(run(settings, "topics", "create", "--set", "partitions=2").exitCode())
                .isZero();
        Path file = folder.resolve("text.txt");
        Files.write(
                file,
                IntStream.range(0, DOCUMENTS)
                        .mapToObj(i -> "document number " + i)
                        .toList());
        Optional<String> fingerprint = DocumentFile.fingerprint(file);

        // Committed, then 50 documents more that a kill -9 leaves in an open transaction.
        FilePublishing killed =
                FilePublishing.open(config, RecordForm.DOCUMENT, RecordKey.ID, fingerprint, "text.txt", false);
        assertThat(killed.earlier()).isZero();
        for (int i = 0; i < 150; i++) {
            killed.publish(entry(i), Tokenizers.named("words"));
            if (i == 99) {
                killed.commit();
            }
        }
        killed.publisher().flush();

        Result rest = run(settings, "learn", file.toString(), "--no-wait", "--json", "--key", "id");
        // The note is of the topics, whatever the command calls itself.
        Map<String, String> renamed = new HashMap<>(settings);
        renamed.put("application.id", "somebody-else");
        Result again = run(renamed, "learn", file.toString(), "--no-wait", "--json", "--key", "id");
        killed.close();

        assertThat(rest.exitCode()).as(rest.err()).isZero();
        assertThat(new ObjectMapper().readTree(rest.out()).get("earlier").asInt())
                .isEqualTo(100);
        assertThat(new ObjectMapper().readTree(rest.out()).get("documents").asInt())
                .isEqualTo(DOCUMENTS - 100);
        assertThat(new ObjectMapper().readTree(again.out()).get("documents").asInt())
                .isZero();
        assertThat(read(config))
                .hasSize(DOCUMENTS)
                .containsExactlyInAnyOrderElementsOf(IntStream.range(0, DOCUMENTS)
                        .mapToObj(i -> "text.txt:" + (i + 1))
                        .toList());

        Result waiting = run(settings, "learn", file.toString(), "--again", "--timeout", "1", "--key", "id");
        assertThat(waiting.exitCode()).as(waiting.err()).isEqualTo(ExitCodes.TIMED_OUT);
        assertThat(waiting.out()).startsWith("500 documents published, not all learned yet");
    }

    /** As soon as the command ends, everything is in the counts that are committed. */
    @ParameterizedTest
    @CsvSource({"1,2", "3,2"})
    void shouldEndWhenTheServiceHasLearnedAll(int shards, int partitions, Cluster cluster) throws Exception {
        Path file = folder.resolve("text.jsonl");
        Files.write(
                file,
                IntStream.range(0, DOCUMENTS)
                        .mapToObj(i -> "{\"page\":{\"body\":\"w" + i % 7 + " said so to w" + i % 5
                                + "\"},\"source\":\"s" + i % 3 + "\"}")
                        .toList());
        try (Application application = cluster.application(
                        "learn-" + shards,
                        Map.of("shards", "" + shards, "partitions", "" + partitions, "commit.interval.ms", "100"));
                ChildInstance one = application.spawn("one")) {

            // Whoever publishes need not know what the application is called that has the topics.
            Map<String, String> settings = new HashMap<>(application.settings());
            settings.put("application.id", "somebody-else");
            Result learned = run(settings, "learn", file.toString(), "--text-field", "page.body", "--timeout", "60");

            ChangelogCounts counts = application.changelogCounts();
            assertThat(learned.exitCode()).as(learned.err()).isZero();
            assertThat(learned.out()).startsWith("500 documents published, learned");
            assertThat(counts.rawCount(List.of("said", "so"))).isEqualTo(DOCUMENTS);
            assertThat(counts.rawCount(List.of("to", "w4"))).isEqualTo(DOCUMENTS / 5);
            assertScores(one.address());
        }
    }

    /** Rows that a running service scores. */
    private void assertScores(String address) throws IOException {
        Path rows = Files.writeString(
                folder.resolve("rows.jsonl"),
                "{\"text\":\"w1 said so to w2\"}\n{\"text\":\"w1 said nothing\"}\n{\"text\":\" \"}\n");
        Path out = folder.resolve("scored.jsonl");

        Result scored = CommandLine.run(List.of(
                "score",
                rows.toString(),
                "--instance",
                address,
                "--per",
                "line",
                "--output",
                out.toString(),
                "--overwrite"));

        assertThat(scored.exitCode()).as(scored.err()).isZero();
        List<JsonNode> lines = new ArrayList<>();
        for (String line : Files.readAllLines(out)) {
            lines.add(new ObjectMapper().readTree(line));
        }
        JsonNode known = lines.get(0);
        assertThat(known.get("tokens").asInt()).isEqualTo(6);
        assertThat(known.get("unknown_rate").asDouble()).isZero();
        assertThat(known.get("lines").get(0).get("bits_per_token").asDouble())
                .isEqualTo(known.get("bits_per_token").asDouble(), within(1e-3));
        assertThat(lines.get(1).get("unknown_rate").asDouble()).isEqualTo(0.25);
        assertThat(lines.get(1).get("lines").get(0).get("bits_per_token").asDouble())
                .isEqualTo(lines.get(1).get("bits_per_token").asDouble(), within(1e-3));
        assertThat(lines.get(1).get("perplexity").asDouble())
                .isGreaterThan(known.get("perplexity").asDouble());
        assertThat(lines.get(2).get("error").asText()).contains("empty");
    }

    private static CorpusEntry entry(int i) {
        return new CorpusEntry(
                "text.txt:" + (i + 1),
                "text",
                new CorpusContent.Text("document number " + i, ""),
                true,
                Map.of(),
                Optional.empty(),
                i + 1);
    }

    private static Result run(Map<String, String> settings, String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        settings.forEach((key, value) -> all.addAll(List.of("--set", key + "=" + value)));
        return CommandLine.run(all);
    }

    private static List<String> read(DriftlineConfig config) throws IOException {
        Map<String, Object> properties = new HashMap<>(config.clients().consumer());
        properties.put("isolation.level", "read_committed");
        SchemaRegistrySerdes serdes = new SchemaRegistrySerdes(config.clients().schemaRegistry());
        List<String> ids = new ArrayList<>();
        try (KafkaConsumer<String, Document> consumer =
                new KafkaConsumer<>(properties, new StringDeserializer(), serdes.deserializer(Document.class))) {
            List<TopicPartition> partitions = IntStream.range(0, 2)
                    .mapToObj(partition -> new TopicPartition("learn.documents.v1", partition))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
            while (partitions.stream().anyMatch(partition -> consumer.position(partition) < ends.get(partition))
                    && System.nanoTime() < deadline) {
                consumer.poll(Duration.ofMillis(200))
                        .forEach(record -> ids.add(record.value().getId()));
            }
        }
        return ids;
    }
}
