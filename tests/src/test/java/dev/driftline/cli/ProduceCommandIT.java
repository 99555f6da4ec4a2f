package dev.driftline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.driftline.config.DriftlineConfig;
import dev.driftline.schemas.Document;
import dev.driftline.schemas.SchemaRegistrySerdes;
import dev.driftline.schemas.TextEvent;
import dev.driftline.terminal.ExitCodes;
import dev.driftline.testing.Cluster;
import dev.driftline.testing.CommandLine;
import dev.driftline.testing.DriftlineProcess.Result;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/** {@code driftline produce}, against a real broker and a real registry. */
class ProduceCommandIT {

    @TempDir
    static Path directory;

    private static Cluster cluster;

    private String prefix;
    private String out;
    private String err;

    @BeforeAll
    static void share(Cluster shared) {
        cluster = shared;
    }

    private void topics(TestInfo test) {
        prefix = test.getTestMethod().orElseThrow().getName() + ".";
        assertThat(run("topics", "create", "--set", "partitions=2")).as(err).isZero();
    }

    private int run(String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        Collections.addAll(
                all, "--bootstrap-servers", cluster.bootstrapServers(), "--registry-url", cluster.registryUrl());
        Collections.addAll(all, "--set", "topics.prefix=" + prefix);
        return runPlain(all.toArray(String[]::new));
    }

    private int runPlain(String... arguments) {
        Result result = CommandLine.run(List.of(arguments));
        out = result.out();
        err = result.err();
        return result.exitCode();
    }

    private static String file(String name, String content) throws IOException {
        return Files.writeString(directory.resolve(name), content, StandardCharsets.UTF_8)
                .toString();
    }

    private <T extends SpecificRecord> List<ConsumerRecord<String, T>> read(String topic, Class<T> type) {
        Map<String, String> settings =
                Map.of("bootstrap.servers", cluster.bootstrapServers(), "schema.registry.url", cluster.registryUrl());
        DriftlineConfig config = DriftlineConfig.of(settings);
        SchemaRegistrySerdes serdes = new SchemaRegistrySerdes(config.clients().schemaRegistry());
        try (KafkaConsumer<String, T> consumer =
                new KafkaConsumer<>(config.clients().consumer(), new StringDeserializer(), serdes.deserializer(type))) {
            List<TopicPartition> partitions = IntStream.range(0, 2)
                    .mapToObj(partition -> new TopicPartition(prefix + topic, partition))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            long records = consumer.endOffsets(partitions).values().stream()
                    .mapToLong(Long::longValue)
                    .sum();
            List<ConsumerRecord<String, T>> read = new ArrayList<>();
            while (read.size() < records) {
                consumer.poll(Duration.ofSeconds(5)).forEach(read::add);
            }
            return read;
        }
    }

    @Test
    void shouldPublishEveryDocumentOnceKeyedBySourceWhenGivenTabSeparatedText(TestInfo test) throws IOException {
        topics(test);
        String file = file("a.tsv", "d1\tnews\tone two </s> three\nd2\tfun\tfour\nd3\tnews\tfive\n");
        Instant before = Instant.now().minusSeconds(1);

        assertThat(run("produce", file, "--json")).as(err).isZero();

        JsonNode outcome = new ObjectMapper().readTree(out);
        assertThat(outcome.get("documents").asInt()).isEqualTo(3);
        assertThat(outcome.get("acknowledged").asInt()).isEqualTo(3);
        assertThat(outcome.get("tokens").asInt()).isEqualTo(9);
        List<ConsumerRecord<String, Document>> records = read("documents.v1", Document.class);
        assertThat(records).extracting(ConsumerRecord::key).containsExactlyInAnyOrder("news", "fun", "news");
        assertThat(records)
                .filteredOn(record -> record.key().equals("news"))
                .extracting(
                        record -> record.value().getId(),
                        record -> record.value().getSentences())
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("d1", List.of(List.of("one", "two"), List.of("three"))),
                        org.assertj.core.groups.Tuple.tuple("d3", List.of(List.of("five"))));
        assertThat(records.get(0).value().getPublishedAt()).isBetween(before, Instant.now());
    }

    @Test
    void shouldPublishTextAsItIsWhenRaw(TestInfo test) throws IOException {
        topics(test);
        String file = file(
                "raw.jsonl",
                "{\"id\":\"x\",\"source\":\"s\",\"text\":\"私は学生です。\",\"language\":\"ja\",\"published_at\":5}\n");
        assertThat(run("produce", "--raw", file)).as(err).isZero();
        assertThat(read("text.v1", TextEvent.class)).singleElement().satisfies(record -> {
            assertThat(record.value().getText()).isEqualTo("私は学生です。");
            assertThat(record.value().getLanguage()).isEqualTo("ja");
            assertThat(record.value().getPublishedAt()).isEqualTo(Instant.ofEpochMilli(5));
        });
        String unlearned = file("unlearned.jsonl", "{\"text\":\"a\",\"learn\":false}\n");
        assertThat(run("produce", "--raw", unlearned)).isEqualTo(ExitCodes.FAILED);
        assertThat(err).contains("line 1").contains("learn");
    }

    @Test
    void shouldTokeniseWithTheChosenTokenizerWhenGivenText(TestInfo test) throws IOException {
        topics(test);
        String file = file("b.txt", "Hi there. Bye!\n\nab\n");
        assertThat(run("produce", file, "--tokenizer", "words", "--limit", "1")).isZero();
        assertThat(run("produce", file, "--tokenizer", "characters", "--key", "id"))
                .isZero();
        assertThat(read("documents.v1", Document.class))
                .extracting(record -> record.value().getSentences())
                .contains(List.of(List.of("Hi", "there", "."), List.of("Bye", "!")), List.of(List.of("a", "b")));
    }

    @Test
    void shouldStopAtAMalformedLineOrPassOverItWhenToldTo(TestInfo test) throws IOException {
        topics(test);
        String file = file("c.jsonl", "{\"text\":\"one\"}\n{\"text\":\"\\ud800\"}\n{\"text\":\"three\"}\n");

        assertThat(run("produce", file)).isEqualTo(ExitCodes.FAILED);
        assertThat(err)
                .contains("c.jsonl, line 2: 'text' has a lone surrogate")
                .contains("1 documents before it")
                .contains("--skip-malformed");
        assertThat(read("documents.v1", Document.class)).hasSize(1);

        assertThat(run("produce", file, "--skip-malformed")).as(err).isZero();
        assertThat(out).contains("2 acknowledged").contains("1 malformed lines passed over");
        assertThat(err).contains("line 2");
        assertThat(read("documents.v1", Document.class)).hasSize(3);
    }

    @Test
    void shouldSayWhatToRunWhenTopicOrRegistryOrBrokerIsMissing() throws IOException {
        prefix = "produce-nowhere.";
        String file = file("d.tsv", "d1\tnews\tone\n");
        assertThat(run("produce", file)).isEqualTo(ExitCodes.FAILED);
        assertThat(err).contains("no topic produce-nowhere.documents.v1").contains("driftline topics create");

        assertThat(run("topics", "create", "--no-schemas")).isZero();
        assertThat(run("produce", file)).isEqualTo(ExitCodes.FAILED);
        assertThat(err)
                .contains("no schema for produce-nowhere.documents.v1-value")
                .contains("driftline topics create");

        assertThat(runPlain(
                        "produce",
                        file,
                        "--bootstrap-servers",
                        cluster.bootstrapServers(),
                        "--registry-url",
                        "http://127.0.0.1:1",
                        "--set",
                        "topics.prefix=produce-nowhere."))
                .isEqualTo(ExitCodes.FAILED);
        assertThat(err).contains("no schema registry answers at http://127.0.0.1:1");
    }

    @Test
    void shouldRefuseTheCommandLineWhenTheFormatCannotBeTold() throws IOException {
        assertThat(runPlain("produce", file("e.csv", "x"))).isEqualTo(ExitCodes.USAGE);
        assertThat(err).contains(".tsv, .txt, .jsonl or .json").contains("--format");
    }
}
