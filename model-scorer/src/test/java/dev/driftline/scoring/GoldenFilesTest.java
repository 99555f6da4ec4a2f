package dev.driftline.scoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.driftline.ngram.HeapPageStore;
import dev.driftline.ngram.Smoothing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The exact −log2 p of every document, as a program outside this project computed it. */
class GoldenFilesTest {

    private static final double BITS_A_TOKEN = 1e-3;

    @ParameterizedTest(name = "{0} {1} order {2}")
    @CsvSource({
        "brown, growing, 3", "brown, growing, 5", "brown, grow-kenlm, 3", "brown, grow-kenlm, 5",
        "brown, closed16k, 3", "brown, closed16k, 5", "sotu, growing, 3", "sotu, growing, 5",
        "sotu, grow-kenlm, 3", "sotu, grow-kenlm, 5", "sotu, closed16k, 3", "sotu, closed16k, 5"
    })
    void shouldGiveEveryDocumentItsGoldenBits(String corpus, String mode, int order) throws IOException {
        Path data = SharedData.folder();
        assumeThat(data)
                .as("shared/data beside the checkout, or -Ddriftline.shared.data")
                .isNotNull();
        Vocabulary vocabulary = switch (mode) {
            case "growing" -> Vocabulary.growing();
            case "grow-kenlm" -> new Vocabulary.Growing(false);
            default -> Vocabulary.fixed(data.resolve(corpus + ".vocab16k.txt"));
        };
        ModelSettings settings =
                new ModelSettings(order, Smoothing.KNESER_NEY, vocabulary, ModelSettings.DEFAULT_DELTA);
        List<String> golden =
                Files.readAllLines(data.resolve("golden/" + corpus + "." + mode + ".mkn" + order + ".tsv"));
        List<String> documents = Files.readAllLines(data.resolve(corpus + ".docs.tsv"));
        assertThat(documents).hasSize(golden.size() - 1);

        ShardScorer scorer = new ShardScorer(settings, 0, 1, new HeapPageStore(), 1L << 30);
        Scatter scatter = new Scatter(settings, 1);
        Gather gather = new Gather(settings, 1);
        long start = System.nanoTime();
        long tokens = 0;
        for (int d = 0; d < documents.size(); d++) {
            DocumentTokens document = parse(documents.get(d));
            byte[] request = scatter.requests(0, d, document, true, 0, List.of())[0];
            NgramProbabilities rows =
                    gather.gather(document, List.of(scorer.answer(request))).positions();
            double bits = 0;
            int unknown = 0;
            for (int i = 0; i < rows.rows(); i++) {
                bits -= Math.log(rows.probability(i, order)) / Math.log(2);
                unknown += rows.unknown()[i] ? 1 : 0;
            }
            String[] expected = golden.get(d + 1).split("\t");
            tokens += rows.rows();
            assertThat(rows.rows()).as(expected[0]).isEqualTo(Integer.parseInt(expected[2]));
            assertThat(unknown).as("unknown words of " + expected[0]).isEqualTo(Integer.parseInt(expected[3]));
            assertThat(Math.abs(bits - Double.parseDouble(expected[4])) / rows.rows())
                    .as("bits a token of " + expected[0] + ": " + bits + ", golden " + expected[4])
                    .isLessThan(BITS_A_TOKEN);
        }
        System.out.printf(
                Locale.ROOT,
                "%s %s %d: %.0f tokens/s%n",
                corpus,
                mode,
                order,
                tokens / ((System.nanoTime() - start) / 1e9));
    }

    static DocumentTokens parse(String line) {
        String text = line.substring(line.indexOf('\t', line.indexOf('\t') + 1) + 1);
        List<List<String>> sentences = new ArrayList<>();
        for (String sentence : text.split(" </s> ")) {
            sentences.add(Arrays.asList(sentence.split(" ")));
        }
        return DocumentTokens.of(sentences);
    }
}
