package dev.driftline.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.driftline.corpus.CorpusDocument;
import dev.driftline.corpus.CorpusReader;
import dev.driftline.pages.HeapPageStore;
import dev.driftline.scoring.DocumentTokens;
import dev.driftline.scoring.LocalModel;
import dev.driftline.scoring.ModelSettings;
import dev.driftline.scoring.NgramProbabilities;
import dev.driftline.terminal.Screen;
import dev.driftline.text.Tokenizers;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the whole demo writes, with the real broker, registry and service, in this JVM. */
@Order(1)
class DemoResultsIT {

    private static final int ORDER = 3;

    @TempDir
    Path folder;

    private final StringWriter written = new StringWriter();
    private final Screen screen = new Screen(new PrintWriter(written), false);

    private DemoOptions options(Path input, boolean keepState) {
        return new DemoOptions(
                new DemoOptions.Text(
                        Optional.of(input), false, folder.resolve("cache"), Long.MAX_VALUE, 0, Tokenizers.WHITESPACE),
                new DemoOptions.Model(ORDER, 1, true, Map.of()),
                new DemoOptions.Results(folder.resolve("out"), List.of("w1 w2"), keepState, false));
    }

    private Path corpus(int documents) throws IOException {
        Random random = new Random(7);
        String text = IntStream.range(0, documents)
                .mapToObj(document -> "d" + document + "\tsource" + document * 3 / documents + "\t"
                        + IntStream.range(0, 12)
                                .mapToObj(sentence -> IntStream.range(0, 8)
                                        .mapToObj(word -> "w" + (int) (40 * Math.pow(random.nextDouble(), 3)))
                                        .collect(Collectors.joining(" ")))
                                .collect(Collectors.joining(" </s> ")))
                .collect(Collectors.joining("\n"));
        return Files.writeString(folder.resolve("corpus.tsv"), text, StandardCharsets.UTF_8);
    }

    private List<String[]> scores() throws IOException {
        try (Stream<String> lines = Files.lines(folder.resolve("out").resolve(ResultFiles.SCORES))) {
            return lines.skip(1).map(line -> line.split("\t")).toList();
        }
    }

    private JsonNode summary() throws IOException {
        return new ObjectMapper()
                .readTree(folder.resolve("out").resolve(ResultFiles.SUMMARY).toFile());
    }

    @Test
    void shouldScoreAsTheModelWithoutKafkaDoesWhenItComesToItsEnd() throws IOException {
        Path corpus = corpus(60);

        assertThat(new Demo(options(corpus, false), screen).run()).isTrue();

        LocalModel model = new LocalModel(ModelSettings.ofOrder(ORDER), 1, shard -> new HeapPageStore(), 64L << 20);
        List<String[]> rows = scores();
        assertThat(rows).hasSize(60);
        try (CorpusReader reader = CorpusReader.open(corpus)) {
            Iterator<CorpusDocument> documents = reader.documents(Tokenizers.named(Tokenizers.WHITESPACE));
            for (String[] row : rows) {
                CorpusDocument document = documents.next();
                NgramProbabilities expected = model.score(DocumentTokens.of(document.sentences()), true);
                double bits = IntStream.range(0, expected.rows())
                        .mapToDouble(i -> -Math.log(expected.probability(i, ORDER)) / Math.log(2))
                        .sum();
                assertThat(row[0]).isEqualTo(document.id());
                assertThat(row[2]).isEqualTo(Integer.toString(expected.rows()));
                assertThat(Double.parseDouble(row[3 + ORDER])).as(row[0]).isCloseTo(bits, within(1e-3));
            }
        }
        JsonNode summary = summary();
        assertThat(summary.get("complete").asBoolean()).isTrue();
        assertThat(summary.get("documents").asInt()).isEqualTo(60);
        assertThat(summary.get("models")
                        .get("kneser-ney-3")
                        .get("perplexity_last20")
                        .asDouble())
                .isGreaterThan(1);
        assertThat(summary.get("sources")).hasSize(3);
        assertThat(summary.get("samples")).hasSize(3);
        assertThat(summary.get("next_words").get("w1 w2")).isNotEmpty();
        assertThat(summary.get("most_surprising")).hasSize(5);
        assertThat(Files.readAllLines(folder.resolve("out").resolve(ResultFiles.PREDICTIONS)))
                .hasSize(60);
        assertThat(folder.resolve("out").resolve("state")).doesNotExist();
        assertThat(written.toString())
                .contains("60 of 60 documents scored")
                .contains("source0", "source1", "source2")
                .contains("kneser-ney-3")
                .contains("The most surprising documents")
                .contains("w1 w2 …")
                .contains("Everything is in " + folder.resolve("out"));
    }

    @Test
    void shouldLeaveWhatThereIsWhenStoppedInTheMiddle() throws IOException {
        Demo demo = new Demo(options(corpus(6_000), true), screen);
        Path file = folder.resolve("out").resolve(ResultFiles.SCORES);
        CompletableFuture<Void> stopper = CompletableFuture.runAsync(() -> {
            Awaitility.await()
                    .atMost(Duration.ofMinutes(3))
                    .pollInterval(Duration.ofMillis(20))
                    .ignoreExceptions()
                    .until(() -> Files.size(file) > 0);
            demo.stop();
        });

        assertThat(demo.run()).isFalse();

        assertThat(stopper).succeedsWithin(1, TimeUnit.SECONDS);
        JsonNode summary = summary();
        assertThat(summary.get("complete").asBoolean()).isFalse();
        assertThat(summary.get("documents").asInt()).isBetween(1, 5_999).isEqualTo(scores().size());
        assertThat(written.toString())
                .contains("kneser-ney-3", "mixture")
                .contains("Stopped. What there was until then is in");
        assertThat(folder.resolve("out").resolve("state")).isDirectory();
    }

    @Test
    void shouldLeaveNothingWhenStoppedWhileItStarts() throws IOException {
        Demo demo = new Demo(options(corpus(10), true), screen);
        CompletableFuture<Void> stopper = CompletableFuture.runAsync(() -> {
            Awaitility.await()
                    .pollInterval(Duration.ofMillis(5))
                    .until(() -> written.toString().contains("Starting"));
            demo.stop();
        });

        assertThat(demo.run()).isFalse();

        assertThat(stopper).succeedsWithin(1, TimeUnit.SECONDS);
        assertThat(written.toString()).contains("Stopped before anything was scored");
        assertThat(folder.resolve("out")).doesNotExist();
    }

    @Test
    void shouldFailAtOnceWhenTheInputIsNotThere() {
        Demo demo = new Demo(options(folder.resolve("none.tsv"), true), screen);
        assertThatThrownBy(demo::run).isInstanceOf(IOException.class).hasMessageContaining("none.tsv does not exist");
        assertThat(written.toString()).doesNotContain("Starting");
    }

    @Test
    void shouldSayWhichLineWhenTheInputIsMalformed() throws IOException {
        Path broken = Files.writeString(folder.resolve("broken.tsv"), "a\tb\tc d\nno tabs\n");
        assertThatThrownBy(new Demo(options(broken, true), screen)::run)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("broken.tsv, line 2");
    }
}
