package dev.driftline.cli.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.driftline.cli.Driftline;
import dev.driftline.neural.snapshot.Snapshot;
import dev.driftline.neural.snapshot.SnapshotFolder;
import dev.driftline.terminal.ExitCodes;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrainCommandTest {

    @TempDir
    private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private Path text;
    private Path validation;

    @BeforeEach
    void writeTexts() throws IOException {
        text = write("text.tsv", 30, 1);
        validation = write("validation.tsv", 4, 2);
    }

    @Test
    void shouldTeachANetworkAndWriteItAsASnapshot() throws IOException {
        Path output = folder.resolve("net");
        assertThat(train(output, "--validation", validation.toString(), "--epochs", "3", "--json"))
                .as(err.toString())
                .isZero();
        JsonNode json = new ObjectMapper().readTree(out.toString());
        assertThat(json.get("complete").asBoolean()).isTrue();
        assertThat(json.get("epochs")).hasSize(3);
        double perplexity = json.get("validation_perplexity").asDouble();
        assertThat(perplexity).isBetween(1.0, 9.0);
        Snapshot snapshot = SnapshotFolder.read(output);
        assertThat(snapshot.version()).isEqualTo(json.get("version").asText());
        assertThat(snapshot.network().model()).isEqualTo("lstm");
        assertThat(snapshot.manifest().tokens()).isEqualTo("words");
        assertThat(Math.pow(2, snapshot.manifest().metrics().get("validation_bits_per_token")))
                .isCloseTo(perplexity, within(1e-9));
        assertThat(snapshot.network().vocabulary().words()).contains("w0", "w5").hasSize(8);
    }

    @Test
    void shouldGoOnFromASnapshot() throws IOException {
        Path first = folder.resolve("first");
        Path second = folder.resolve("second");
        assertThat(train(first, "--epochs", "1")).as(err.toString()).isZero();
        assertThat(train(second, "--initial", first.toString(), "--epochs", "1", "--json"))
                .as(err.toString())
                .isZero();
        Snapshot parent = SnapshotFolder.read(first);
        Snapshot child = SnapshotFolder.read(second);
        assertThat(child.manifest().parent()).isEqualTo(parent.version());
        assertThat(child.manifest().metrics().get("training_bits_per_token"))
                .isLessThan(parent.manifest().metrics().get("training_bits_per_token"));
        assertThat(train(folder.resolve("third"), "--initial", first.toString(), "--model", "gru"))
                .isEqualTo(ExitCodes.USAGE);
        assertThat(err.toString()).contains("is a lstm");
    }

    @Test
    void shouldTeachCharactersOfAWordList() throws IOException {
        Path words = Files.write(folder.resolve("names.txt"), List.of("anna", "nina", "hanna", "ina"));
        Path output = folder.resolve("names");
        assertThat(run(
                        "train",
                        words.toString(),
                        "--tokenizer",
                        "characters",
                        "--size",
                        "8",
                        "--epochs",
                        "2",
                        "--output",
                        output.toString()))
                .as(err.toString())
                .isZero();
        Snapshot snapshot = SnapshotFolder.read(output);
        assertThat(snapshot.manifest().tokens()).isEqualTo("characters");
        assertThat(snapshot.network().vocabulary().words())
                .containsExactlyInAnyOrder("<unk>", "</s>", "a", "n", "i", "h");
    }

    @Test
    void shouldGiveRowsToTheWordsOfAList() throws IOException {
        Path list = Files.write(folder.resolve("list.txt"), List.of("w3", "w1"));
        Path output = folder.resolve("net");
        assertThat(train(output, "--vocabulary", list.toString(), "--epochs", "1"))
                .as(err.toString())
                .isZero();
        assertThat(SnapshotFolder.read(output).network().vocabulary().words())
                .containsExactly("<unk>", "</s>", "w3", "w1");
    }

    @Test
    void shouldEvaluateTheSnapshotThatItWrote() throws IOException {
        Path output = folder.resolve("net");
        assertThat(train(output, "--epochs", "4")).as(err.toString()).isZero();
        assertThat(run("evaluate", validation.toString(), "--snapshot", output.toString(), "--json"))
                .as(err.toString())
                .isZero();
        JsonNode json = new ObjectMapper().readTree(out.toString());
        assertThat(json.at("/models/lstm/class_perplexity_all").asDouble()).isBetween(1.0, 9.0);
        assertThat(json.at("/network/rounds")).isEmpty();
        assertThat(json.at("/network/settings/snapshot").asText())
                .isEqualTo(SnapshotFolder.read(output).version());
    }

    @ParameterizedTest
    @CsvSource({
        "--model,           cnn,      lstm",
        "--tokenizer,       scissors, whitespace",
        "--optimizer,       rms-decay, adam or sgd",
        "--vocabulary-size, 2,        3 or more",
        "--min-count,       0,        1 or more",
        "--dropout,         1,        from 0 to below 1",
        "--epochs,          0,        1 or more",
        "--steps,           0,        1 or more"
    })
    void shouldSayWhatAnOptionMayBe(String option, String value, String expected) {
        assertThat(train(folder.resolve("net"), option, value)).isEqualTo(ExitCodes.USAGE);
        assertThat(err.toString()).contains(expected);
        assertThat(folder.resolve("net")).doesNotExist();
    }

    private int train(Path output, String... more) {
        List<String> arguments =
                new ArrayList<>(List.of("train", text.toString(), "--output", output.toString(), "--streams", "4"));
        if (!List.of(more).contains("--initial")) {
            arguments.addAll(List.of("--size", "12", "--cutoffs", "0"));
            if (!List.of(more).contains("--dropout")) {
                arguments.addAll(List.of("--dropout", "0"));
            }
        }
        arguments.addAll(List.of(more));
        return run(arguments.toArray(String[]::new));
    }

    private int run(String... arguments) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        return Driftline.execute(new PrintWriter(out), new PrintWriter(err), arguments);
    }

    /** Words that go round in one order. */
    private Path write(String name, int documents, long seed) throws IOException {
        Random random = new Random(seed);
        List<String> lines = new ArrayList<>();
        for (int d = 0; d < documents; d++) {
            StringBuilder line = new StringBuilder("d" + d + "\ts\t");
            for (int s = 0; s < 4; s++) {
                line.append(s == 0 ? "" : " </s> ");
                int word = random.nextInt(6);
                for (int w = 0; w < 8; w++) {
                    line.append(w == 0 ? "" : " ").append('w').append((word + w) % 6);
                }
            }
            lines.add(line.toString());
        }
        return Files.write(folder.resolve(name), lines);
    }
}
