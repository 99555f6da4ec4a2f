package dev.driftline.mixture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.driftline.pages.HeapPageStore;
import dev.driftline.scoring.Candidates;
import dev.driftline.scoring.DocumentTokens;
import dev.driftline.scoring.LocalModel;
import dev.driftline.scoring.ModelSettings;
import dev.driftline.scoring.NgramProbabilities;
import dev.driftline.source.SourceModel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DocumentScorerTest {

    private static final int ORDER = 3;
    private static final MixtureSettings SHORT =
            new MixtureSettings(ORDER, "kneser-ney", new MixtureSettings.Caches(40, 10, 0.45, 150, 0.65), 0.02, 10);
    private static final double LN2 = Math.log(2);

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldSumToOneOverTheVocabularyWithRealNgrams(boolean relativeFrequencies) {
        MixtureSettings settings = new MixtureSettings(
                ORDER,
                "kneser-ney",
                new MixtureSettings.Caches(40, 10, 0.45, 150, relativeFrequencies ? 0 : 0.65),
                0.02,
                10);
        LocalModel model = new LocalModel(ModelSettings.ofOrder(ORDER), 1, shard -> new HeapPageStore(), 1 << 24);
        DocumentScorer scorer = new DocumentScorer(settings);
        SourceModel source = new SourceModel(settings);
        Random random = new Random(4);
        DocumentTokens first = DocumentTokens.of(sentences(random, 30));
        scorer.score(ScoreRequest.of(first, model.score(first, true), source).withLearning(true));
        List<String> types = new ArrayList<>(List.of(first.words()).subList(2, first.words().length));
        for (int round = 0; round < 25; round++) {
            List<List<String>> sentences = sentences(random, 30 + round);
            DocumentTokens document = DocumentTokens.of(sentences);
            // A probe that is scored, never learned, with every event of the vocabulary as a candidate.
            List<String> events = new ArrayList<>(types);
            events.add(DocumentTokens.EOS_WORD);
            Candidates answered = model.ask(document, false, 5, events).candidates();
            NgramProbabilities rows = model.score(document, false);
            DocumentScore score =
                    scorer.score(ScoreRequest.of(document, rows, source).withNextWords(answered, Integer.MAX_VALUE));
            for (NextWordPrediction prediction : score.predictions()) {
                assertThat(prediction.words()).hasSize(types.size() + 1);
                double sum = prediction.unknown()
                        + prediction.words().stream()
                                .mapToDouble(PredictedWord::probability)
                                .sum();
                assertThat(sum).as(prediction.model()).isCloseTo(1, within(1e-5));
                assertThat(prediction.rest()).isCloseTo(0, within(1e-5));
            }
            scorer.score(ScoreRequest.of(document, model.score(document, true), source)
                    .withLearning(true));
            for (String word : document.words()) {
                if (!DocumentTokens.isReserved(word) && !types.contains(word)) {
                    types.add(word);
                }
            }
        }
    }

    @Test
    void shouldSumToOneOverTheVocabularyWithSyntheticNgrams() {
        Random random = new Random(9);
        DocumentScorer scorer = new DocumentScorer(SHORT);
        SourceModel source = new SourceModel(SHORT);
        int vocabulary = 30;
        List<String> events = new ArrayList<>();
        for (int w = 0; w < vocabulary; w++) {
            events.add("w" + w);
        }
        events.add(DocumentTokens.EOS_WORD);
        events.add(DocumentTokens.UNKNOWN_WORD);
        for (int round = 0; round < 40; round++) {
            // Words from 25 on come as unknown and are not in the vocabulary.
            DocumentTokens document = DocumentTokens.of(sentences(random, vocabulary));
            NgramProbabilities rows = random(document, random);
            Candidates candidates = new Candidates(events, distribution(events.size(), random));
            DocumentScore score = scorer.score(ScoreRequest.of(document, rows, source)
                    .withLearning(round % 3 > 0)
                    .withNextWords(candidates, 1000));
            NextWordPrediction mixture = score.predictions().get(1);
            assertThat(mixture.model()).isEqualTo("mixture");
            double sum = mixture.unknown()
                    + mixture.words().stream()
                            .mapToDouble(PredictedWord::probability)
                            .sum();
            assertThat(sum).isCloseTo(1, within(1e-9));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void shouldNeverCostMoreThanTheBestModelByMoreThanTheRegretBound(long seed) {
        Random random = new Random(seed);
        DocumentScorer scorer = new DocumentScorer(SHORT);
        SourceModel source = new SourceModel(SHORT);
        double bound = Math.log(ORDER + 3) / LN2;
        double[] total = new double[SHORT.models().size()];
        for (int round = 0; round < 200; round++) {
            DocumentTokens document = DocumentTokens.of(sentences(random, 30));
            NgramProbabilities rows = adversarial(document, random, (int) seed, round);
            DocumentScore score =
                    scorer.score(ScoreRequest.of(document, rows, source).withLearning(true));
            for (int i = 0; i < total.length; i++) {
                total[i] += score.bits()[i];
            }
            double best = Arrays.stream(total, 0, total.length - 1).min().orElseThrow();
            assertThat(total[total.length - 1])
                    .as("mixture after %d documents, the best model cost %f", round + 1, best)
                    .isLessThanOrEqualTo(best + bound + 1e-6 * (1 + best));
        }
    }

    /** Orders that take turns at being hopeless, for longer and longer, by margins that no double can hold. */
    private static NgramProbabilities adversarial(DocumentTokens document, Random random, int kind, int round) {
        int n = document.tokens().length;
        double[] probability = new double[n * ORDER];
        int phase = 31 - Integer.numberOfLeadingZeros(round + 1);
        for (int i = 0; i < n; i++) {
            for (int k = 0; k < ORDER; k++) {
                probability[i * ORDER + k] = switch (kind) {
                    case 1 -> phase % ORDER == k ? 0.9 : 1e-9;
                    case 2 -> i % ORDER == k ? 0.5 : 1e-3;
                    case 3 -> random.nextDouble() + 1e-12;
                    case 4 -> k == 0 ? 0.4 : round < 100 ? 0.5 : 1e-12;
                    case 5 -> k == phase % 2 ? 1 : 1e-15;
                    default -> 1e-15;
                };
            }
        }
        return rows(document, probability, random);
    }

    @Test
    void shouldComeBackToAModelThatWasHopelessForLong() {
        DocumentScorer scorer = new DocumentScorer(SHORT);
        SourceModel source = new SourceModel(SHORT);
        Random random = new Random(2);
        double last = 0;
        for (int round = 0; round < 400; round++) {
            DocumentTokens document = DocumentTokens.of(sentences(random, 30));
            int n = document.tokens().length;
            double[] probability = new double[n * ORDER];
            for (int i = 0; i < n; i++) {
                for (int k = 0; k < ORDER; k++) {
                    probability[i * ORDER + k] = round < 100 == (k == 0) ? 0.9 : 1e-12;
                }
            }
            DocumentScore score = scorer.score(ScoreRequest.of(document, rows(document, probability, random), source)
                    .withLearning(true));
            last = score.bits("mixture") / score.tokens();
        }
        assertThat(last).isCloseTo(-Math.log(0.9) / LN2, within(0.05));
    }

    @Test
    void shouldReportInfinityWhereEveryModelGivesZeroAndGoOn() {
        DocumentScorer scorer = new DocumentScorer(SHORT);
        SourceModel source = new SourceModel(SHORT);
        DocumentTokens document = DocumentTokens.of(List.of(List.of("a", "b")));
        NgramProbabilities zero = new NgramProbabilities(
                ORDER, new double[9], new byte[3], new boolean[] {true, false, false}, new float[3]);
        DocumentScore first = scorer.score(ScoreRequest.of(document, zero, source)
                .withLearning(true)
                .withSurprisals(ScoreRequest.Surprisals.MIXTURE));
        assertThat(first.bits("mixture")).isEqualTo(Double.POSITIVE_INFINITY);
        assertThat(first.surprisals()[0]).isEqualTo(Float.POSITIVE_INFINITY);
        double[] half = new double[9];
        Arrays.fill(half, 0.5);
        DocumentScore second = scorer.score(ScoreRequest.of(
                        document,
                        new NgramProbabilities(ORDER, half, new byte[3], new boolean[3], new float[3]),
                        source)
                .withLearning(true));
        assertThat(second.bits("kneser-ney-3")).isCloseTo(3, within(1e-9));
        assertThat(second.bits("mixture")).isFinite();
    }

    @Test
    void shouldSumTheBitsOfEveryTokenPerModel() {
        Random random = new Random(8);
        DocumentScorer scorer = new DocumentScorer(SHORT);
        SourceModel source = new SourceModel(SHORT);
        for (int round = 0; round < 5; round++) {
            DocumentTokens document = DocumentTokens.of(sentences(random, 40));
            NgramProbabilities rows = random(document, random);
            DocumentScore score = scorer.score(ScoreRequest.of(document, rows, source)
                    .withLearning(true)
                    .withSurprisals(ScoreRequest.Surprisals.MIXTURE));
            double known = 0;
            double all = 0;
            double mixture = 0;
            for (int i = 0; i < rows.rows(); i++) {
                double bits = -Math.log(rows.probability(i, 2)) / LN2;
                all += bits;
                known += rows.unknown()[i] ? 0 : bits;
                mixture += score.surprisals()[i];
            }
            assertThat(score.bits("kneser-ney-2")).isCloseTo(all, within(1e-9));
            assertThat(score.knownBits()[1]).isCloseTo(known, within(1e-9));
            assertThat(score.bits("mixture")).isCloseTo(mixture, within(1e-3));
            assertThat(Arrays.stream(score.meanWeights()).sum()).isCloseTo(1, within(1e-9));
            assertThat(score.classPerplexity("kneser-ney-2")).isCloseTo(Math.pow(2, all / rows.rows()), within(1e-9));
        }
    }

    @Test
    void shouldListTheBitsOfEveryTokenUnderEveryModelWhereToldToRecordThem() {
        Random random = new Random(8);
        DocumentTokens document = DocumentTokens.of(sentences(random, 40));
        NgramProbabilities rows = random(document, random);
        DocumentScore score = new DocumentScorer(SHORT)
                .score(ScoreRequest.of(document, rows, new SourceModel(SHORT))
                        .withLearning(true)
                        .withSurprisals(ScoreRequest.Surprisals.EVERY_MODEL));
        assertThat(score.modelSurprisals()).hasNumberOfRows(score.models().size());
        for (int model = 0; model < score.models().size(); model++) {
            double bits = 0;
            for (float surprisal : score.modelSurprisals()[model]) {
                bits += surprisal;
            }
            assertThat(bits).as(score.models().get(model)).isCloseTo(score.bits()[model], within(1e-3));
        }
        assertThat(score.modelSurprisals()[score.models().size() - 1]).isEqualTo(score.surprisals());
        DocumentScore plain = new DocumentScorer(SHORT)
                .score(ScoreRequest.of(document, rows, new SourceModel(SHORT))
                        .withLearning(true)
                        .withSurprisals(ScoreRequest.Surprisals.MIXTURE));
        assertThat(plain.modelSurprisals()).isEmpty();
        assertThat(plain.bits()).isEqualTo(score.bits());
    }

    @Test
    void shouldCountCharactersWithOneSeparatorAWordAndNoneForTheSentenceEnd() {
        DocumentTokens document = DocumentTokens.of(List.of(List.of("ab", "\uD83D\uDE00"), List.of("ab")));
        DocumentScore score = new DocumentScorer(SHORT)
                .score(ScoreRequest.of(document, random(document, new Random(1)), new SourceModel(SHORT))
                        .withLearning(true));
        assertThat(score.characters()).isEqualTo(3 + 2 + 3);
        assertThat(score.tokens()).isEqualTo(5);
    }

    @Test
    void shouldSpellARepeatedNewWordForLess() {
        DocumentTokens document = DocumentTokens.of(List.of(List.of("new", "new", "other")));
        float[] spelling = {20, 20, 30, 0};
        boolean[] unknown = {true, true, true, false};
        double[] probability = new double[12];
        Arrays.fill(probability, 0.1);
        DocumentScore score = new DocumentScorer(SHORT)
                .score(ScoreRequest.of(
                                document,
                                new NgramProbabilities(ORDER, probability, new byte[4], unknown, spelling),
                                new SourceModel(SHORT))
                        .withLearning(true));
        double first = 20;
        double repeated = -Math.log((1 - 0.5) / 6 + 5.5 / 6 * Math.pow(2, -20)) / LN2;
        double other = 30 - Math.log(5.5 / 7) / LN2;
        assertThat(score.spellingBits()).isCloseTo(first + repeated + other, within(1e-9));
        assertThat(score.unknown()).isEqualTo(3);
    }

    @Test
    void shouldScoreAnEmptyDocument() {
        DocumentTokens empty = DocumentTokens.of(List.of());
        DocumentScore score = new DocumentScorer(SHORT)
                .score(ScoreRequest.of(empty, random(empty, new Random(1)), new SourceModel(SHORT))
                        .withLearning(true)
                        .withSurprisals(ScoreRequest.Surprisals.MIXTURE));
        assertThat(score.tokens()).isZero();
        assertThat(score.bits("mixture")).isZero();
        assertThat(score.classPerplexity("mixture")).isEqualTo(1);
        assertThat(score.bitsPerCharacter("mixture")).isZero();
    }

    @Test
    void shouldRefuseRowsThatDoNotFitTheDocument() {
        DocumentTokens document = DocumentTokens.of(List.of(List.of("a")));
        DocumentTokens other = DocumentTokens.of(List.of(List.of("a", "b")));
        assertThatThrownBy(() -> new DocumentScorer(SHORT)
                        .score(ScoreRequest.of(other, random(document, new Random(1)), new SourceModel(SHORT))
                                .withLearning(true)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("2 rows");
    }

    @Test
    void shouldScoreATokenBeforeTheCacheHoldsIt() {
        // A first token has an empty cache: every model with a cache says what the top order says.
        DocumentTokens document = DocumentTokens.of(List.of(List.of("a")));
        double[] probability = {0.1, 0.2, 0.3, 0.1, 0.2, 0.3};
        NgramProbabilities rows = new NgramProbabilities(ORDER, probability, new byte[2], new boolean[2], new float[2]);
        SourceModel source = new SourceModel(SHORT);
        DocumentScore score = new DocumentScorer(SHORT)
                .score(ScoreRequest.of(document, rows, source)
                        .withLearning(true)
                        .withSurprisals(ScoreRequest.Surprisals.MIXTURE));
        // </s> has never been seen by the cache, so at its turn the cache share of the top order is lost.
        assertThat(score.bits("cache-unigram")).isGreaterThan(score.bits("kneser-ney-3"));
        DocumentScore again = new DocumentScorer(SHORT)
                .score(ScoreRequest.of(document, rows, source)
                        .withLearning(true)
                        .withSurprisals(ScoreRequest.Surprisals.MIXTURE));
        assertThat(again.bits("cache-unigram")).isLessThan(score.bits("cache-unigram"));
    }

    @Test
    void shouldLeaveNoTraceOfADocumentThatIsNotLearned() {
        Random random = new Random(12);
        DocumentScorer scorer = new DocumentScorer(SHORT);
        SourceModel source = new SourceModel(SHORT);
        for (int round = 0; round < 40; round++) {
            DocumentTokens probe = DocumentTokens.of(sentences(random, round % 5 == 0 ? 500 : 30));
            byte[] before = source.header();
            List<byte[]> segments = segments(source);
            DocumentScore score = scorer.score(ScoreRequest.of(probe, random(probe, new Random(round)), source));
            assertThat(source.header()).isEqualTo(before);
            assertThat(segments(source)).usingRecursiveComparison().isEqualTo(segments);
            DocumentScore again = scorer.score(ScoreRequest.of(probe, random(probe, new Random(round)), source));
            assertThat(again.bits()).isEqualTo(score.bits());
            DocumentTokens learned = DocumentTokens.of(sentences(random, 30));
            scorer.score(
                    ScoreRequest.of(learned, random(learned, random), source).withLearning(true));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {150, 1023, 1024, 3000})
    void shouldScoreToTheSameBitAfterBeingRestored(int window) {
        MixtureSettings settings = new MixtureSettings(
                ORDER, "kneser-ney", new MixtureSettings.Caches(40, 10, 0.45, window, 0.65), 0.02, 10);
        Random random = new Random(21);
        DocumentScorer scorer = new DocumentScorer(settings);
        SourceModel uninterrupted = new SourceModel(settings);
        SourceModel source = new SourceModel(settings);
        byte[][] stored = new byte[SourceModel.segmentSlots(settings)][];
        byte[] header = source.header();
        for (int round = 0; round < 120; round++) {
            DocumentTokens document = DocumentTokens.of(sentences(random, 60));
            NgramProbabilities rows = random(document, random);
            DocumentScore score =
                    scorer.score(ScoreRequest.of(document, rows, source).withLearning(true));
            assertThat(score.bits())
                    .isEqualTo(scorer.score(ScoreRequest.of(document, rows, uninterrupted)
                                    .withLearning(true))
                            .bits());
            if (random.nextInt(3) == 0) {
                for (int slot : source.dirtySegments()) {
                    stored[slot] = source.segment(slot);
                }
                header = source.header();
                source.markStored();
                assertThat(source.isDirty()).isFalse();
                assertThat(source.dirtySegments()).isEmpty();
                source = SourceModel.restore(settings, header, slot -> stored[slot]);
                assertThat(source.isDirty()).isFalse();
                assertThat(source.tokens()).isEqualTo(uninterrupted.tokens());
            }
        }
    }

    @Test
    void shouldWriteOneOrTwoSegmentsForAShortDocument() {
        MixtureSettings settings = MixtureSettings.defaults(ORDER, "kneser-ney");
        DocumentScorer scorer = new DocumentScorer(settings);
        SourceModel source = new SourceModel(settings);
        Random random = new Random(1);
        for (int round = 0; round < 900; round++) {
            DocumentTokens document = DocumentTokens.of(sentences(random, 100));
            scorer.score(
                    ScoreRequest.of(document, random(document, random), source).withLearning(true));
            assertThat(source.dirtySegments().length).isBetween(1, 2);
            source.markStored();
        }
        assertThat(source.tokens()).isGreaterThan(settings.caches().bigramWindow());
    }

    @Test
    void shouldRefuseStateOfOtherSettingsOrAnotherVersionOrWithAGap() {
        Random random = new Random(1);
        SourceModel source = new SourceModel(SHORT);
        DocumentTokens document = DocumentTokens.of(sentences(random, 100));
        new DocumentScorer(SHORT)
                .score(ScoreRequest.of(document, random(document, random), source)
                        .withLearning(true));
        byte[] header = source.header();
        byte[] segment = source.segment(0);
        MixtureSettings other = MixtureSettings.defaults(ORDER + 1, "kneser-ney");
        assertThatThrownBy(() -> SourceModel.restore(other, header, slot -> segment))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("order 3");
        assertThatThrownBy(() -> SourceModel.restore(SHORT, header, slot -> new byte[0]))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("lacks segment 0");
        byte[] newer = header.clone();
        newer[0] = 77;
        assertThatThrownBy(() -> SourceModel.restore(SHORT, newer, slot -> segment))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("version 77");
    }

    @Test
    void shouldPredictFromTheCacheWhatTheSourceHasJustSaid() {
        DocumentScorer scorer = new DocumentScorer(SHORT);
        SourceModel source = new SourceModel(SHORT);
        Random random = new Random(3);
        for (int i = 0; i < 20; i++) {
            DocumentTokens learned = DocumentTokens.of(List.of(List.of("new", "york"), List.of("x", "new", "york")));
            scorer.score(ScoreRequest.of(learned, flat(learned, 0.05), source).withLearning(true));
        }
        DocumentTokens open = DocumentTokens.of(List.of(List.of("in", "new")));
        List<String> words = List.of("york", "jersey", "</s>", "in");
        Candidates candidates = new Candidates(words, distribution(words.size(), random));
        DocumentScore score =
                scorer.score(ScoreRequest.of(open, flat(open, 0.05), source).withNextWords(candidates, 2));
        NextWordPrediction mixture = score.predictions().get(1);
        assertThat(mixture.words()).hasSize(2);
        assertThat(mixture.words().get(0).word()).isEqualTo("york");
        assertThat(score.predictions().get(0).model()).isEqualTo("kneser-ney-3");
        assertThat(NextWordPredictor.candidates(open, source, 10)).contains("york", "in", "new");
        assertThat(NextWordPredictor.candidates(open, source, 1)).hasSize(1);
        assertThat(NextWordPredictor.candidates(DocumentTokens.of(List.of()), source, 10))
                .contains("new", "x");
    }

    /** The weights of a new source are those of sources with full caches; its own hold no more than the prompt. */
    @Test
    void shouldNotExpectTheWordsOfThePromptAgainWhenTheSourceIsNew() {
        CommonWeights common = new CommonWeights(SHORT);
        DocumentScorer scorer = new DocumentScorer(SHORT);
        SourceModel repeating = new SourceModel(common);
        for (int i = 0; i < 60; i++) {
            DocumentTokens learned =
                    DocumentTokens.of(List.of(List.of("a", "b", "c", "d", "e", "f", "g", "h", "i", "j")));
            scorer.score(
                    ScoreRequest.of(learned, flat(learned, 0.02), repeating).withLearning(true));
        }
        DocumentTokens prompt = DocumentTokens.of(List.of(List.of("in", "new")));
        Candidates candidates =
                new Candidates(List.of("in", "jersey"), flat(DocumentTokens.of(List.of(List.of("in"))), 0.02));
        List<PredictedWord> words = scorer.score(ScoreRequest.of(prompt, flat(prompt, 0.02), new SourceModel(common))
                        .withNextWords(candidates, 2))
                .predictions()
                .get(1)
                .words();

        assertThat(words.get(0).word()).isEqualTo("in");
        assertThat(words.get(0).probability())
                .as("0.02 by the counts, half by the cache of two tokens")
                .isBetween(0.02, 0.03);
    }

    private static List<byte[]> segments(SourceModel source) {
        List<byte[]> segments = new ArrayList<>();
        for (int slot : source.dirtySegments()) {
            segments.add(source.segment(slot));
        }
        return segments;
    }

    private static List<List<String>> sentences(Random random, int words) {
        List<List<String>> sentences = new ArrayList<>();
        for (int s = 1 + random.nextInt(6); s > 0; s--) {
            List<String> sentence = new ArrayList<>();
            for (int w = random.nextInt(12); w >= 0; w--) {
                sentence.add("w" + (int) (words * random.nextDouble() * random.nextDouble()));
            }
            sentences.add(sentence);
        }
        return sentences;
    }

    private static NgramProbabilities flat(DocumentTokens document, double p) {
        double[] probability = new double[document.tokens().length * ORDER];
        Arrays.fill(probability, p);
        int n = document.tokens().length;
        return new NgramProbabilities(ORDER, probability, new byte[n], new boolean[n], new float[n]);
    }

    private static NgramProbabilities random(DocumentTokens document, Random random) {
        double[] probability = new double[document.tokens().length * ORDER];
        for (int i = 0; i < probability.length; i++) {
            probability[i] = Math.pow(random.nextDouble(), 3) + 1e-9;
        }
        return rows(document, probability, random);
    }

    private static NgramProbabilities rows(DocumentTokens document, double[] probability, Random random) {
        int n = document.tokens().length;
        byte[] matched = new byte[n];
        boolean[] unknown = new boolean[n];
        float[] spelling = new float[n];
        for (int i = 0; i < n; i++) {
            matched[i] = (byte) random.nextInt(ORDER);
            unknown[i] = document.words()[document.tokens()[i]].matches("w2[5-9]");
            spelling[i] = unknown[i] ? 20 : 0;
        }
        return new NgramProbabilities(ORDER, probability, matched, unknown, spelling);
    }

    /** Each order a distribution over {@code n} events, of which the last is the unknown word if it is so called. */
    private static NgramProbabilities distribution(int n, Random random) {
        double[] probability = new double[n * ORDER];
        for (int k = 0; k < ORDER; k++) {
            double sum = 0;
            for (int i = 0; i < n; i++) {
                probability[i * ORDER + k] = random.nextDouble();
                sum += probability[i * ORDER + k];
            }
            for (int i = 0; i < n; i++) {
                probability[i * ORDER + k] /= sum;
            }
        }
        byte[] matched = new byte[n];
        Arrays.fill(matched, (byte) random.nextInt(ORDER));
        return new NgramProbabilities(ORDER, probability, matched, new boolean[n], new float[n]);
    }
}
