package dev.driftline.cli.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.driftline.cli.Driftline;
import dev.driftline.scoring.DocumentTokens;
import dev.driftline.scoring.LocalModel;
import dev.driftline.scoring.ModelSettings;
import dev.driftline.store.LearnedText;
import dev.driftline.store.RocksDbPages;
import dev.driftline.store.StateDirectory;
import dev.driftline.terminal.ExitCodes;
import dev.driftline.terminal.PlainJson;
import dev.driftline.text.Tokenizers;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code counts} and {@code generate} on a state directory of several shards. */
class StateCommandsTest {

    private static final int SHARDS = 3;

    @TempDir
    Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeEach
    void learn() {
        List<RocksDbPages> stores = new ArrayList<>();
        for (int shard = 0; shard < SHARDS; shard++) {
            stores.add(RocksDbPages.open(StateDirectory.shardFolder(folder, shard), 8 << 20));
        }
        LocalModel model = new LocalModel(ModelSettings.ofOrder(4), SHARDS, stores::get, 8 << 20);
        for (int i = 0; i < 1000; i++) {
            String last = i < 400 ? "books" : i < 500 ? "exams" : "minds";
            model.score(
                    DocumentTokens.of(List.of(Arrays.asList("students opened their " + last).stream()
                            .flatMap(s -> Arrays.stream(s.split(" ")))
                            .toList())),
                    true);
        }
        model.writeBack();
        stores.forEach(RocksDbPages::close);
    }

    private int run(String... arguments) {
        return Driftline.execute(new PrintWriter(out, true), new PrintWriter(err, true), arguments);
    }

    @Test
    void shouldCountNgramsOfEveryOrder() {
        assertThat(run(
                        "counts",
                        "--state",
                        folder.toString(),
                        "students opened their",
                        "their books",
                        "exams",
                        "no such"))
                .as(err.toString())
                .isZero();
        assertThat(out.toString().lines().map(line -> line.strip().split("\\s+")[0]))
                .containsExactly("1000", "400", "100", "0");
    }

    @Test
    void shouldPrintJsonWhenAsked() {
        assertThat(run("counts", "--state", folder.toString(), "--json", "<s> students"))
                .isZero();
        JsonNode object = PlainJson.read(out.toString());
        assertThat(object.get("count").asInt()).isEqualTo(1000);
        assertThat(object.get("ngram")).hasSize(2);
    }

    @Test
    void shouldWarnThatAnotherTokenizerCutsOtherwise() throws IOException {
        LearnedText.write(folder, Tokenizers.WORDS);
        assertThat(run("counts", "--state", folder.toString(), "--tokenizer", "words", "students"))
                .isZero();
        assertThat(err.toString()).isEmpty();
        assertThat(run("counts", "--state", folder.toString(), "--tokenizer", "characters", "s"))
                .isZero();
        assertThat(err.toString())
                .contains("warning: the model in " + folder + " has learned text that words has cut, and --tokenizer");
    }

    @Test
    void shouldListTheNextWords() {
        assertThat(run("generate", "--state", folder.toString(), "--prompt", "students opened their", "--next", "3"))
                .as(err.toString())
                .isZero();
        assertThat(out.toString().lines().map(line -> line.strip().split("\\s+")[1]))
                .containsExactly("minds", "books", "exams", "<unk>,", "all");
        assertThat(out.toString()
                        .lines()
                        .mapToDouble(line -> Double.parseDouble(line.strip().split("\\s+")[0]))
                        .sum())
                .isCloseTo(1, within(1e-4));
    }

    @Test
    void shouldDrawSentencesThatBeginWithThePrompt() {
        assertThat(run(
                        "generate",
                        "--state",
                        folder.toString(),
                        "--prompt",
                        "students",
                        "--sentences",
                        "5",
                        "--seed",
                        "3"))
                .isZero();
        assertThat(out.toString().lines()).hasSize(5).allMatch(line -> line.startsWith("students"));
        String first = out.toString();
        out.getBuffer().setLength(0);
        run("generate", "--state", folder.toString(), "--prompt", "students", "--sentences", "5", "--seed", "3");
        assertThat(out.toString()).isEqualTo(first);
    }

    @Test
    void shouldReportAFreshSeedThatDrawsTheSameTextAgainWhenNoneIsGiven() {
        String[] asked = {"generate", "--state", folder.toString(), "--sentences", "20", "--temperature", "3"};
        assertThat(run(asked)).as(err.toString()).isZero();
        String text = out.toString();
        assertThat(err.toString()).matches("The same text again: --seed \\d+\\R");
        String seed = err.toString().replaceAll("\\D+", "");
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);

        String[] again = Arrays.copyOf(asked, asked.length + 1);
        again[asked.length] = "--seed=" + seed;
        run(again);
        assertThat(out.toString()).isEqualTo(text);
        assertThat(err.toString()).as("the seed is known").isEmpty();
        out.getBuffer().setLength(0);

        run(asked);
        assertThat(out.toString()).as("another seed").isNotEqualTo(text);
        out.getBuffer().setLength(0);
        run("generate", "--state", folder.toString(), "--json", "--sentences", "1");
        assertThat(PlainJson.read(out.toString()).get("seed").isInt()).isTrue();
        out.getBuffer().setLength(0);
        run("generate", "--state", folder.toString(), "--json", "--beam", "2", "--sentences", "1");
        assertThat(PlainJson.read(out.toString()).has("seed"))
                .as("nothing is drawn")
                .isFalse();
    }

    /** Chinese as it is written, and characters: the state says how its text was cut. */
    @ParameterizedTest
    @CsvSource({"words, 他们说没有证据。, 他们说, '', 他们说", "characters, the cat sat, the c, a, t h e"})
    void shouldContinueAPromptAsItsTextWasCutWhenTheStateSaysHow(
            String tokenizer, String line, String prompt, String next, String ngram) throws IOException {
        Path corpus = folder.resolve("corpus.txt");
        Files.writeString(corpus, (line + "\n").repeat(30));
        String state = folder.resolve("state").toString();
        assertThat(run("evaluate", corpus.toString(), "--tokenizer", tokenizer, "--state", state))
                .as(err.toString())
                .isZero();
        out.getBuffer().setLength(0);

        assertThat(run("generate", "--state", state, "--prompt", prompt, "--temperature", "0", "--sentences", "1"))
                .as(err.toString())
                .isZero();
        assertThat(out.toString().strip()).isEqualTo(line);
        out.getBuffer().setLength(0);

        run("generate", "--state", state, "--prompt", prompt, "--next", "1", "--json");
        if (!next.isEmpty()) {
            assertThat(PlainJson.read(out.toString()).at("/next/0/word").asText())
                    .isEqualTo(next);
        }
        out.getBuffer().setLength(0);
        run("counts", "--state", state, "--json", "<s> " + ngram.replace(" ", ""));
        assertThat(PlainJson.read(out.toString()).get("count").asInt()).isEqualTo(30);
        out.getBuffer().setLength(0);

        run("counts", "--state", state, "--tokenizer", "whitespace", "--json", "<s> " + ngram);
        assertThat(PlainJson.read(out.toString()).get("ngram")).hasSize(1 + ngram.split(" ").length);
    }

    @Test
    void shouldSayWhatToDoWhenThereIsNoState() throws IOException {
        Path empty = Files.createDirectory(folder.resolve("empty"));
        assertThat(run("counts", "--state", empty.toString(), "a")).isEqualTo(ExitCodes.FAILED);
        assertThat(err.toString()).contains("there is no state of Driftline").contains("--state");
    }

    @Test
    void shouldRefuseAPartOfTheShards() throws IOException {
        Path lost = StateDirectory.shardFolder(folder, 1);
        Files.move(lost, folder.resolve("elsewhere"));
        assertThat(run("counts", "--state", folder.toString(), "a")).isEqualTo(ExitCodes.FAILED);
        assertThat(err.toString()).contains("only shards [0, 2]");
    }

    @Test
    void shouldRefuseOptionsOutOfRange() {
        assertThat(run("generate", "--state", folder.toString(), "--top-p", "2"))
                .isEqualTo(2);
        assertThat(err.toString()).contains("top-p 2.0");
        assertThat(run("generate", "--prompt", "a"))
                .as("neither --state nor --instance")
                .isEqualTo(2);
        assertThat(run("counts", "--instance", "http://127.0.0.1:1", "a")).isEqualTo(ExitCodes.FAILED);
        assertThat(err.toString()).contains("nothing answers at http://127.0.0.1:1");
    }
}
