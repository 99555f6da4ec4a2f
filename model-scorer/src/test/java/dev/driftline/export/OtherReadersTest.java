package dev.driftline.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.driftline.arpa.ArpaReader;
import dev.driftline.backoff.BackoffModel;
import dev.driftline.backoff.BackoffScorer;
import dev.driftline.pages.HeapPageStore;
import dev.driftline.scoring.DocumentTokens;
import dev.driftline.scoring.LocalModel;
import dev.driftline.scoring.ModelSettings;
import dev.driftline.scoring.NgramProbabilities;
import dev.driftline.scoring.Vocabulary;
import dev.driftline.smoothing.Smoothing;
import dev.driftline.testing.junit.SmallBrown;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What other programs have read from an exported file, and what our own reader does. */
class OtherReadersTest {

    /** Documents of which the models for KenLM were made. */
    private static final int LEARNED = 12;

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 5})
    void shouldMeanTheSameToIrstlmAndToOurReader(int order) throws IOException {
        LocalModel model = new LocalModel(ModelSettings.ofOrder(order), 1, shard -> new HeapPageStore(), 16 << 20);
        SmallBrown.documents().forEach(document -> model.score(DocumentTokens.of(document.sentences()), true));
        Path file = folder.resolve("model.arpa");
        try (OutputStream out = Files.newOutputStream(file)) {
            ArpaExport.of(model, ExportOptions.ofOrder(order), (step, ngrams) -> {})
                    .write(out);
        }
        ArpaText text = new ArpaText(Files.readAllBytes(file));
        BackoffModel read = ArpaReader.read(file);

        List<String> lines = lines(order);
        assertThat(lines).hasSize(40);
        for (String line : lines) {
            String[] fields = line.split("\t");
            List<String> ngram = List.of(fields[1].split(" "));
            double expected = Double.parseDouble(fields[2]);
            assertThat(text.log10(ngram)).as(line).isCloseTo(expected, within(1e-5));
            int[] context = new int[order - 1];
            for (int i = 0; i < context.length; i++) {
                context[i] = read.index(ngram.get(order - 2 - i));
            }
            assertThat(read.log10(context, context.length, read.index(ngram.get(order - 1))))
                    .as(line)
                    .isCloseTo(expected, within(1e-5));
        }
    }

    static Stream<List<String>> modelsOfKenlm() throws IOException {
        return resource("/arpa/export.kenlm.tsv").stream()
                .filter(line -> !line.startsWith("#"))
                .map(line -> line.split("\t")[0])
                .distinct()
                .map(model -> List.of(model.split(" ")));
    }

    /** The numbers of KenLM's {@code query}, the same from our reader and, where nothing was left out, from the counts. */
    @ParameterizedTest
    @MethodSource("modelsOfKenlm")
    void shouldMeanTheSameToKenlmAndToOurReaderAndToTheCounts(List<String> settings) throws IOException {
        int order = Integer.parseInt(settings.get(2));
        Vocabulary vocabulary = switch (settings.get(1)) {
            case "growing" -> Vocabulary.growing();
            case "grow-kenlm" -> new Vocabulary.Growing(false);
            default -> Vocabulary.fixed(List.copyOf(SmallBrown.closedVocabulary()));
        };
        LocalModel model = new LocalModel(
                new ModelSettings(order, smoothing(settings.get(0)), vocabulary, 0.1),
                1,
                shard -> new HeapPageStore(),
                16 << 20);
        SmallBrown.documents().stream()
                .limit(LEARNED)
                .forEach(document -> model.score(DocumentTokens.of(document.sentences()), true));
        Path file = folder.resolve("model.arpa");
        try (OutputStream out = Files.newOutputStream(file)) {
            ArpaExport.of(model, options(order, settings.get(3)), (step, ngrams) -> {})
                    .write(out);
        }
        ArpaText text = new ArpaText(Files.readAllBytes(file));
        BackoffModel read = ArpaReader.read(file);
        BackoffScorer scorer = new BackoffScorer(read);

        List<String> lines = resource("/arpa/export.kenlm.tsv").stream()
                .filter(line -> line.startsWith(String.join(" ", settings) + "\t"))
                .toList();
        assertThat(lines).hasSizeGreaterThan(2);
        for (String line : lines) {
            String[] fields = line.split("\t");
            List<String> words = fields[1].isEmpty() ? List.of() : List.of(fields[1].split(" "));
            List<String> log10 = List.of(fields[2].split(" "));
            List<String> lengths = List.of(fields[3].split(" "));
            NgramProbabilities scored = model.score(DocumentTokens.of(List.of(words)), false);
            List<String> before = new ArrayList<>(List.of("<s>"));
            int state = read.start();
            assertThat(log10).hasSize(words.size() + 1);
            for (int i = 0; i < log10.size(); i++) {
                String what = line + ", word " + i;
                String word = i == words.size() ? "</s>" : words.get(i);
                double expected = Double.parseDouble(log10.get(i));
                before.add(word);
                assertThat(text.length(before)).as(what).isEqualTo(Integer.parseInt(lengths.get(i)));
                assertThat(read.log10(state, read.index(word)))
                        .as(what)
                        .isCloseTo(expected, within(tolerance(expected)));
                if (settings.get(3).equals("whole")) {
                    double counted = Math.log10(scored.probability(i, order));
                    if (counted == Double.NEGATIVE_INFINITY) {
                        assertThat(expected).as(what).isLessThan(-90);
                    } else {
                        assertThat(counted).as(what).isCloseTo(expected, within(tolerance(expected)));
                    }
                }
                state = read.advance(state, read.index(word));
            }
            BackoffScorer.Score score = scorer.sentence(words);
            assertThat(score.log10())
                    .as(line)
                    .isCloseTo(
                            log10.stream().mapToDouble(Double::parseDouble).sum(),
                            within(log10.size() * tolerance(score.log10())));
            assertThat(score.unknown()).as(line).isEqualTo(Long.parseLong(fields[4]));
        }
    }

    /** KenLM adds in floats, which are 8e-6 apart near −99. */
    private static double tolerance(double log10) {
        return log10 < -90 ? 5e-5 : 1e-5;
    }

    private static Smoothing smoothing(String name) {
        return Arrays.stream(Smoothing.values())
                .filter(smoothing -> smoothing
                        .name()
                        .toLowerCase(Locale.ROOT)
                        .replace('_', '-')
                        .equals(name))
                .findAny()
                .orElseThrow();
    }

    private static ExportOptions options(int order, String pruning) {
        if (pruning.equals("whole")) {
            return ExportOptions.ofOrder(order);
        }
        String value = pruning.substring(pruning.indexOf('=') + 1);
        return pruning.startsWith("entropy=")
                ? new ExportOptions(order, new long[order + 1], Double.parseDouble(value), Optional.empty())
                : new ExportOptions(
                        order,
                        ExportOptions.prune(
                                order,
                                Arrays.stream(value.split(","))
                                        .mapToLong(Long::parseLong)
                                        .toArray()),
                        0,
                        Optional.empty());
    }

    private static List<String> lines(int order) throws IOException {
        return resource("/arpa/irstlm.tsv").stream()
                .filter(line -> line.startsWith(order + "\t"))
                .toList();
    }

    private static List<String> resource(String name) throws IOException {
        InputStream in = Objects.requireNonNull(OtherReadersTest.class.getResourceAsStream(name), name);
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
            return reader.lines().toList();
        }
    }
}
