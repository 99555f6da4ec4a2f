package dev.driftline.cli.offline;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.driftline.cli.Driftline;
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

class FilterCommandTest {

    @TempDir
    private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private Path rules;
    private Path corpus;

    @BeforeEach
    void writeRulesAndACorpus() throws IOException {
        rules = folder.resolve("rules.json");
        Files.writeString(rules, """
            {"rules": [
              {"name": "unknown", "if": {"unknown_rate": "> 50 %"}, "to": "review.v1"},
              {"name": "odd", "if": {"source": "s*", "percentile": "> 80"}, "to": "drop"}],
             "percentile": {"of": "class_bits_per_token", "minimum": 10}}
            """);
        Random random = new Random(5);
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < 90; i++) {
            StringBuilder line = new StringBuilder("d" + i + "\t" + (i % 3 == 0 ? "t" : "s") + i % 3 + "\t");
            for (int w = 0; w < 12; w++) {
                line.append(w == 0 ? "" : " ").append('w').append((int) Math.pow(random.nextDouble() * 7, 2));
            }
            lines.add(line.toString());
        }
        corpus = folder.resolve("corpus.tsv");
        Files.write(corpus, lines);
    }

    @Test
    void shouldSayInWordsWhatRulesDo() {
        assertThat(run("filter", "check", rules.toString())).as(err.toString()).isZero();

        assertThat(out.toString())
                .contains("2 rules; the first that matches decides")
                .contains("1. unknown: if share of unknown words above 50 %")
                .contains("→ topic driftline.review.v1")
                .contains("2. odd: if the source is like 's*', and percentile within the source above 80")
                .contains("→ dropped")
                .contains("→ topic driftline.kept.v1")
                .contains("last 1,000 to 2,000 documents with fewer bits per token")
                .contains("fewer than 10 documents has none");
    }

    @Test
    void shouldSayWhereRulesAreWrong() throws IOException {
        Files.writeString(rules, """
            {"rules": [
              {"name": "a", "if": {"tokens": "five"}, "to": "drop"},
              {"name": "b", "if": {"perplexity(lstn)": "> 5"}, "to": "drop"}]}
            """);
        assertThat(run("filter", "check", rules.toString())).isEqualTo(ExitCodes.USAGE);
        assertThat(err.toString()).contains("rules.json, line 2: \"tokens\": \"five\" is not a comparison");

        Files.writeString(rules, Files.readString(rules).replace("five", "> 5"));
        assertThat(run("filter", "check", rules.toString())).isEqualTo(ExitCodes.USAGE);
        assertThat(err.toString())
                .contains(
                        "rules.json, line 3: rule 'b' asks for perplexity(lstn), and there is no such model: use one of"
                                + " kneser-ney-1");
    }

    @Test
    void shouldRefuseToStartWithWrongRules() throws IOException {
        Files.writeString(rules, "{\"rules\": 5}");

        assertThat(run("run", "--set", "filter.rules=" + rules)).isEqualTo(ExitCodes.USAGE);
        assertThat(err.toString()).contains("driftline: filter.rules: " + rules + ", line 1: \"rules\" must be a list");
        assertThat(run("run", "--set", "filter.rules=" + folder.resolve("gone.json")))
                .isEqualTo(ExitCodes.USAGE);
        assertThat(err.toString()).contains("no such rules file");
    }

    @Test
    void shouldCountWhatEachRuleTakesOfACorpus() throws IOException {
        assertThat(run("filter", "try", rules.toString(), corpus.toString(), "--order", "3", "--json"))
                .as(err.toString())
                .isZero();

        JsonNode json = new ObjectMapper().readTree(out.toString());
        assertThat(json.get("documents").asInt()).isEqualTo(90);
        assertThat(json.get("tokens").asInt()).isEqualTo(90 * 13);
        assertThat(json.get("rules").fieldNames()).toIterable().containsExactly("unknown", "odd", "otherwise");
        int documents = 0;
        for (JsonNode rule : json.get("rules")) {
            assertThat(rule.get("documents").asInt()).isPositive();
            assertThat(rule.get("examples").size())
                    .isEqualTo(Math.min(3, rule.get("documents").asInt()));
            documents += rule.get("documents").asInt();
        }
        assertThat(documents).isEqualTo(90);
        for (JsonNode example : json.get("rules").get("odd").get("examples")) {
            assertThat(example.get("percentile").asDouble()).isGreaterThan(80);
            assertThat(example.get("source").asText()).startsWith("s");
        }
        assertThat(json.get("sources")
                        .get("t0")
                        .get("rules")
                        .get("odd")
                        .get("documents")
                        .asInt())
                .isZero();
        JsonNode thresholds = json.get("sources").get("s1").get("thresholds");
        assertThat(thresholds.get("95").asDouble())
                .isGreaterThan(thresholds.get("5").asDouble());
        assertThat(json.get("sources")
                        .get("s1")
                        .get("undecided")
                        .get("documents")
                        .asInt())
                .isBetween(1, 10);
    }

    @Test
    void shouldPrintWhatEachRuleTakesOfACorpus() {
        assertThat(run("filter", "try", rules.toString(), corpus.toString(), "--examples", "1"))
                .as(err.toString())
                .isZero();

        assertThat(out.toString())
                .contains("90 documents, 1,170 tokens")
                .containsPattern("odd +dropped +\\d+ +\\(\\d+\\.\\d %\\)")
                .containsPattern("s1 +30 +\\d+ +\\d+ +\\d+ +\\d+")
                .contains("Where the percentiles are in the end, in bits per token with <unk> as a class")
                .containsPattern(
                        "odd dropped, such as\n  d\\d+ +s\\d .* bits/token, .* % unknown, percentile +\\d+\\.\\d  w");
    }

    private int run(String... arguments) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        return Driftline.execute(new PrintWriter(out), new PrintWriter(err), arguments);
    }
}
