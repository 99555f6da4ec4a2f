package dev.driftline.cli.arpa;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.driftline.cli.Driftline;
import dev.driftline.terminal.ExitCodes;
import dev.driftline.terminal.PlainJson;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code import arpa}, and the commands that ask an ARPA file or what it made of one. */
class ImportArpaCommandTest {

    private static final String ARPA = """
            \\data\\
            ngram 1=5
            ngram 2=4

            \\1-grams:
            -1.0\t<unk>
            -99\t<s>\t-0.5
            -0.6\t</s>
            -0.5\tthe\t-0.3
            -0.7\tjury\t-0.2

            \\2-grams:
            -0.2\t<s> the
            -0.1\tthe jury
            -0.4\tjury </s>
            -0.9\tjury the

            \\end\\
            """;

    @TempDir
    private Path folder;

    private Path arpa;
    private Path model;
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeEach
    void write() throws IOException {
        arpa = Files.writeString(folder.resolve("small.arpa"), ARPA);
        model = folder.resolve("small.model");
    }

    private int run(Object... arguments) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        List<String> texts = new ArrayList<>();
        for (Object argument : arguments) {
            texts.add(argument.toString());
        }
        return Driftline.execute(new PrintWriter(out, true), new PrintWriter(err, true), texts.toArray(String[]::new));
    }

    @Test
    void shouldWriteAModelThatAnswersAsTheArpaFileDoes() {
        assertThat(run("import", "arpa", arpa, "--output", model))
                .as(err.toString())
                .isZero();
        assertThat(out.toString()).contains("5  1-grams").contains("4  2-grams").contains("9 n-grams in");

        assertThat(run("generate", "--arpa", arpa, "--prompt", "the", "--next", 2, "--json"))
                .as(err.toString())
                .isZero();
        String asked = out.toString();
        JsonNode next = PlainJson.read(asked);
        assertThat(next.path("model").asText()).isEqualTo("arpa");
        assertThat(next.path("next").get(0).path("word").asText()).isEqualTo("jury");
        assertThat(next.path("next").get(0).path("probability").asDouble()).isCloseTo(Math.pow(10, -0.1), within(1e-6));
        assertThat(next.path("next").get(1).path("word").asText()).isEqualTo("the");
        assertThat(next.path("unknown").path("probability").asDouble()).isCloseTo(Math.pow(10, -1.3), within(1e-6));
        assertThat(run("generate", "--arpa", model, "--prompt", "the", "--next", 2, "--json"))
                .isZero();
        assertThat(out.toString()).isEqualTo(asked);
    }

    @Test
    void shouldListTheWordsThatBeginWithAPrefix() {
        assertThat(run("generate", "--arpa", arpa, "--prompt", "the", "--prefix", "t", "--next", 5, "--json"))
                .as(err.toString())
                .isZero();
        JsonNode next = PlainJson.read(out.toString());
        assertThat(next.path("next")).hasSize(1);
        assertThat(next.path("next").get(0).path("word").asText()).isEqualTo("the");
        assertThat(next.path("next").get(0).path("probability").asDouble()).isCloseTo(Math.pow(10, -0.8), within(1e-6));
    }

    @Test
    void shouldWriteTextWithSamplingBeamAndConstraints() {
        assertThat(run("generate", "--arpa", arpa, "--seed", 5, "--sentences", 4, "--words", 6))
                .as(err.toString())
                .isZero();
        String drawn = out.toString();
        assertThat(drawn.lines()).hasSize(4).allSatisfy(line -> assertThat(line).matches("((the|jury) ?)*"));
        run("generate", "--arpa", arpa, "--seed", 5, "--sentences", 4, "--words", 6);
        assertThat(out.toString()).isEqualTo(drawn);
        assertThat(run("generate", "--arpa", arpa, "--beam", 3, "--sentences", 1, "--must", "jury"))
                .as(err.toString())
                .isZero();
        // −log2 of p(the | <s>), p(jury | the) and p(</s> | jury).
        assertThat(out.toString()).contains("2.33 bits  the jury");
        assertThat(run(
                        "generate",
                        "--arpa",
                        arpa,
                        "--temperature",
                        0,
                        "--words",
                        2,
                        "--sentences",
                        1,
                        "--must-not",
                        "jury"))
                .isZero();
        assertThat(out.toString().strip()).isEqualTo("the the");
    }

    @Test
    void shouldTryRulesOnWhatAnArpaFileAloneSays() throws IOException {
        Path rules = Files.writeString(folder.resolve("rules.json"), """
                {"rules": [{"name": "odd", "if": {"perplexity(arpa)": "> 5"}, "to": "drop"}], "otherwise": "keep"}
                """);
        Path corpus = Files.writeString(folder.resolve("c.tsv"), "1\ta\tthe jury\n2\ta\tjury court jury\n");
        assertThat(run("filter", "try", rules, corpus, "--arpa", arpa))
                .as(err.toString())
                .isZero();
        // Perplexities of 1.7 and 7.5.
        assertThat(out.toString())
                .contains("2 documents, 7 tokens")
                .containsPattern("odd +dropped +1 ")
                .containsPattern("otherwise +→ kept\\.v1 +1 ");
        assertThat(run("filter", "try", rules, corpus, "--arpa", arpa, "--order", 3))
                .isEqualTo(ExitCodes.USAGE);
        assertThat(err.toString()).contains("--order has an effect only without --arpa");
    }

    @Test
    void shouldRefuseWhatAnArpaFileDoesNotHave() {
        assertThat(run("counts", "--arpa", arpa, "the jury")).isEqualTo(ExitCodes.FAILED);
        assertThat(err.toString()).contains("an ARPA file has probabilities and no counts");
        assertThat(run("encode", "--arpa", arpa, "--text", "the jury")).isEqualTo(ExitCodes.USAGE);
        assertThat(err.toString()).contains("name the network: --snapshot DIR or --instance URL");
        assertThat(run("generate", "--arpa", arpa, "--snapshot", folder)).isEqualTo(ExitCodes.USAGE);
        assertThat(err.toString()).contains("--arpa is the whole model: leave --snapshot out");
        assertThat(run("generate", "--arpa", arpa, "--state", folder)).isEqualTo(ExitCodes.USAGE);
        assertThat(run("generate", "--arpa", arpa, "--attribute", "source=news"))
                .isEqualTo(ExitCodes.USAGE);
    }

    @Test
    void shouldSayWhatIsWrongInOneLineAndWriteNothing() throws IOException {
        Files.writeString(arpa, ARPA.replace("ngram 2=4", "ngram 2=5"));
        assertThat(run("import", "arpa", arpa, "--output", model)).isEqualTo(ExitCodes.FAILED);
        assertThat(err.toString())
                .contains("small.arpa, line 18: 4 2-grams, and the header counts 5")
                .doesNotContain("\n\t");
        assertThat(model).doesNotExist();
        assertThat(run("generate", "--arpa", arpa, "--next", 3)).isEqualTo(ExitCodes.FAILED);
        assertThat(err.toString()).contains("line 18");
        assertThat(run("generate", "--arpa", folder.resolve("none"), "--next", 3))
                .isEqualTo(ExitCodes.FAILED);
        assertThat(err.toString()).contains("none does not exist");
    }

    @Test
    void shouldNotOverwriteUnasked() throws IOException {
        Files.writeString(model, "mine");
        assertThat(run("import", "arpa", arpa, "--output", model)).isEqualTo(ExitCodes.USAGE);
        assertThat(model).hasContent("mine");
        assertThat(run("import", "arpa", arpa, "--output", model, "--overwrite", "--json"))
                .isZero();
        JsonNode summary = PlainJson.read(out.toString());
        assertThat(summary.path("ngrams").path("2").asInt()).isEqualTo(4);
        assertThat(summary.path("ngrams_per_second").asDouble()).isPositive();
        assertThat(run("import", "arpa", arpa, "--output", folder, "--overwrite"))
                .isEqualTo(ExitCodes.USAGE);
    }

    @Test
    void shouldWarnWhereUnkIsAbsent() throws IOException {
        Files.writeString(arpa, ARPA.replace("-1.0\t<unk>\n", "").replace("ngram 1=5", "ngram 1=4"));
        assertThat(run("import", "arpa", arpa, "--output", model, "--json")).isZero();
        assertThat(err.toString()).contains("driftline: warning: ").contains("has no <unk>");
        assertThat(PlainJson.read(out.toString()).path("warnings")).hasSize(1);
    }
}
