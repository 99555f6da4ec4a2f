package dev.driftline.cli.offline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.driftline.cli.Driftline;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What one command learns by a tokenizer, another one asks by the same: its name goes with the state. */
class LearnedTokenizersTest {

    private static final String MODEL =
            "{\"model\": {\"type\": \"WordLevel\", \"unk_token\": \"[UNK]\", \"vocab\": {\"[UNK]\": 0,"
                    + " \"the\": 1, \"jury\": 2, \"met\": 3}}, \"pre_tokenizer\": {\"type\": \"Whitespace\"}, \"added_tokens\": []}";

    @TempDir
    private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String... arguments) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        return Driftline.execute(new PrintWriter(out, true), new PrintWriter(err, true), arguments);
    }

    private int learn(String text, String tokenizer) throws IOException {
        Path file = Files.writeString(folder.resolve("text.txt"), text);
        return run("learn", file.toString(), "--state", state(), "--tokenizer", tokenizer);
    }

    private String state() {
        return folder.resolve("state").toString();
    }

    @ParameterizedTest
    @CsvSource({
        "words+lower+accents, 'The Jury met. The jury met in Zürich.', 'THE JURY', 2",
        "log, 'error from 10.0.0.1:80\nerror from ::1', 'from 192.168.0.9', 2",
        "characters+digits, 'a1 a2 a3', 'a7', 3",
    })
    void shouldAskWithTheTokenizerThatLearned(String tokenizer, String text, String ngram, int count)
            throws IOException {
        assertThat(learn(text, tokenizer)).as(err.toString()).isZero();
        assertThat(run("counts", "--state", state(), ngram)).as(err.toString()).isZero();
        assertThat(out.toString().strip()).startsWith(count + " ");
        assertThat(learn(text, "whitespace")).isNotZero();
        assertThat(err.toString()).contains("has learned text that " + tokenizer + " has cut");
    }

    @Test
    void shouldFollowASubwordModelByItsBytes() throws IOException {
        Path model = Files.writeString(folder.resolve("tokenizer.json"), MODEL);
        assertThat(learn("the jury met\nthe jury the", "subword:" + model))
                .as(err.toString())
                .isZero();
        assertThat(run("counts", "--state", state(), "the jury")).isZero();
        assertThat(out.toString().strip()).startsWith("2 ");

        Path moved = Files.move(model, folder.resolve("moved.json"));
        assertThat(run("counts", "--state", state(), "--tokenizer", "subword:" + moved, "the jury"))
                .isZero();
        assertThat(err.toString()).isEmpty();

        Files.writeString(model, MODEL.replace("met", "sat"));
        assertThat(learn("the jury met", "subword:" + model)).isNotZero();
        assertThat(err.toString()).contains("has learned text that subword:" + model + "@");
        assertThat(run("counts", "--state", state(), "--tokenizer", "subword:" + folder.resolve("none"), "the"))
                .isNotZero();
        assertThat(err.toString()).contains("there is no such file");
    }
}
