package dev.driftline.scoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.driftline.pages.HeapPageStore;
import dev.driftline.smoothing.Smoothing;
import dev.driftline.testing.junit.SharedData;
import dev.driftline.testing.junit.SmallBrown;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The exact −log2 p of every document, as a program outside this project computed it. */
class GoldenFilesTest {

    /** The golden file has four decimals. */
    private static final double BITS = 1e-3;

    private final Gathered gathered = new Gathered();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "growing-1",
                "growing-2",
                "growing-3",
                "growing-5",
                "grow-kenlm-3",
                "grow-kenlm-5",
                "closed-3",
                "closed-5"
            })
    void shouldGiveEveryDocumentOfTheSmallCorpusItsGoldenBits(String model) {
        int order = model.charAt(model.length() - 1) - '0';
        gathered.start(
                order,
                switch (model.substring(0, model.length() - 2)) {
                    case "growing" -> Vocabulary.growing();
                    case "grow-kenlm" -> new Vocabulary.Growing(false);
                    default -> Vocabulary.fixed(List.copyOf(SmallBrown.closedVocabulary()));
                });
        List<SmallBrown.Document> documents = SmallBrown.documents();
        assertThat(documents).hasSizeGreaterThan(60);
        for (SmallBrown.Document document : documents) {
            gathered.score(DocumentTokens.of(document.sentences()));
            assertThat(gathered.tokens).as(document.id()).isEqualTo(document.tokens());
            if (!model.startsWith("closed")) {
                assertThat(gathered.unknown)
                        .as("unknown words of " + document.id())
                        .isEqualTo(document.unknown());
            }
            assertThat(gathered.bits(order))
                    .as(document.id())
                    .isCloseTo(document.bits().get(model), within(BITS));
        }
    }

    /** The other vocabularies have their golden bits in {@code EvaluationTest}, which goes over the same corpora. */
    @ParameterizedTest
    @ValueSource(strings = {"brown", "sotu"})
    void shouldGiveEveryDocumentItsGoldenBitsWhereUnknownWordsAreNotCounted(String corpus) throws IOException {
        GoldenFiles golden = GoldenFiles.of(corpus, "grow-kenlm");
        gathered.start(5, new Vocabulary.Growing(false));
        for (String document : Files.readAllLines(SharedData.file(corpus + ".docs.tsv"))) {
            gathered.score(parse(document));
            golden.next(gathered.tokens, gathered.unknown, gathered::bits);
        }
        golden.end();
    }

    /** One shard, asked with the messages that go over the topics. */
    private static final class Gathered {

        private ShardScorer scorer;
        private Scatter scatter;
        private Gather gather;
        private int number;

        private int tokens;
        private int unknown;
        private NgramProbabilities rows;

        void start(int order, Vocabulary vocabulary) {
            ModelSettings settings =
                    new ModelSettings(order, Smoothing.KNESER_NEY, vocabulary, ModelSettings.DEFAULT_DELTA);
            scorer = new ShardScorer(settings, 0, 1, new HeapPageStore(), 1L << 30);
            scatter = new Scatter(settings, 1);
            gather = new Gather(settings, 1);
        }

        /** Scores a document, then learns it. */
        void score(DocumentTokens document) {
            byte[] request = scatter.requests(0, number++, document, true, 0, List.of())[0];
            rows = gather.gather(document, List.of(scorer.answer(request))).positions();
            tokens = rows.rows();
            unknown = 0;
            for (int i = 0; i < tokens; i++) {
                unknown += rows.unknown()[i] ? 1 : 0;
            }
        }

        /** −log2 p of the document scored last, by a model of this order. */
        double bits(int order) {
            double bits = 0;
            for (int i = 0; i < tokens; i++) {
                bits -= Math.log(rows.probability(i, order)) / Math.log(2);
            }
            return bits;
        }
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
