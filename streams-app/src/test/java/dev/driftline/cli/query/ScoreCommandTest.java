package dev.driftline.cli.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.driftline.cli.Driftline;
import dev.driftline.codec.FolderTree;
import dev.driftline.mixture.CommonWeights;
import dev.driftline.mixture.MixtureSettings;
import dev.driftline.store.StateDirectory;
import dev.driftline.terminal.ExitCodes;
import dev.driftline.terminal.PlainJson;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code learn --state} and {@code score}, on files. */
class ScoreCommandTest {

    private static final int DOCUMENTS = 400;

    @TempDir
    Path folder;

    private Path text;
    private Path state;
    private StringWriter out = new StringWriter();
    private StringWriter err = new StringWriter();

    @BeforeEach
    void write() throws IOException {
        SplittableRandom random = new SplittableRandom(1);
        String[] words = "the jury said of a united states in year and city with old new house".split(" ");
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < DOCUMENTS; i++) {
            StringBuilder line = new StringBuilder();
            for (int word = 0; word < 20; word++) {
                line.append(words[(int) (words.length * Math.pow(random.nextDouble(), 2))])
                        .append(random.nextInt(40) == 0 ? i : "")
                        .append(' ');
            }
            lines.add(line.append('.').toString());
        }
        text = folder.resolve("text.txt");
        state = folder.resolve("state");
        Files.write(text, lines);
    }

    private int run(Object... arguments) {
        out = new StringWriter();
        err = new StringWriter();
        String[] strings = new String[arguments.length];
        for (int i = 0; i < strings.length; i++) {
            strings[i] = arguments[i].toString();
        }
        return Driftline.execute(new PrintWriter(out, true), new PrintWriter(err, true), strings);
    }

    private List<JsonNode> rows(String name) throws IOException {
        return Files.readAllLines(folder.resolve(name)).stream()
                .map(PlainJson::read)
                .toList();
    }

    @Test
    void shouldGiveTheSameRowsWhateverTheThreads() throws IOException {
        assertThat(run("learn", text, "--state", state, "--order", 3))
                .as(err.toString())
                .isZero();
        assertThat(out.toString()).startsWith("400 documents learned in " + state);

        for (int threads : new int[] {1, 4}) {
            assertThat(run(
                            "score",
                            text,
                            "--state",
                            state,
                            "--threads",
                            threads,
                            "--per",
                            "line",
                            "--output",
                            folder.resolve(threads + ".jsonl")))
                    .as(err.toString())
                    .isZero();
        }

        assertThat(out.toString()).startsWith("400 rows, 8,800 tokens").contains("4.jsonl");
        assertThat(Files.readString(folder.resolve("4.jsonl"))).isEqualTo(Files.readString(folder.resolve("1.jsonl")));
        JsonNode first = rows("1.jsonl").get(0);
        assertThat(first.get("perplexity").asDouble()).isBetween(1.0, 100.0);
        assertThat(first.get("lines").get(0).get("bits_per_token").asDouble())
                .as("the one line of the row")
                .isEqualTo(first.get("bits_per_token").asDouble(), within(1e-4));
        double mean = rows("1.jsonl").stream()
                .mapToDouble(row -> row.get("percentile").asDouble())
                .average()
                .orElseThrow();
        assertThat(mean).isEqualTo(50, within(0.01));
    }

    @Test
    void shouldScoreAsEvaluateDoesWhereTheModelLearns() throws IOException {
        Path costs = folder.resolve("costs.tsv");
        assertThat(run("evaluate", text, "--order", 3, "--tokenizer", "words", "--per-document", costs))
                .as(err.toString())
                .isZero();

        assertThat(run("score", text, "--learn", "--order", 3, "--output", folder.resolve("out.jsonl")))
                .as(err.toString())
                .isZero();

        List<String> evaluated = Files.readAllLines(costs);
        List<String> names = List.of(evaluated.get(0).split("\t"));
        List<JsonNode> rows = rows("out.jsonl");
        assertThat(rows).hasSize(DOCUMENTS);
        for (int i = 0; i < DOCUMENTS; i++) {
            String[] row = evaluated.get(i + 1).split("\t");
            double bits = Double.parseDouble(row[names.indexOf("mixture")])
                    + Double.parseDouble(row[names.indexOf("letters")]);
            int tokens = Integer.parseInt(row[names.indexOf("tokens")]);
            assertThat(rows.get(i).get("tokens").asInt()).isEqualTo(tokens);
            assertThat(rows.get(i).get("bits_per_token").asDouble()).isEqualTo(bits / tokens, within(2e-6));
        }
    }

    @Test
    void shouldLearnEachDocumentOnceUnlessToldToAgain() throws IOException {
        run("learn", text, "--state", state, "--order", 3);
        String counted = count("the jury");
        Files.copy(text, folder.resolve("copy.txt"));

        assertThat(run("learn", folder.resolve("copy.txt"), "--state", state, "--order", 3, "--json"))
                .as(err.toString())
                .isZero();

        assertThat(PlainJson.read(out.toString()).get("earlier").asInt()).isEqualTo(DOCUMENTS);
        assertThat(count("the jury")).isEqualTo(counted);
        run("learn", text, "--state", state, "--order", 3, "--again");
        assertThat(Long.parseLong(count("the jury"))).isEqualTo(2 * Long.parseLong(counted));
    }

    @Test
    void shouldGoOnWithTheModelInAFolderAsItIs() throws IOException {
        run("learn", text, "--state", state, "--order", 3, "--shards", 2);
        Path table = Files.writeString(folder.resolve("table.tsv"), "id\tbody\n1\tthe jury\n2\tthe jury said\n");
        long counted = Long.parseLong(count("the jury"));

        assertThat(run("learn", table, "--state", state, "--text-field", "body"))
                .as(err.toString())
                .isZero();

        assertThat(Long.parseLong(count("the jury"))).isEqualTo(counted + 2);
        assertThat(run("learn", table, "--state", state, "--order", 4)).isEqualTo(ExitCodes.FAILED);
        assertThat(err.toString()).contains("order = 3, not 4");
        assertThat(run("learn", text, "--state", folder.resolve("new"), "--text-field", "body"))
                .isEqualTo(ExitCodes.USAGE);
        assertThat(err.toString()).contains("--text-field has an effect only on JSON");
    }

    @Test
    void shouldLearnNothingWhenOneOfTheFilesIsNotThere() {
        assertThat(run("learn", text, folder.resolve("none.txt"), "--state", state))
                .isEqualTo(ExitCodes.FAILED);
        assertThat(err.toString()).contains("none.txt does not exist");
        assertThat(state).doesNotExist();
    }

    /** A new source of the service begins with what the others have learned: so does a row. */
    @Test
    void shouldBeginWithTheWeightsThatTheSourcesHaveLearned() throws IOException {
        List<String> lines = Files.readAllLines(text);
        Path known = Files.write(folder.resolve("known.txt"), lines.subList(0, 300));
        Path unseen = Files.write(folder.resolve("unseen.txt"), lines.subList(300, DOCUMENTS));
        run("evaluate", known, "--order", 3, "--state", state, "--tokenizer", "words");
        assertThat(run("score", unseen, "--state", state, "--output", folder.resolve("a.jsonl")))
                .as(err.toString())
                .isZero();
        MixtureSettings mixture = MixtureSettings.defaults(3, "kneser-ney");
        CommonWeights learned = StateDirectory.weights(state, mixture).orElseThrow();
        assertThat(learned.steps()).isPositive();
        assertThat(learned.encode()).isNotEqualTo(new CommonWeights(mixture).encode());

        FolderTree.delete(state.resolve("sources"));
        assertThat(StateDirectory.weights(state, mixture)).isEmpty();
        assertThat(run("score", unseen, "--state", state, "--output", folder.resolve("b.jsonl")))
                .as(err.toString())
                .isZero();

        // How much that is depends on the text: little where a row is long enough to learn its own.
        assertThat(rows("a.jsonl")).hasSize(DOCUMENTS - 300).isNotEqualTo(rows("b.jsonl"));
    }

    private String count(String ngram) {
        run("counts", "--state", state, ngram);
        return out.toString().strip().split("\\s+")[0];
    }

    @Test
    void shouldLearnTheSameAsEvaluate() {
        run("learn", text, "--state", state, "--order", 3);
        Path other = folder.resolve("other");
        run("evaluate", text, "--order", 3, "--state", other, "--tokenizer", "words");

        for (String ngram : List.of("the", "the jury", "<s> the", "of the", ". </s>")) {
            String learned = count(ngram);
            run("counts", "--state", other, ngram);
            assertThat(out.toString().strip().split("\\s+")[0]).as(ngram).isEqualTo(learned);
        }
    }

    @Test
    void shouldKeepTheBucketThatIsAskedForAsItWas() throws IOException {
        run("learn", text, "--state", state, "--order", 3);

        assertThat(run(
                        "score",
                        text,
                        "--state",
                        state,
                        "--bucket",
                        "head,middle,tail",
                        "--cut",
                        "30,60",
                        "--keep",
                        "head",
                        "--bare",
                        "--output",
                        folder.resolve("kept.txt")))
                .as(err.toString())
                .isZero();

        assertThat(out.toString()).contains("120 kept");
        assertThat(Files.readAllLines(folder.resolve("kept.txt"))).hasSize(120).isSubsetOf(Files.readAllLines(text));
    }

    @Test
    void shouldWriteSeveralFilesIntoAFolderWithPercentilesOfAllOfThem() throws IOException {
        run("learn", text, "--state", state, "--order", 3);
        List<String> lines = Files.readAllLines(text);
        Path a = Files.write(folder.resolve("a.txt"), lines.subList(0, 100));
        Path b = Files.write(folder.resolve("b.txt"), lines.subList(100, DOCUMENTS));

        run("score", text, "--state", state, "--output", folder.resolve("all.jsonl"));
        assertThat(run("score", a, b, "--state", state, "--output", folder.resolve("both")))
                .as(err.toString())
                .isZero();

        List<JsonNode> both = new ArrayList<>(rows("both/a.jsonl"));
        both.addAll(rows("both/b.jsonl"));
        assertThat(both).isEqualTo(rows("all.jsonl"));
    }

    @Test
    void shouldScoreWithAnArpaFile() throws IOException {
        Path arpa = Files.writeString(folder.resolve("m.arpa"), """
                \\data\\
                ngram 1=4
                ngram 2=2

                \\1-grams:
                -1.0\t<unk>
                -99\t<s>\t-0.3
                -0.6\tthe\t-0.2
                -0.5\t</s>

                \\2-grams:
                -0.1\t<s> the
                -0.2\tthe </s>

                \\end\\
                """);
        Files.writeString(text, "the\nthe jury\n");

        assertThat(run("score", text, "--arpa", arpa, "--output", folder.resolve("out.jsonl")))
                .as(err.toString())
                .isZero();

        double bits = Math.log(10) / Math.log(2);
        List<JsonNode> rows = rows("out.jsonl");
        assertThat(rows.get(0).get("bits_per_token").asDouble()).isEqualTo((0.1 + 0.2) / 2 * bits, within(1e-6));
        assertThat(rows.get(1).get("bits_per_token").asDouble())
                .isEqualTo((0.1 + 0.2 + 1 + 0.5) / 3 * bits, within(1e-6));
        assertThat(rows.get(1).get("unknown_rate").asDouble()).isEqualTo(1 / 3.0, within(1e-6));
    }

    /** "Broken pipe" is how a reader who has gone is said; a folder may be called so, too. */
    @Test
    void shouldFailWhenAFileInAFolderOfPipesCannotBeRead() throws IOException {
        Path pipes = Files.createDirectory(folder.resolve("pipeline"));
        Path cut = Files.write(pipes.resolve("cut.txt.gz"), new byte[] {0x1F, (byte) 0x8B, 8, 0, 0, 0});

        assertThat(run("score", cut, "--learn")).isEqualTo(ExitCodes.FAILED);
        assertThat(err.toString()).contains("cut.txt.gz is cut short or damaged");
        assertThat(run("export", "arpa", cut, "--output", "-")).isEqualTo(ExitCodes.FAILED);
        assertThat(err.toString()).contains("cut.txt.gz is cut short or damaged");
    }

    @Test
    void shouldSayWhatIsWrongWithACommandLine() {
        assertThat(run("score", text)).isEqualTo(ExitCodes.USAGE);
        assertThat(err.toString()).contains("name one model to score with");
        assertThat(run("score", text, "--learn", "--state", state)).isEqualTo(ExitCodes.USAGE);
        assertThat(run("score", "-", "--learn")).isEqualTo(ExitCodes.USAGE);
        assertThat(err.toString()).contains("say it with --format");
        assertThat(run("score", text, "--learn", "--bucket", "a,b", "--cut", "30,60"))
                .isEqualTo(ExitCodes.USAGE);
        assertThat(err.toString()).contains("2 buckets are parted by 1 cuts");
        assertThat(run("score", text, "--learn", "--bucket", "a,b", "--keep", "c"))
                .isEqualTo(ExitCodes.USAGE);
        assertThat(run("score", text, "--learn", "--output", folder.resolve("x.parquet")))
                .isEqualTo(ExitCodes.USAGE);
        assertThat(err.toString()).contains("rows are written in their own format, which is jsonl here");
        assertThat(run("score", folder.resolve("none.txt"), "--learn")).isEqualTo(ExitCodes.FAILED);
        assertThat(err.toString()).contains("none.txt does not exist");
        assertThat(run(
                        "score",
                        text,
                        "--learn",
                        "--output",
                        text.resolveSibling("a.jsonl"),
                        "--strict",
                        "--document-max-tokens",
                        3))
                .isEqualTo(ExitCodes.FAILED);
        assertThat(err.toString()).contains("row 1 (text.txt:1)");
    }
}
