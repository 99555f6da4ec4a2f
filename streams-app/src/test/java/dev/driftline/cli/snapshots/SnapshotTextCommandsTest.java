package dev.driftline.cli.snapshots;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.driftline.cli.Driftline;
import dev.driftline.neural.Architecture;
import dev.driftline.neural.AttributeToken;
import dev.driftline.neural.Cell;
import dev.driftline.neural.Network;
import dev.driftline.neural.NeuralVocabulary;
import dev.driftline.neural.Pooling;
import dev.driftline.neural.snapshot.Snapshot;
import dev.driftline.neural.snapshot.SnapshotFolder;
import dev.driftline.neural.snapshot.SnapshotManifest;
import dev.driftline.neural.training.NetworkTrainer;
import dev.driftline.neural.training.Optimizer;
import dev.driftline.neural.training.TrainingSettings;
import dev.driftline.terminal.PlainJson;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code generate} and {@code encode} on a small network that has been taught two kinds of documents. */
class SnapshotTextCommandsTest {

    @TempDir
    static Path folder;

    private static Network network;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeAll
    static void teach() throws Exception {
        String sea = AttributeToken.of("source", "sea");
        String wood = AttributeToken.of("source", "wood");
        NeuralVocabulary vocabulary = new NeuralVocabulary(
                List.of("<unk>", "</s>", sea, wood, "the", "ship", "sails", "tree", "grows", "far", "high"));
        TrainingSettings settings = new TrainingSettings(Optimizer.ADAM, 0.02, 1, 0, 4, 10, 1);
        NetworkTrainer trainer = new NetworkTrainer(
                Network.random(Architecture.recurrent(Cell.LSTM, 16, 0, List.of()), vocabulary, 1), settings);
        List<int[]> documents = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            documents.add(encode(vocabulary, sea, "the", "ship", "sails", "far", "</s>"));
            documents.add(encode(vocabulary, wood, "the", "tree", "grows", "high", "</s>"));
        }
        Random order = new Random(1);
        for (int pass = 0; pass < 8; pass++) {
            // In a fixed order the network would learn which kind follows which instead of reading the attribute.
            Collections.shuffle(documents, order);
            trainer.pass(documents, tokens -> {});
        }
        network = trainer.network();
        SnapshotManifest manifest = new SnapshotManifest(
                "000001-abcdef", null, Instant.EPOCH, "lstm", "words", Map.of(), Map.of(), Map.of());
        SnapshotFolder.write(new Snapshot(manifest, network), folder.resolve("snapshot"));
    }

    private static int[] encode(NeuralVocabulary vocabulary, String... words) {
        int[] tokens = new int[words.length];
        for (int i = 0; i < words.length; i++) {
            tokens[i] = vocabulary.index(words[i]);
        }
        return tokens;
    }

    private int run(String command, String... options) {
        List<String> arguments = new ArrayList<>(
                List.of(command, "--snapshot", folder.resolve("snapshot").toString()));
        arguments.addAll(List.of(options));
        return Driftline.execute(
                new PrintWriter(out, true), new PrintWriter(err, true), arguments.toArray(String[]::new));
    }

    @Test
    void shouldWriteAsTheAttributeSays() {
        assertThat(run("generate", "--attribute", "source=wood", "--temperature", "0", "--sentences", "1"))
                .as(err.toString())
                .isZero();
        assertThat(out.toString().strip()).isEqualTo("the tree grows high");
        assertThat(run("generate", "--attribute", "source=sea", "--temperature", "0", "--sentences", "1"))
                .isZero();
        assertThat(out.toString().lines().skip(1)).containsExactly("the ship sails far");
    }

    @Test
    void shouldJoinWhatItWritesAsTheManifestSaysItsTextWasCut() throws IOException {
        SnapshotManifest characters = new SnapshotManifest(
                "000002-abcdef", null, Instant.EPOCH, "lstm", "characters", Map.of(), Map.of(), Map.of());
        Path other = folder.resolve("characters");
        SnapshotFolder.write(new Snapshot(characters, network), other);
        String asked = "generate --attribute source=wood --temperature 0 --sentences 1 --snapshot=" + other;

        assertThat(Driftline.execute(new PrintWriter(out, true), new PrintWriter(err, true), asked.split(" ")))
                .as(err.toString())
                .isZero();
        assertThat(out.toString().strip()).isEqualTo("thetreegrowshigh");
        assertThat(new SnapshotManifest(
                                "000003-abcdef",
                                null,
                                Instant.EPOCH,
                                "lstm",
                                "words",
                                Map.of("tokenizer", "whitespace"),
                                Map.of(),
                                Map.of())
                        .tokenizer())
                .isEqualTo("whitespace");
    }

    @Test
    void shouldFindTheBestSentencesThatKeepToTheConstraints() {
        assertThat(run(
                        "generate",
                        "--attribute",
                        "source=wood",
                        "--beam",
                        "20",
                        "--sentences",
                        "2",
                        "--must",
                        "ship",
                        "--must-not",
                        "far",
                        "--max-repeats",
                        "1",
                        "--words",
                        "8",
                        "--json"))
                .as(err.toString())
                .isZero();
        assertThat(out.toString().lines()).hasSize(2).allSatisfy(line -> {
            JsonNode found = PlainJson.read(line);
            List<String> words = new ArrayList<>();
            found.get("words").forEach(word -> words.add(word.asText()));
            assertThat(words).contains("ship").doesNotContain("far").doesNotHaveDuplicates();
            assertThat(found.get("bits").asDouble()).isPositive();
        });
    }

    @Test
    void shouldSayWhatToDoWhenWordsMustComeWithoutABeam() {
        assertThat(run("generate", "--must", "ship")).isEqualTo(2);
        assertThat(err.toString()).contains("--must has an effect only with --beam");
    }

    @Test
    void shouldListTheNextWords() {
        assertThat(run("generate", "--attribute", "source=sea", "--prompt", "the", "--next", "3", "--json"))
                .isZero();
        JsonNode next = PlainJson.read(out.toString()).get("next");
        assertThat(next).hasSize(3);
        assertThat(next.get(0).get("word").asText()).isEqualTo("ship");
        assertThat(next.get(0).get("probability").asDouble()).isGreaterThan(0.8);
    }

    @Test
    void shouldEncodeDocumentsOfAFile() throws Exception {
        Path file = folder.resolve("documents.tsv");
        Files.writeString(file, "one\tsea\tthe ship sails far\ntwo\twood\tthe tree grows high </s> the tree\n");
        assertThat(run("encode", "--file", file.toString(), "--pooling", "max"))
                .as(err.toString())
                .isZero();
        List<JsonNode> lines = out.toString().lines().map(PlainJson::read).toList();
        assertThat(lines).extracting(line -> line.get("id").asText()).containsExactly("one", "two");
        float[] expected = network.reader()
                .encode(
                        encode(network.vocabulary(), "the", "tree", "grows", "high", "</s>", "the", "tree", "</s>"),
                        Pooling.MAX);
        JsonNode vector = lines.get(1).get("vector");
        assertThat(vector).hasSize(expected.length);
        for (int i = 0; i < expected.length; i++) {
            assertThat((float) vector.get(i).asDouble()).isCloseTo(expected[i], within(1e-6f));
        }
    }

    @Test
    void shouldAskForAModelWhenNoneIsNamed() {
        assertThat(Driftline.execute(new PrintWriter(out, true), new PrintWriter(err, true), "generate"))
                .isEqualTo(2);
        assertThat(err.toString()).contains("--state DIR", "--snapshot DIR", "--instance URL");
        assertThat(Driftline.execute(
                        new PrintWriter(out, true), new PrintWriter(err, true), "encode", "--text", "the ship"))
                .isEqualTo(2);
    }
}
