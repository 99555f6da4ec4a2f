package dev.driftline.bulk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.driftline.rows.RowConflictException;
import dev.driftline.rows.RowFields;
import dev.driftline.rows.RowFormat;
import dev.driftline.terminal.PlainJson;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileScoringTest {

    private static final int ROWS = 2_000;

    @TempDir
    Path folder;

    private Path in;

    @BeforeEach
    void write() throws IOException {
        in = folder.resolve("in.jsonl");
        Files.write(in, lines(ROWS, 1));
    }

    static List<String> lines(int count, int seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            if (i % 97 == 5) {
                lines.add("{\"id\":" + i + ",\"text\":\" \"}");
                continue;
            }
            StringBuilder text = new StringBuilder();
            for (int word = 0; word < 1 + random.nextInt(20); word++) {
                text.append("abcdefghijklmnopqrstuvwxyz", 0, 1 + random.nextInt(26))
                        .append(random.nextInt(9) == 0 ? "\\n" : " ");
            }
            lines.add("{\"id\":" + i + ",\"text\":\"" + text + "\"}");
        }
        return lines;
    }

    @Test
    void shouldWriteRowsInTheirOrderWithWhatTheyCost() throws IOException {
        run("out.jsonl", options(4, Part.LINE, Optional.empty(), Set.of()), () -> false);

        List<String> before = Files.readAllLines(in);
        List<String> after = Files.readAllLines(folder.resolve("out.jsonl"));
        List<JsonNode> rows = rows("out.jsonl");
        assertThat(rows).hasSize(ROWS);
        for (int i = 0; i < ROWS; i++) {
            String line = before.get(i);
            assertThat(after.get(i)).startsWith(line.substring(0, line.length() - 1));
            JsonNode row = rows.get(i);
            String text = row.get("text").asText();
            if (text.isBlank()) {
                assertThat(row.get("error").asText()).contains("empty");
                assertThat(row.has("perplexity")).isFalse();
                continue;
            }
            double bits = 0;
            int tokens = 0;
            int unknown = 0;
            List<Integer> each = new ArrayList<>();
            for (String part : text.split("\n")) {
                int of = 1;
                for (String word : part.split(" ")) {
                    bits += WordsModel.bits(word);
                    unknown += word.contains("x") ? 1 : 0;
                    of++;
                }
                bits++;
                tokens += of;
                each.add(of);
            }
            assertThat(row.get("tokens").asInt()).isEqualTo(tokens);
            assertThat(row.get("bits_per_token").asDouble()).isEqualTo(bits / tokens, within(1e-6));
            assertThat(row.get("perplexity").asDouble()).isEqualTo(Math.pow(2, bits / tokens), within(1e-3));
            assertThat(row.get("unknown_rate").asDouble()).isEqualTo((double) unknown / tokens, within(1e-6));
            assertThat(row.get("lines"))
                    .extracting(part -> part.get("tokens").asInt())
                    .isEqualTo(each);
        }
    }

    @Test
    void shouldGiveThePercentilesAndBucketsOfAPlainCount() throws IOException {
        Buckets thirds = new Buckets(List.of("head", "middle", "tail"), List.of(30.0, 60.0));
        run("out.jsonl", options(2, Part.NONE, Optional.of(thirds), Set.of()), () -> false);
        run("head.jsonl", options(2, Part.NONE, Optional.of(thirds), Set.of("head")), () -> false);

        List<JsonNode> rows = rows("out.jsonl").stream()
                .filter(row -> row.has("bits_per_token"))
                .toList();
        double[] bits = rows.stream()
                .mapToDouble(row -> row.get("bits_per_token").asDouble())
                .toArray();
        Map<String, Integer> counts = new HashMap<>();
        for (int i = 0; i < bits.length; i++) {
            int below = 0;
            int same = 0;
            for (double other : bits) {
                below += other < bits[i] - 1e-4 ? 1 : 0;
                same += Math.abs(other - bits[i]) <= 1e-4 ? 1 : 0;
            }
            double plain = 100 * (below + same / 2.0) / bits.length;
            // Numbers of one bin, a part in 65,536, are equal to it: at most a few neighbours.
            assertThat(rows.get(i).get("percentile").asDouble()).isEqualTo(plain, within(0.3));
            double percentile = rows.get(i).get("percentile").asDouble();
            String bucket = percentile <= 30 ? "head" : percentile <= 60 ? "middle" : "tail";
            assertThat(rows.get(i).get("bucket").asText()).isEqualTo(bucket);
            counts.merge(bucket, 1, Integer::sum);
        }
        assertThat(counts.get("head")).isBetween((int) (0.28 * bits.length), (int) (0.32 * bits.length));
        assertThat(rows("head.jsonl"))
                .isEqualTo(rows.stream()
                        .filter(row -> row.get("bucket").asText().equals("head"))
                        .toList());
    }

    @Test
    void shouldTakeThePercentilesOfAReferenceThatWasScoredOrIsScoredNow() throws IOException {
        Path other = folder.resolve("other.jsonl");
        Files.write(other, lines(300, 2));
        ScoreOptions options = options(2, Part.NONE, Optional.empty(), Set.of());
        FileScoring first = scoring(options, () -> false);
        first.run(List.of(job(other, "reference.jsonl")), Optional.empty());

        for (Path reference : List.of(folder.resolve("reference.jsonl"), other)) {
            FileScoring scoring = scoring(overwriting(options), () -> false);
            Percentiles percentiles = scoring.reference(reference, RowFormat.JSONL);
            scoring.run(List.of(job(in, "out.jsonl")), Optional.of(percentiles));

            double[] bits = rows("reference.jsonl").stream()
                    .filter(row -> row.has("bits_per_token"))
                    .mapToDouble(row -> row.get("bits_per_token").asDouble())
                    .toArray();
            for (JsonNode row : rows("out.jsonl")) {
                if (row.has("percentile")) {
                    double own = row.get("bits_per_token").asDouble();
                    double below = 0;
                    for (double value : bits) {
                        below += Math.abs(value - own) < 1e-4 ? 0.5 : value < own ? 1 : 0;
                    }
                    assertThat(row.get("percentile").asDouble()).isEqualTo(100 * below / bits.length, within(0.5));
                }
            }
        }
    }

    @Test
    void shouldGoOnAfterACutAtAnyPlaceAsIfThereHadBeenNone() throws IOException {
        ScoreOptions options = options(2, Part.PARAGRAPH, Optional.empty(), Set.of());
        run("whole.jsonl", options, () -> false);
        String whole = Files.readString(folder.resolve("whole.jsonl"));
        SplittableRandom random = new SplittableRandom(3);
        Path log = folder.resolve("out.jsonl.costs");

        for (int trial = 0; trial < 12; trial++) {
            Files.deleteIfExists(folder.resolve("out.jsonl"));
            int[] asked = {0};
            int most = random.nextInt(ROWS);
            assertThat(run("out.jsonl", options, () -> asked[0]++ > most)).isFalse();
            assertThat(Files.exists(folder.resolve("out.jsonl"))).isFalse();
            // A crash leaves half of what was written last.
            try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "rw")) {
                long cut = trial % 3 == 0 ? random.nextLong(file.length() + 1) : file.length();
                file.setLength(cut);
                if (trial % 4 == 1 && cut > 40) {
                    file.seek(cut - 10);
                    file.write(0x55);
                }
            }
            Files.writeString(folder.resolve("out.jsonl.part"), "half a r");

            assertThat(run("out.jsonl", options, () -> false))
                    .as("trial " + trial)
                    .isTrue();

            assertThat(Files.readString(folder.resolve("out.jsonl"))).isEqualTo(whole);
            assertThat(Files.exists(log)).isFalse();
            assertThat(Files.exists(folder.resolve("out.jsonl.part"))).isFalse();
        }
    }

    @Test
    void shouldGoOnAfterAKill() throws Exception {
        Path out = folder.resolve("out.jsonl");
        Process process = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElse("java"),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Killed.class.getName(),
                        in.toString(),
                        out.toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log.txt").toFile())
                .start();
        Path log = folder.resolve("out.jsonl.costs");
        await("a run in its middle")
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(20))
                .until(() -> !process.isAlive() || Killed.isInTheMiddle(log));
        process.destroyForcibly().waitFor();
        assertThat(out).doesNotExist();
        assertThat(log).exists();

        ScoreOptions options = options(2, Part.NONE, Optional.empty(), Set.of());
        FileScoring scoring = scoring(options, () -> false);
        assertThat(scoring.run(List.of(job(in, "out.jsonl")), Optional.empty())).isTrue();
        run("whole.jsonl", options, () -> false);

        assertThat(scoring.totals().earlierRows()).isBetween(100L, ROWS - 1L);
        assertThat(Files.readString(out)).isEqualTo(Files.readString(folder.resolve("whole.jsonl")));
    }

    /** A run that comes no further than to its middle. */
    static final class Killed {

        static boolean isInTheMiddle(Path log) {
            try {
                return Files.exists(log) && Files.size(log) >= 4_000;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        public static void main(String[] arguments) throws IOException {
            Path log = Path.of(arguments[1] + ".costs");
            new FileScoring(
                            new WordsModel(2_000),
                            options(1, Part.NONE, Optional.empty(), Set.of()),
                            new Silent(),
                            () -> {
                                while (isInTheMiddle(log)) {
                                    LockSupport.park();
                                }
                                return false;
                            })
                    .run(
                            List.of(new ScoreJob(
                                    Path.of(arguments[0]), RowFormat.JSONL, Optional.of(Path.of(arguments[1])))),
                            Optional.empty());
        }
    }

    @Test
    void shouldNotGoOnWithAnotherRunNorReplaceWhatIsThere() throws IOException {
        ScoreOptions options = options(2, Part.NONE, Optional.empty(), Set.of());
        int[] asked = {0};
        run("out.jsonl", options, () -> asked[0]++ > 500);

        assertThatThrownBy(() -> run("out.jsonl", options(2, Part.LINE, Optional.empty(), Set.of()), () -> false))
                .hasMessageContaining("of a run that was interrupted")
                .hasMessageContaining("--overwrite");
        run("out.jsonl", options, () -> false);
        assertThatThrownBy(() -> run("out.jsonl", options, () -> false)).hasMessageContaining("out.jsonl exists");
        assertThatThrownBy(() -> scoring(options, () -> false)
                        .run(List.of(new ScoreJob(in, RowFormat.JSONL, Optional.of(in))), Optional.empty()))
                .hasMessageContaining("is a file that is scored");
        run("out.jsonl", overwriting(options), () -> false);
    }

    @Test
    void shouldWriteNothingThatAnotherFileIsReadFromLater() throws IOException {
        Path second = Files.copy(in, folder.resolve("second.jsonl"));
        ScoreOptions options = overwriting(options(2, Part.NONE, Optional.empty(), Set.of()));
        List<ScoreJob> jobs = List.of(job(in, "second.jsonl"), job(second, "third.jsonl"));

        assertThatThrownBy(() -> scoring(options, () -> false).run(jobs, Optional.empty()))
                .hasMessageContaining("second.jsonl is a file that is scored");
        assertThat(Files.readString(second)).isEqualTo(Files.readString(in));
    }

    @Test
    void shouldLeaveNothingHalfWrittenWhenItStopsOrFails() throws IOException {
        ScoreOptions options = options(2, Part.NONE, Optional.empty(), Set.of());
        // All rows are scored by then, and some are written.
        int[] asked = {0};
        assertThat(run("out.jsonl", options, () -> asked[0]++ > 2 * ROWS)).isFalse();
        assertThat(folder.resolve("out.jsonl.costs")).exists();
        assertThat(folder.resolve("out.jsonl.part")).doesNotExist();

        Files.writeString(in, "{\"text\":\"a\"}\n{\"text\":\"b\",\"error\":1}\n");
        assertThatThrownBy(() -> run("other.jsonl", options, () -> false)).isInstanceOf(RowConflictException.class);
        assertThat(folder.resolve("other.jsonl.part")).doesNotExist();
    }

    @Test
    void shouldRefuseASecondRunThatWritesTheSameOutput() throws IOException {
        Path log = folder.resolve("out.jsonl.costs");
        try (CostLog first = CostLog.open(log, "a run", cost -> {})) {
            assertThatThrownBy(() -> CostLog.open(log, "a run", cost -> {}))
                    .hasMessageContaining("is written by another run");
            first.complete();
        }
        CostLog.open(log, "a run", cost -> {}).close();
    }

    @Test
    void shouldStopAtTheFirstRowWithoutAScoreWhereThatIsAsked() {
        ScoreOptions strict = new ScoreOptions(
                RowFields.usual(), "", Part.NONE, "", Optional.empty(), Set.of(), false, true, false, 2, 1000, 100);

        assertThatThrownBy(() -> run("out.jsonl", strict, () -> false))
                .isInstanceOf(RowProblemException.class)
                .hasMessageContaining("row 6 (5): ");
    }

    @Test
    void shouldNameWhatIsPastALimitOrRefusedByTheModel() throws IOException {
        Files.writeString(
                in,
                "{\"text\":\"" + "a ".repeat(1001) + "\"}\n{\"text\":\"" + "y".repeat(101) + "\"}\n"
                        + "{\"text\":\"refused\"}\n{\"text\":\"fine\"}\n");

        FileScoring scoring = run2("out.jsonl", options(2, Part.NONE, Optional.empty(), Set.of()));

        assertThat(rows("out.jsonl"))
                .extracting(row -> row.path("error").asText())
                .satisfiesExactly(
                        error -> assertThat(error).contains("document.max.tokens"),
                        error -> assertThat(error).contains("token.max.bytes"),
                        error -> assertThat(error).isEqualTo("the model takes no such text"),
                        error -> assertThat(error).isEmpty());
        assertThat(scoring.totals().malformed()).isEqualTo(3);
    }

    @Test
    void shouldTellOfFieldsThatAreThereBeforeAnythingIsScored() throws IOException {
        Files.writeString(in, "{\"text\":\"a\",\"tokens\":3}\n");

        assertThatThrownBy(() -> run("out.jsonl", options(1, Part.NONE, Optional.empty(), Set.of()), () -> false))
                .isInstanceOf(RowConflictException.class);
        assertThat(folder.resolve("out.jsonl.costs")).doesNotExist();
    }

    private FileScoring run2(String out, ScoreOptions options) throws IOException {
        FileScoring scoring = scoring(options, () -> false);
        scoring.run(List.of(job(in, out)), Optional.empty());
        return scoring;
    }

    private boolean run(String out, ScoreOptions options, BooleanSupplier stopped) throws IOException {
        return scoring(options, stopped).run(List.of(job(in, out)), Optional.empty());
    }

    private ScoreJob job(Path from, String out) {
        return new ScoreJob(from, RowFormat.JSONL, Optional.of(folder.resolve(out)));
    }

    private static FileScoring scoring(ScoreOptions options, BooleanSupplier stopped) {
        return new FileScoring(new WordsModel(0), options, new Silent(), stopped);
    }

    private static ScoreOptions options(int threads, Part part, Optional<Buckets> buckets, Set<String> keep) {
        return new ScoreOptions(
                RowFields.usual(), "", part, "", buckets, keep, false, false, false, threads, 1000, 100);
    }

    private static ScoreOptions overwriting(ScoreOptions options) {
        return new ScoreOptions(
                options.fields(),
                "",
                options.part(),
                "",
                options.buckets(),
                options.keep(),
                false,
                false,
                true,
                2,
                1000,
                100);
    }

    private List<JsonNode> rows(String name) throws IOException {
        return Files.readAllLines(folder.resolve(name)).stream()
                .map(PlainJson::read)
                .toList();
    }

    private static final class Silent implements ScoreListener {
        @Override
        public void scored(Path file, long bytesRead, long bytesTotal, ScoreTotals totals) {}

        @Override
        public void written(Path file, long rows) {}

        @Override
        public void say(String message) {}
    }
}
