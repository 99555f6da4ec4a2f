package dev.driftline.cli.offline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EvaluateCommandTest {

    @TempDir
    private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private Path corpus;
    private List<String> lines;

    @BeforeEach
    void writeACorpus() throws IOException {
        Random random = new Random(5);
        lines = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            StringBuilder line = new StringBuilder("d" + i + "\ts" + i % 3 + "\t");
            for (int s = 0; s < 3; s++) {
                line.append(s == 0 ? "" : " </s> ");
                for (int w = 0; w < 8; w++) {
                    line.append(w == 0 ? "" : " ").append('w').append((int) Math.pow(random.nextDouble() * 7, 2));
                }
            }
            lines.add(line.toString());
        }
        corpus = write("corpus.tsv", lines);
    }

    @Test
    void shouldPrintOneJsonObjectWithEveryModel() throws IOException {
        assertThat(run(corpus.toString(), "--order", "3", "--json"))
                .as(err.toString())
                .isZero();
        JsonNode json = new ObjectMapper().readTree(out.toString());
        assertThat(json.get("documents").asInt()).isEqualTo(40);
        assertThat(json.get("tokens").asInt()).isEqualTo(40 * 27);
        assertThat(json.get("unknown").asInt()).isPositive();
        assertThat(json.get("tokens_per_second").asDouble()).isPositive();
        assertThat(json.get("models").fieldNames())
                .toIterable()
                .containsExactly(
                        "kneser-ney-1", "kneser-ney-2", "kneser-ney-3", "cache-unigram", "cache-bigram", "mixture");
        for (JsonNode model : json.get("models")) {
            for (String key : List.of(
                    "perplexity_all",
                    "perplexity_last20",
                    "class_perplexity_all",
                    "class_perplexity_all_known",
                    "bits_per_character")) {
                assertThat(model.get(key).asDouble()).as(key).isGreaterThan(0.1);
            }
        }
    }

    @Test
    void shouldWriteALineADocumentThatAddsUpToTheTotals() throws IOException {
        Path rows = folder.resolve("out.tsv");
        assertThat(run(corpus.toString(), "--order", "2", "--per-document", rows.toString(), "--json"))
                .isZero();
        List<String> written = Files.readAllLines(rows);
        assertThat(written.get(0))
                .isEqualTo(
                        "id\tkey\ttokens\tunknown\tkneser-ney-1\tkneser-ney-2\tcache-unigram\tcache-bigram\tmixture\tletters");
        assertThat(written).hasSize(41);
        // Before anything is known there are two events, </s> and <unk>.
        assertThat(written.get(1)).startsWith("d0\ts0\t27\t24\t27.000000\t27.000000\t");
        double bits = 0;
        int tokens = 0;
        for (String row : written.subList(1, 41)) {
            String[] cells = row.split("\t");
            tokens += Integer.parseInt(cells[2]);
            bits += Double.parseDouble(cells[8]);
        }
        JsonNode mixture = new ObjectMapper().readTree(out.toString()).at("/models/mixture/class_perplexity_all");
        assertThat(mixture.asDouble()).isCloseTo(Math.pow(2, bits / tokens), within(1e-4));
    }

    @Test
    void shouldGoOnWithTheModelInAStateFolderAsIfItHadNotStopped() throws IOException {
        Path whole = folder.resolve("whole.tsv");
        assertThat(run(corpus.toString(), "--order", "3", "--per-document", whole.toString()))
                .isZero();
        Path state = folder.resolve("state");
        Path first = write("first.tsv", lines.subList(0, 17));
        Path second = write("second.tsv", lines.subList(17, 40));
        Path rows = folder.resolve("rows.tsv");
        assertThat(run(first.toString(), "--order", "3", "--state", state.toString()))
                .isZero();
        assertThat(run(
                        second.toString(),
                        "--order",
                        "3",
                        "--state",
                        state.toString(),
                        "--per-document",
                        rows.toString()))
                .isZero();
        assertThat(Files.readAllLines(rows).subList(1, 24))
                .isEqualTo(Files.readAllLines(whole).subList(18, 41));
    }

    @Test
    void shouldRefuseAStateFolderOfAnotherModelOrOneThatWasNotClosed() throws IOException {
        Path state = folder.resolve("state");
        assertThat(run(corpus.toString(), "--order", "3", "--state", state.toString()))
                .isZero();
        assertThat(run(corpus.toString(), "--order", "2", "--state", state.toString()))
                .isEqualTo(ExitCodes.FAILED);
        assertThat(err.toString()).contains("order = 3, not 2");
        assertThat(run(corpus.toString(), "--order", "3", "--state", state.toString(), "--tokenizer", "characters"))
                .isEqualTo(ExitCodes.USAGE);
        assertThat(err.toString()).contains("has learned text that words has cut: leave it out");
        Path properties = state.resolve("model.properties");
        Files.writeString(properties, Files.readString(properties).replace("closed=true", "closed=false"));
        assertThat(run(corpus.toString(), "--order", "3", "--state", state.toString()))
                .isEqualTo(ExitCodes.FAILED);
        assertThat(err.toString()).contains("incomplete");
    }

    @Test
    void shouldKeepTheModelLearnedBeforeAMalformedLine() throws IOException {
        List<String> broken = new ArrayList<>(lines.subList(0, 10));
        broken.add("no tabs here");
        broken.addAll(lines.subList(10, 20));
        Path file = write("broken.tsv", broken);
        Path state = folder.resolve("state");
        assertThat(run(file.toString(), "--state", state.toString())).isEqualTo(ExitCodes.FAILED);
        assertThat(err.toString()).contains("line 11", "--skip-malformed");
        assertThat(run(corpus.toString(), "--state", state.toString(), "--limit", "1"))
                .isZero();
        assertThat(run(file.toString(), "--skip-malformed", "--json")).isZero();
        JsonNode json = new ObjectMapper().readTree(out.toString());
        assertThat(json.get("documents").asInt()).isEqualTo(20);
        assertThat(json.get("malformed").asInt()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"witten-bell", "absolute-discounting", "add-delta"})
    void shouldNameTheModelsAfterTheSmoothing(String smoothing) throws IOException {
        assertThat(run(corpus.toString(), "--order", "2", "--smoothing", smoothing, "--json"))
                .isZero();
        JsonNode models = new ObjectMapper().readTree(out.toString()).get("models");
        assertThat(models.get(smoothing + "-2").get("class_perplexity_all").asDouble())
                .isGreaterThan(1);
    }

    @Test
    void shouldSayInfinityWhereATokenHasProbabilityZero() throws IOException {
        assertThat(run(corpus.toString(), "--order", "3", "--smoothing", "maximum-likelihood", "--json"))
                .isZero();
        JsonNode models = new ObjectMapper().readTree(out.toString()).get("models");
        assertThat(models.at("/maximum-likelihood-3/class_perplexity_all").asText())
                .isEqualTo("Infinity");
    }

    @Test
    void shouldGiveNoPerplexityForScoresThatAreNoProbabilities() throws IOException {
        assertThat(run(corpus.toString(), "--order", "3", "--smoothing", "stupid-backoff", "--json"))
                .isZero();
        JsonNode model = new ObjectMapper().readTree(out.toString()).at("/models/stupid-backoff-3");
        assertThat(model.get("perplexity_all").isNull()).isTrue();
        assertThat(model.get("mean_score_bits_all").asDouble()).isPositive();
        assertThat(run(corpus.toString(), "--order", "3", "--smoothing", "stupid-backoff"))
                .isZero();
        assertThat(out.toString()).contains("no perplexity");
    }

    @Test
    void shouldTakeAFixedVocabulary() throws IOException {
        Path words = write("words.txt", List.of("w0", "w1", "w2"));
        assertThat(run(corpus.toString(), "--vocabulary", "fixed:" + words, "--json"))
                .isZero();
        JsonNode json = new ObjectMapper().readTree(out.toString());
        assertThat(json.get("unknown").asInt()).isGreaterThan(100);
        assertThat(json.at("/models/kneser-ney-5/class_perplexity_all").asDouble())
                .isLessThan(5);
    }

    @Test
    void shouldMakeNearlyTheSameModelOfFourShards() throws IOException {
        assertThat(run(corpus.toString(), "--json")).isZero();
        JsonNode one = new ObjectMapper().readTree(out.toString());
        assertThat(run(corpus.toString(), "--shards", "4", "--json")).isZero();
        JsonNode four = new ObjectMapper().readTree(out.toString());
        assertThat(four.get("unknown")).isEqualTo(one.get("unknown"));
        // The discounts come from each shard's own counts: 0.1 % on a real corpus, more on one as small as this.
        double perplexity = one.at("/models/kneser-ney-5/class_perplexity_all").asDouble();
        assertThat(four.at("/models/kneser-ney-5/class_perplexity_all").asDouble())
                .isCloseTo(perplexity, within(0.1 * perplexity));
        // The unigrams are summed over the shards, so there the model is the same.
        double unigram = one.at("/models/kneser-ney-1/class_perplexity_all").asDouble();
        assertThat(four.at("/models/kneser-ney-1/class_perplexity_all").asDouble())
                .isCloseTo(unigram, within(1e-3 * unigram));
    }

    private static final List<String> SMALL_NETWORK = List.of(
            "--set",
            "neural.size=8",
            "--set",
            "neural.cutoffs=full",
            "--set",
            "neural.train.bootstrap.tokens=200",
            "--set",
            "neural.train.tokens=200",
            "--set",
            "neural.promotion.hold.out.tokens=100");

    @Test
    void shouldAddANetworkThatLearnsAsInTheService() throws IOException {
        List<String> arguments = new ArrayList<>(List.of(corpus.toString(), "--json", "--model", "gru"));
        arguments.addAll(SMALL_NETWORK);
        assertThat(run(arguments.toArray(String[]::new))).as(err.toString()).isZero();
        JsonNode json = new ObjectMapper().readTree(out.toString());
        assertThat(json.at("/models").fieldNames()).toIterable().containsSequence("cache-bigram", "gru", "mixture");
        assertThat(json.at("/models/gru/class_perplexity_all").asDouble()).isGreaterThan(1);
        JsonNode network = json.get("network");
        assertThat(network.at("/settings/size").asInt()).isEqualTo(8);
        assertThat(network.get("bootstrapped").asInt()).isEqualTo(1);
        assertThat(network.get("promoted").asInt() + network.get("rejected").asInt())
                .isPositive();
        assertThat(network.at("/rounds/0/version").asText()).startsWith("000001-");
        assertThat(network.get("learning_seconds").asDouble()).isPositive();
    }

    @Test
    void shouldPromoteEveryCandidateWhenNothingIsHeldOut() throws IOException {
        List<String> arguments =
                new ArrayList<>(List.of(corpus.toString(), "--json", "--model", "rnn", "--no-hold-out"));
        arguments.addAll(SMALL_NETWORK);
        assertThat(run(arguments.toArray(String[]::new))).as(err.toString()).isZero();
        JsonNode network = new ObjectMapper().readTree(out.toString()).get("network");
        assertThat(network.get("promoted").asInt()).isPositive();
        assertThat(network.get("rejected").asInt()).isZero();
    }

    @Test
    void shouldTeachOnePartAndTestOnAnother() throws IOException {
        assertThat(run(
                        corpus.toString(),
                        "--split",
                        "600,150",
                        "--merge-rare",
                        "1",
                        "--model",
                        "window,rnn",
                        "--epochs",
                        "2",
                        "--set",
                        "neural.size=8",
                        "--set",
                        "neural.cutoffs=full",
                        "--json"))
                .as(err.toString())
                .isZero();
        JsonNode json = new ObjectMapper().readTree(out.toString());
        assertThat(json.get("models").findValuesAsText("model"))
                .containsExactly("kneser-ney-5", "window", "window + kneser-ney", "rnn", "rnn + kneser-ney");
        assertThat(json.get("test_tokens").asInt()).isBetween(200, 300);
        json.get("models")
                .forEach(model ->
                        assertThat(model.get("test_perplexity").asDouble()).isBetween(2.0, 100.0));
    }

    @ParameterizedTest
    @CsvSource({
        "--set,                neural.size=8,            --model",
        "--no-hold-out,        ,                         --model",
        "--model,              cnn,                      lstm",
        "--split,              100,                      two numbers",
        "--split,              '100000,10',              empty"
    })
    void shouldSayWhatANetworkNeeds(String option, String value, String expected) {
        int code = value == null ? run(corpus.toString(), option) : run(corpus.toString(), option, value);
        assertThat(code).isEqualTo(ExitCodes.USAGE);
        assertThat(err.toString()).contains(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "--order,      8,            from 1 to 7",
        "--vocabulary, shrinking,    growing",
        "--smoothing,  sandpaper,    kneser-ney",
        "--shards,     0,            from 1 to 1024",
        "--tokenizer,  scissors,     whitespace",
        "--limit,      0,            1 or more"
    })
    void shouldSayWhatAnOptionMayBe(String option, String value, String expected) {
        assertThat(run(corpus.toString(), option, value)).isEqualTo(ExitCodes.USAGE);
        assertThat(err.toString()).contains(option, expected);
    }

    @Test
    void shouldPrintATableForPeople() {
        assertThat(run(corpus.toString(), "--order", "2")).isZero();
        assertThat(out.toString()).contains("40 documents, 1,080 tokens", "perplexity", "mixture", "last 20 %");
    }

    private Path write(String name, List<String> content) throws IOException {
        return Files.write(folder.resolve(name), content);
    }

    @Test
    void shouldCompareModelsThatForgetWithOneThatDoesNot() throws IOException {
        Path other = write(
                "other.tsv", lines.stream().map(line -> line.replace('w', 'v')).toList());
        Path curve = folder.resolve("curve.csv");
        assertThat(run(
                        corpus.toString(),
                        "--order",
                        "3",
                        "--state-bound",
                        "0.25,64MiB",
                        "--half-life",
                        "10000",
                        "--then",
                        other.toString(),
                        "--curve",
                        curve.toString(),
                        "--json"))
                .as(err.toString())
                .isZero();
        JsonNode runs = new ObjectMapper().readTree(out.toString()).get("runs");
        assertThat(runs).hasSize(4);
        assertThat(runs.get(0).get("tokens").asLong()).isEqualTo(2 * 40 * 27);
        assertThat(runs.get(0).get("forgotten_ngrams").asLong()).isZero();
        for (JsonNode each : runs) {
            assertThat(each.get("tokens_after_change").asLong()).isEqualTo(40 * 27);
            assertThat(each.get("ngram_perplexity_after_change").asDouble()).isGreaterThan(1);
        }
        // A bound that is never reached changes nothing.
        assertThat(runs.get(2).get("max_bytes").asLong()).isEqualTo(64L << 20);
        assertThat(runs.get(2).get("ngram_perplexity").asDouble())
                .isEqualTo(runs.get(0).get("ngram_perplexity").asDouble());
        assertThat(Files.readAllLines(curve).get(0)).startsWith("max_bytes,half_life_tokens,tokens,");
    }

    @ParameterizedTest
    @CsvSource({
        "--state-bound, 1.5, a fraction must be above 0 and below 1",
        "--state-bound, 1KiB, bytes from 1048576",
        "--half-life, 0, a whole number from 10000"
    })
    void shouldSayWhatABoundMustBe(String option, String value, String expected) {
        assertThat(run(corpus.toString(), option, value)).isEqualTo(ExitCodes.USAGE);
        assertThat(err.toString()).contains(option + " " + value, expected);
    }

    private int run(String... arguments) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        String[] all = new String[arguments.length + 1];
        all[0] = "evaluate";
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        return Driftline.execute(new PrintWriter(out), new PrintWriter(err), all);
    }
}
