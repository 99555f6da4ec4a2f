package dev.driftline.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.driftline.corpus.CorpusDocument;
import dev.driftline.corpus.CorpusReader;
import dev.driftline.mixture.DocumentScore;
import dev.driftline.mixture.MixtureSettings;
import dev.driftline.pages.HeapPageStore;
import dev.driftline.scoring.GoldenFiles;
import dev.driftline.scoring.LocalModel;
import dev.driftline.scoring.ModelSettings;
import dev.driftline.scoring.Vocabulary;
import dev.driftline.smoothing.Smoothing;
import dev.driftline.testing.junit.SharedData;
import dev.driftline.text.Tokenizers;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Order(1)
class EvaluationTest {

    private static final MixtureSettings SETTINGS =
            new MixtureSettings(3, "kneser-ney", new MixtureSettings.Caches(40, 10, 0.45, 200, 0.65), 0.01, 10);

    @Test
    void shouldSumUpWhatEveryDocumentCost() {
        Evaluation evaluation = evaluation(new HeapPageStore());
        double bits = 0;
        double knownBits = 0;
        double spelling = 0;
        double letters = 0;
        long tokens = 0;
        long unknown = 0;
        long characters = 0;
        for (CorpusDocument document : documents(40, 3)) {
            DocumentScore score = evaluation.add(document);
            bits += score.bits("mixture");
            knownBits += score.knownBits()[score.models().indexOf("mixture")];
            spelling += score.spellingBits();
            letters += score.letterBits();
            tokens += score.tokens();
            unknown += score.unknown();
            characters += score.characters();
        }
        EvaluationReport report = evaluation.report();
        ModelResult mixture = report.model("mixture");
        assertThat(report.documents()).isEqualTo(40);
        assertThat(report.tokens()).isEqualTo(tokens);
        assertThat(report.unknown()).isEqualTo(unknown).isPositive();
        assertThat(mixture.all().ofClass()).isCloseTo(Math.pow(2, bits / tokens), within(1e-9));
        assertThat(mixture.all().known()).isCloseTo(Math.pow(2, knownBits / (tokens - unknown)), within(1e-9));
        assertThat(mixture.all().spelled())
                .isCloseTo(Math.pow(2, (bits + letters) / tokens), within(1e-9))
                .isGreaterThan(mixture.all().ofClass());
        assertThat(mixture.bitsPerCharacter()).isCloseTo((bits + spelling) / characters, within(1e-9));
        assertThat(report.models().stream().map(ModelResult::model).toList())
                .containsExactly(
                        "kneser-ney-1", "kneser-ney-2", "kneser-ney-3", "cache-unigram", "cache-bigram", "mixture");
    }

    @Test
    void shouldTakeTheLastDocumentsFromWhere80PercentOfTheWordsHaveCome() {
        Evaluation evaluation = evaluation(new HeapPageStore());
        double last = 0;
        long lastTokens = 0;
        for (int i = 0; i < 10; i++) {
            // Ten words a document, in ever more sentences: tokens would put the boundary elsewhere.
            List<List<String>> sentences = new ArrayList<>();
            for (int w = 0; w < 10; w++) {
                if (w == 0 || i > 4) {
                    sentences.add(new ArrayList<>());
                }
                sentences.get(sentences.size() - 1).add("w" + w);
            }
            DocumentScore score = evaluation.add(new CorpusDocument("d" + i, "s", sentences, true, Map.of()));
            if (i >= 8) {
                last += score.bits("kneser-ney-2");
                lastTokens += score.tokens();
            }
        }
        EvaluationReport report = evaluation.report();
        assertThat(report.lastFrom()).isEqualTo(8);
        assertThat(report.model("kneser-ney-2").last20().ofClass())
                .isCloseTo(Math.pow(2, last / lastTokens), within(1e-9));
    }

    @Test
    void shouldScoreTheSameWhenSourcesAreManyAndMostAreInTheStoreOnly() {
        Evaluation crowded = evaluation(new HeapPageStore());
        // The same, but before each document everything is read from the store, what the sources have in common, too.
        LocalModel model = model();
        HeapPageStore store = new HeapPageStore();
        for (CorpusDocument document : documents(600, 150)) {
            Evaluation restored = new Evaluation(model, SETTINGS, store);
            assertThat(crowded.add(document).bits())
                    .isEqualTo(restored.add(document).bits());
            restored.writeBack();
        }
    }

    @Test
    void shouldNotLearnADocumentThatSaysSo() {
        Evaluation evaluation = evaluation(new HeapPageStore());
        documents(10, 1).forEach(evaluation::add);
        CorpusDocument probe =
                new CorpusDocument("p", "s0", documents(1, 1).get(0).sentences(), false, Map.of());
        double[] first = evaluation.add(probe).bits();
        assertThat(evaluation.add(probe).bits()).isEqualTo(first);
    }

    @Test
    void shouldReportAnEmptyCorpus() {
        EvaluationReport report = evaluation(new HeapPageStore()).report();
        assertThat(report.documents()).isZero();
        assertThat(report.model("mixture").all().ofClass()).isNaN();
    }

    /**
     * The figures that a program outside this project found for the same caches, as the most that these may cost: of the
     * top order, of the top order and the unigram cache, and of everything. In the same pass, the bits of every document under
     * the n-grams alone, as that program computed them: {@link dev.driftline.scoring.GoldenFiles}.
     */
    @ParameterizedTest
    @CsvSource({
        "sotu,  growing,   121.6, 120.7, 115.5, 118.0, 107.4, 110.0, 1.47",
        "sotu,  closed16k, 185.1, 119.3, 175.9, 113.4, 150.9, 106.1, 1.42",
        "brown, growing,   245.4, 202.2, 208.6, 183.0, 194.0, 172.0, 1.77",
        "brown, closed16k, 250.3, 127.3, 212.8, 119.3, 190.1, 112.2, 1.76"
    })
    void shouldReachTheFiguresOfTheReference(
            String corpus,
            String mode,
            double top,
            double topLast,
            double unigram,
            double unigramLast,
            double all,
            double allLast,
            double bitsPerCharacter)
            throws IOException {
        Path file = SharedData.file(corpus + ".docs.tsv");
        Vocabulary vocabulary = mode.equals("growing")
                ? Vocabulary.growing()
                : Vocabulary.fixed(SharedData.file(corpus + ".vocab16k.txt"));
        ModelSettings settings = new ModelSettings(5, Smoothing.KNESER_NEY, vocabulary, 0.1);
        LocalModel model = new LocalModel(settings, 1, shard -> new HeapPageStore(), 256L << 20);
        Evaluation evaluation = new Evaluation(model, MixtureSettings.defaults(5, "kneser-ney"), new HeapPageStore());
        GoldenFiles golden = GoldenFiles.of(corpus, mode);
        double[] bits = new double[evaluation.models().size()];
        int sources = 0;
        String source = "";
        try (CorpusReader reader = CorpusReader.open(file)) {
            Iterator<CorpusDocument> documents = reader.documents(Tokenizers.named(Tokenizers.WHITESPACE));
            while (documents.hasNext()) {
                CorpusDocument document = documents.next();
                sources += document.source().equals(source) ? 0 : 1;
                source = document.source();
                DocumentScore score = evaluation.add(document);
                golden.next(score.tokens(), score.unknown(), order -> score.bits("kneser-ney-" + order));
                double[] cost = score.bits();
                for (int i = 0; i < bits.length; i++) {
                    bits[i] += cost[i];
                }
            }
        }
        golden.end();
        EvaluationReport report = evaluation.report();
        ModelResult best = report.model("kneser-ney-5");
        assertThat(best.all().ofClass()).isCloseTo(top, within(0.051));
        assertThat(best.last20().ofClass()).isCloseTo(topLast, within(0.051));
        ModelResult cache = report.model("cache-unigram");
        assertThat(cache.all().ofClass()).isLessThan(unigram);
        assertThat(cache.last20().ofClass()).isLessThan(unigramLast);
        ModelResult mixture = report.model("mixture");
        assertThat(mixture.all().ofClass()).isLessThan(all);
        assertThat(mixture.last20().ofClass()).isLessThan(allLast);
        assertThat(mixture.bitsPerCharacter()).isLessThan(bitsPerCharacter);
        // The regret bound, log2 of the number of models mixed, holds for each source.
        double mixtureBits = bits[bits.length - 1];
        for (int i = 0; i < bits.length - 1; i++) {
            assertThat(mixtureBits).isLessThan(bits[i] + sources * Math.log(bits.length) / Math.log(2));
        }
    }

    private static LocalModel model() {
        return new LocalModel(ModelSettings.ofOrder(3), 1, shard -> new HeapPageStore(), 1 << 24);
    }

    private static Evaluation evaluation(HeapPageStore sources) {
        return new Evaluation(model(), SETTINGS, sources);
    }

    private static List<CorpusDocument> documents(int count, int sources) {
        Random random = new Random(17);
        List<CorpusDocument> documents = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            List<List<String>> sentences = new ArrayList<>();
            for (int s = random.nextInt(4); s >= 0; s--) {
                List<String> sentence = new ArrayList<>();
                for (int w = random.nextInt(10); w >= 0; w--) {
                    sentence.add("w" + (int) Math.pow(random.nextDouble() * 12, 2));
                }
                sentences.add(sentence);
            }
            documents.add(new CorpusDocument("d" + i, "s" + random.nextInt(sources), sentences, true, Map.of()));
        }
        return documents;
    }
}
