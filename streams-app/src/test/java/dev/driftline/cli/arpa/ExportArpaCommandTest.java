package dev.driftline.cli.arpa;

import static org.assertj.core.api.Assertions.assertThat;

import dev.driftline.arpa.ArpaReader;
import dev.driftline.backoff.BackoffModel;
import dev.driftline.cli.Driftline;
import dev.driftline.identity.ModelIdentity;
import dev.driftline.store.RocksDbPages;
import dev.driftline.store.StoreHeader;
import dev.driftline.terminal.ExitCodes;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExportArpaCommandTest {

    @TempDir
    Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private String corpus;
    private String arpa;

    @BeforeEach
    void write() throws IOException {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 30; i++) {
            String source = i % 3 == 0 ? "law" : "news";
            String word = i % 3 == 0 ? "jury" : "storm";
            text.append(
                    "d" + i + "\t" + source + "\tthe " + word + " came w" + i % 4 + " </s> it was the " + word + "\n");
        }
        corpus = Files.writeString(folder.resolve("corpus.tsv"), text).toString();
        arpa = folder.resolve("model.arpa").toString();
    }

    private int run(String... arguments) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        return Driftline.execute(
                new PrintWriter(out, true),
                new PrintWriter(err, true),
                Stream.concat(Stream.of("export", "arpa"), Stream.of(arguments)).toArray(String[]::new));
    }

    private BackoffModel model() throws IOException {
        return ArpaReader.read(Path.of(arpa));
    }

    @Test
    void shouldLearnFilesAndSayWhatItWrote() throws IOException {
        assertThat(run(corpus, "--output", arpa)).as(err.toString()).isZero();

        assertThat(out.toString())
                .startsWith(arpa + ": ")
                .contains("n-grams of 30 documents")
                .contains("million n-grams a second")
                .doesNotContain("left out");
        assertThat(model().order()).isEqualTo(5);
        assertThat(model().index("jury")).isPositive();
        assertThat(run(corpus, "--output", arpa)).isEqualTo(ExitCodes.USAGE);
        assertThat(err.toString()).contains("--overwrite");
    }

    @Test
    void shouldLearnOneSource() throws IOException {
        assertThat(run(corpus, "--source", "law", "--output", arpa, "--order", "2"))
                .as(err.toString())
                .isZero();

        assertThat(out.toString()).contains("n-grams of 10 documents");
        assertThat(model().order()).isEqualTo(2);
        assertThat(model().index("storm")).isEqualTo(BackoffModel.UNKNOWN);
        assertThat(run(corpus, "--source", "sports", "--output", arpa, "--overwrite"))
                .isEqualTo(ExitCodes.FAILED);
        assertThat(err.toString()).contains("no document is of the source sports");
    }

    @Test
    void shouldReadAStateInALowerOrderAndLeaveOut() throws IOException {
        String state = folder.resolve("state").toString();
        Driftline.execute(
                new PrintWriter(out, true),
                new PrintWriter(err, true),
                "evaluate",
                corpus,
                "--order",
                "4",
                "--shards",
                "3",
                "--state",
                state);
        Path words = Files.write(folder.resolve("words.txt"), List.of("the", "jury", "came", "it", "was"));

        assertThat(run(
                        "--state",
                        state,
                        "--order",
                        "3",
                        "--prune-counts",
                        "0 0 10",
                        "--prune-entropy",
                        "0.05",
                        "--words",
                        words.toString(),
                        "--output",
                        arpa + ".gz"))
                .as(err.toString())
                .isZero();

        assertThat(out.toString())
                .contains("n-grams of " + state)
                .contains("n-grams came too seldom")
                .contains("n-grams cost too little")
                .contains("5 words are not in --words");
        BackoffModel model = ArpaReader.read(Path.of(arpa + ".gz"));
        assertThat(model.order()).isEqualTo(3);
        assertThat(model.index("storm")).isEqualTo(BackoffModel.UNKNOWN);
        assertThat(run("--state", state, "--order", "5", "--output", arpa)).isEqualTo(ExitCodes.FAILED);
        assertThat(err.toString()).contains("choose an order between 1 and 4");
        assertThat(Path.of(arpa)).doesNotExist();
    }

    /** A service with a background leaves this in its store; the counts are the same. */
    @Test
    void shouldSayThatTheBackgroundOfAStateIsNotInTheFile() throws IOException {
        Path state = folder.resolve("state");
        Driftline.execute(
                new PrintWriter(out, true),
                new PrintWriter(err, true),
                "evaluate",
                corpus,
                "--state",
                state.toString());
        assertThat(run("--state", state.toString(), "--output", arpa)).isZero();
        assertThat(out.toString()).doesNotContain("background");
        byte[] without = Files.readAllBytes(Path.of(arpa));
        ModelIdentity model = new ModelIdentity(
                "driftline", "driftline.", 5, "growing", "words", "kneser-ney", 1, "00000000000000ab");
        try (RocksDbPages store = RocksDbPages.open(state.resolve("shard-0"), 16 << 20)) {
            store.put(StoreHeader.key(), StoreHeader.ofModel(model, null));
        }

        assertThat(run("--state", state.toString(), "--output", arpa, "--overwrite"))
                .as(err.toString())
                .isZero();

        assertThat(out.toString()).contains("n-grams of " + state + " without its background (");
        assertThat(Path.of(arpa)).hasBinaryContent(without);
    }

    @Test
    void shouldRefuseWhatHasNoMeaning() {
        for (List<String> wrong : List.of(
                List.of("--output", arpa),
                List.of(corpus, "--state", "x", "--output", arpa),
                List.of(corpus),
                List.of(corpus, "--output", arpa, "--to", "x"),
                List.of(corpus, "--to", folder.toString(), "--every", "5m"),
                List.of("--instance", "http://127.0.0.1:1", "--output", arpa, "--every", "5m"),
                List.of("--instance", "http://127.0.0.1:1", "--to", folder.toString(), "--every", "soon"),
                List.of("--state", "x", "--source", "law", "--output", arpa),
                List.of(corpus, "--output", arpa, "--prune-counts", "0,2,1"),
                List.of(corpus, "--output", arpa, "--prune-counts", "1"),
                List.of(corpus, "--output", arpa, "--prune-entropy", "0"),
                List.of(corpus, "--output", arpa, "--order", "8"),
                List.of(corpus, "--output", arpa, "--delta", "0.5"),
                List.of(corpus, "--output", arpa, "--smoothing", "none"))) {
            assertThat(run(wrong.toArray(String[]::new)))
                    .as("%s: %s", wrong, err)
                    .isEqualTo(ExitCodes.USAGE);
        }
        assertThat(run(corpus, "--output", arpa, "--smoothing", "stupid-backoff"))
                .isEqualTo(ExitCodes.FAILED);
        assertThat(err.toString()).contains("cannot say what stupid-backoff makes");
        assertThat(run("--instance", "http://127.0.0.1:1", "--output", arpa)).isEqualTo(ExitCodes.FAILED);
        assertThat(err.toString()).contains("is it running");
        assertThat(Path.of(arpa)).doesNotExist();
    }
}
