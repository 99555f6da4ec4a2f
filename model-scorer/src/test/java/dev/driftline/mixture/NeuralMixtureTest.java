package dev.driftline.mixture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.driftline.neural.Architecture;
import dev.driftline.neural.Cell;
import dev.driftline.neural.Network;
import dev.driftline.neural.NetworkReader;
import dev.driftline.neural.NetworkScore;
import dev.driftline.neural.NeuralVocabulary;
import dev.driftline.neural.events.KnownRows;
import dev.driftline.neural.events.NeuralExpert;
import dev.driftline.pages.HeapPageStore;
import dev.driftline.scoring.DocumentTokens;
import dev.driftline.scoring.Gather;
import dev.driftline.scoring.LocalModel;
import dev.driftline.scoring.ModelSettings;
import dev.driftline.scoring.NgramProbabilities;
import dev.driftline.scoring.Vocabulary;
import dev.driftline.smoothing.Smoothing;
import dev.driftline.source.SourceModel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NeuralMixtureTest {

    private static final int ORDER = 3;
    private static final MixtureSettings SHORT = new MixtureSettings(
                    ORDER, "kneser-ney", new MixtureSettings.Caches(40, 10, 0.45, 150, 0.65), 0.02, 10)
            .withNeural("lstm");
    private static final BitSet NONE = new BitSet();
    private static final double LN2 = Math.log(2);

    private static List<String> sentence(Random random, int types, int length) {
        List<String> words = new ArrayList<>();
        for (int i = 0; i < length; i++) {
            words.add("w" + (int) Math.min(types - 1, types * random.nextDouble() * random.nextDouble()));
        }
        return words;
    }

    private static Network network(List<String> words, long seed) {
        List<String> rows = new ArrayList<>(List.of("<unk>", "</s>"));
        rows.addAll(words);
        return Network.random(Architecture.recurrent(Cell.LSTM, 8, 0, List.of()), new NeuralVocabulary(rows), seed);
    }

    private static NeuralExpert expert(Network network, DocumentTokens document, BitSet foreign) {
        NetworkReader reader = network.reader();
        int[] encoded = network.vocabulary().encode(document);
        return new NeuralExpert(
                network, reader.score(List.of(encoded), true, null, foreign).get(0), foreign);
    }

    /**
     * Asks for the probability of each event of the vocabulary at one place, by a probe document for each, whose last word is
     * that event: the whole way through shards, gather and mixture, as when documents are scored.
     */
    @ParameterizedTest
    @CsvSource({"growing, 1", "growing, 4", "fixed, 1", "fixed, 4"})
    void shouldSumToOneOverTheVocabularyWithANetwork(String vocabulary, int shards) {
        List<String> all = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            all.add("w" + i);
        }
        Vocabulary known = vocabulary.equals("fixed") ? Vocabulary.fixed(all.subList(0, 30)) : Vocabulary.growing();
        ModelSettings settings = new ModelSettings(ORDER, Smoothing.KNESER_NEY, known, ModelSettings.DEFAULT_DELTA);
        LocalModel model = new LocalModel(settings, shards, shard -> new HeapPageStore(), 1 << 24);
        DocumentScorer scorer = new DocumentScorer(SHORT);
        SourceModel source = new SourceModel(SHORT);
        Random random = new Random(3);
        Set<String> seen = new LinkedHashSet<>();
        for (int round = 0; round < 12; round++) {
            List<List<String>> sentences = List.of(sentence(random, 34, 12), sentence(random, 34, 9));
            sentences.forEach(seen::addAll);
            DocumentTokens document = DocumentTokens.of(sentences);
            Network network = network(List.copyOf(seen).subList(0, 1), round);
            scorer.score(ScoreRequest.of(document, model.score(document, true), source)
                    .withLearning(true)
                    .withNetwork(Optional.ofNullable(round < 2 ? null : expert(network, document, NONE))));
        }
        List<String> types = vocabulary.equals("fixed") ? all.subList(0, 30) : List.copyOf(seen);
        // Rows for some of the types, so that others share out the network's unknown word.
        Network network = network(types.subList(0, 12), 9);
        List<String> events = new ArrayList<>(types);
        events.add("never seen");
        double[] sums = new double[SHORT.models().size()];
        for (String event : events) {
            add(sums, probe(model, scorer, source, network, List.of("w0", "w3", event)));
        }
        add(sums, probe(model, scorer, source, network, List.of("w0", "w3")));
        for (int i = 0; i < sums.length; i++) {
            if (!SHORT.models().get(i).startsWith("kneser-ney-") || i == ORDER - 1) {
                assertThat(sums[i]).as(SHORT.models().get(i)).isCloseTo(1, within(1e-5));
            }
        }
    }

    /**
     * A network from elsewhere, half of whose words the n-gram model does not know. As it is known of ever more words that
     * the n-gram model has them, all stay distributions.
     */
    @ParameterizedTest
    @CsvSource({"growing, 1, full", "growing, 4, full", "fixed, 1, full", "growing, 1, adaptive"})
    void shouldSumToOneWithRowsThatTheNgramModelDoesNotKnow(String vocabulary, int shards, String softmax) {
        List<String> all = List.of("w0", "w1", "w2", "w3", "w4", "w5", "w6", "w7");
        Vocabulary known = vocabulary.equals("fixed") ? Vocabulary.fixed(all) : Vocabulary.growing();
        ModelSettings settings = new ModelSettings(ORDER, Smoothing.KNESER_NEY, known, ModelSettings.DEFAULT_DELTA);
        LocalModel model = new LocalModel(settings, shards, shard -> new HeapPageStore(), 1 << 24);
        DocumentScorer scorer = new DocumentScorer(SHORT);
        SourceModel source = new SourceModel(SHORT);
        DocumentTokens document = DocumentTokens.of(List.of(all, all));
        scorer.score(
                ScoreRequest.of(document, model.score(document, true), source).withLearning(true));
        List<String> words = List.of("<unk>", "</s>", "w0", "elsewhere", "w1", "abroad", "w2", "far");
        Network network = Network.random(
                Architecture.recurrent(Cell.LSTM, 8, 0, softmax.equals("full") ? List.of() : List.of(4)),
                new NeuralVocabulary(words),
                5);
        KnownRows rows = new KnownRows(known);
        for (int round = 0; round < 3; round++) {
            BitSet foreign = rows.foreign(network);
            assertThat(foreign.cardinality()).isEqualTo(vocabulary.equals("fixed") ? 3 : 6 - round);
            List<String> events = new ArrayList<>(all);
            // One of the words that the n-gram model does not know, since they are one event to it.
            events.add(round == 1 ? "nowhere" : "abroad");
            double[] sums = new double[SHORT.models().size()];
            for (String event : events) {
                DocumentTokens probe = DocumentTokens.of(List.of(List.of("w5", event)));
                add(sums, at(model, scorer, source, expert(network, probe, foreign), probe, 1));
            }
            DocumentTokens end = DocumentTokens.of(List.of(List.of("w5")));
            add(sums, at(model, scorer, source, expert(network, end, foreign), end, 1));
            assertThat(sums[SHORT.models().indexOf("lstm")]).isCloseTo(1, within(1e-5));
            assertThat(sums[SHORT.models().size() - 1]).isCloseTo(1, within(1e-5));

            DocumentTokens next = DocumentTokens.of(List.of(List.of("w" + round, "abroad")));
            rows.learn(next, model.score(next, false).unknown());
            assertThat(foreign.cardinality())
                    .as("what was handed out")
                    .isEqualTo(vocabulary.equals("fixed") ? 3 : 6 - round);
        }
    }

    @Test
    void shouldPredictADistributionWithRowsThatTheNgramModelDoesNotKnow() {
        Network network = network(List.of("a", "elsewhere", "b"), 4);
        DocumentTokens document = DocumentTokens.of(List.of(List.of("a", "b")));
        BitSet foreign = new BitSet();
        foreign.set(3);
        float[] folded = expert(network, document, foreign).score().open();
        float[] whole = expert(network, document, NONE).score().open();

        assertThat(folded[3]).isZero();
        assertThat(folded[0]).isCloseTo(whole[0] + whole[3], within(1e-6f));
        assertThat(folded[2]).isEqualTo(whole[2]);
    }

    private static double[] probe(
            LocalModel model, DocumentScorer scorer, SourceModel source, Network network, List<String> words) {
        DocumentTokens document = DocumentTokens.of(List.of(words));
        return at(model, scorer, source, expert(network, document, NONE), document, 2);
    }

    /** The probability of the token at a position under every model: what the document costs up to it, less what it costs before. */
    private static double[] at(
            LocalModel model,
            DocumentScorer scorer,
            SourceModel source,
            NeuralExpert expert,
            DocumentTokens document,
            int position) {
        double[] upTo = bits(model, scorer, source, expert, document, position + 1);
        double[] before = bits(model, scorer, source, expert, document, position);
        double[] probabilities = new double[upTo.length];
        for (int i = 0; i < upTo.length; i++) {
            probabilities[i] = Math.pow(2, before[i] - upTo[i]);
        }
        return probabilities;
    }

    private static double[] bits(
            LocalModel model,
            DocumentScorer scorer,
            SourceModel source,
            NeuralExpert expert,
            DocumentTokens document,
            int tokens) {
        NgramProbabilities all = model.score(document, false);
        DocumentTokens cut = new DocumentTokens(document.words(), Arrays.copyOf(document.tokens(), tokens));
        NgramProbabilities rows = new NgramProbabilities(
                ORDER,
                Arrays.copyOf(all.probability(), tokens * ORDER),
                Arrays.copyOf(all.matched(), tokens),
                Arrays.copyOf(all.unknown(), tokens),
                Arrays.copyOf(all.spellingBits(), tokens),
                all.types());
        NetworkScore score = expert.score();
        NeuralExpert part = new NeuralExpert(
                expert.network(),
                new NetworkScore(
                        Arrays.copyOf(score.logProbabilities(), tokens),
                        Arrays.copyOf(score.topProbabilities(), tokens),
                        null,
                        null),
                expert.foreign());
        return scorer.score(ScoreRequest.of(cut, rows, source).withNetwork(Optional.ofNullable(part)))
                .bits();
    }

    private static void add(double[] sums, double[] probabilities) {
        for (int i = 0; i < sums.length; i++) {
            sums[i] += probabilities[i];
        }
    }

    @Test
    void shouldPredictADistributionWithANetwork() {
        LocalModel model = new LocalModel(ModelSettings.ofOrder(ORDER), 1, shard -> new HeapPageStore(), 1 << 24);
        DocumentScorer scorer = new DocumentScorer(SHORT);
        SourceModel source = new SourceModel(SHORT);
        DocumentTokens first = DocumentTokens.of(List.of(List.of("a", "b", "c", "d"), List.of("b", "d", "e")));
        Network network = network(List.of("a", "b", "c"), 4);
        scorer.score(ScoreRequest.of(first, model.score(first, true), source)
                .withLearning(true)
                .withNetwork(Optional.of(expert(network, first, NONE))));
        DocumentTokens open = DocumentTokens.of(List.of(List.of("a", "b")));
        List<String> events = new ArrayList<>(List.of("a", "b", "c", "d", "e", "</s>"));
        Gather.Gathered gathered = model.ask(open, false, 5, events);
        DocumentScore score = scorer.score(ScoreRequest.of(open, gathered.positions(), source)
                .withNextWords(gathered.candidates(), 100)
                .withNetwork(Optional.of(expert(network, open, NONE))));
        assertThat(score.predictions())
                .extracting(NextWordPrediction::model)
                .containsExactly("kneser-ney-3", "lstm", "mixture");
        for (NextWordPrediction prediction : score.predictions()) {
            double sum = prediction.words().stream()
                    .mapToDouble(PredictedWord::probability)
                    .sum();
            assertThat(prediction.words())
                    .as(prediction.model())
                    .extracting(PredictedWord::word)
                    .containsExactlyInAnyOrderElementsOf(events);
            assertThat(sum + prediction.unknown()).as(prediction.model()).isCloseTo(1, within(1e-5));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void shouldNeverCostMoreThanTheBestModelByMoreThanTheRegretBoundWithANetworkThatComesAndGoes(long seed) {
        Random random = new Random(seed);
        DocumentScorer scorer = new DocumentScorer(SHORT);
        CommonWeights common = new CommonWeights(SHORT);
        Network network = network(List.of("w0", "w1", "w2"), seed);
        double bound = Math.log(ORDER + 5) / LN2;
        for (int s = 0; s < 3; s++) {
            SourceModel source = new SourceModel(common);
            double[] total = new double[SHORT.models().size()];
            for (int round = 0; round < 80; round++) {
                DocumentTokens document = DocumentTokens.of(List.of(sentence(random, 20, 1 + random.nextInt(30))));
                int n = document.tokens().length;
                double[] probability = new double[n * ORDER];
                float[] log = new float[n];
                for (int i = 0; i < n; i++) {
                    for (int k = 0; k < ORDER; k++) {
                        probability[i * ORDER + k] = random.nextInt(4) == k ? 0.5 : 1e-3 * random.nextDouble() + 1e-9;
                    }
                    log[i] = (float) Math.log(round / 20 % 2 == 0 ? 0.7 : 1e-7);
                }
                NgramProbabilities rows =
                        new NgramProbabilities(ORDER, probability, new byte[n], new boolean[n], new float[n], 20);
                NeuralExpert expert = round % 7 == 6
                        ? null
                        : new NeuralExpert(network, new NetworkScore(log, new float[n], null, null));
                DocumentScore score = scorer.score(ScoreRequest.of(document, rows, source)
                        .withLearning(true)
                        .withNetwork(Optional.ofNullable(expert)));
                for (int i = 0; i < total.length; i++) {
                    total[i] += score.bits()[i];
                }
                double best = Arrays.stream(total, 0, total.length - 1).min().orElseThrow();
                assertThat(total[total.length - 1]).isLessThanOrEqualTo(best + bound + 1e-6 * (1 + best));
                assertThat(Arrays.stream(score.meanWeights()).sum()).isCloseTo(1, within(1e-9));
            }
        }
    }

    @Test
    void shouldCountADocumentWithoutTheNetworkAsOneThatAnUntaughtNetworkScored() {
        DocumentScorer scorer = new DocumentScorer(SHORT);
        DocumentTokens document = DocumentTokens.of(List.of(List.of("a", "b", "c")));
        double[] probability = new double[4 * ORDER];
        Arrays.fill(probability, 0.1);
        NgramProbabilities rows =
                new NgramProbabilities(ORDER, probability, new byte[4], new boolean[4], new float[4], 62);

        DocumentScore score = scorer.score(
                ScoreRequest.of(document, rows, new SourceModel(SHORT)).withLearning(true));

        assertThat(score.bits("lstm")).isCloseTo(4 * 6, within(1e-9));
        assertThat(score.neuralTokens()).isZero();
        assertThat(score.meanWeights()[ORDER + 2]).isLessThan(0.2);
        // The others are as without a network, their weights renormalised.
        assertThat(score.bits("mixture")).isLessThan(4 * 4);
    }

    @Test
    void shouldRefuseANetworkThatTheSettingsDoNotName() {
        DocumentTokens document = DocumentTokens.of(List.of(List.of("a")));
        NgramProbabilities rows =
                new NgramProbabilities(ORDER, new double[6], new byte[2], new boolean[2], new float[2], 5);
        NeuralExpert expert = expert(network(List.of("a"), 1), document, NONE);
        MixtureSettings none =
                new MixtureSettings(ORDER, "kneser-ney", new MixtureSettings.Caches(40, 10, 0.45, 150, 0.65), 0.02, 10);

        assertThatThrownBy(() -> new DocumentScorer(none)
                        .score(ScoreRequest.of(document, rows, new SourceModel(none))
                                .withLearning(true)
                                .withNetwork(Optional.ofNullable(expert))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected none");
    }

    @Test
    void shouldBeginANewSourceWithWhatOthersHaveLearned() {
        DocumentScorer scorer = new DocumentScorer(SHORT);
        CommonWeights common = new CommonWeights(SHORT);
        Random random = new Random(1);
        // Every other token is one for the network, the rest are for order 1, which no first guess would trust.
        for (int round = 0; round < 20; round++) {
            DocumentTokens document = DocumentTokens.of(List.of(sentence(random, 9, 40)));
            scorer.score(ScoreRequest.of(document, alternating(document), new SourceModel(common))
                    .withLearning(true)
                    .withNetwork(Optional.of(alternate(document))));
        }
        DocumentTokens document = DocumentTokens.of(List.of(sentence(random, 9, 40)));
        DocumentScore informed = scorer.score(ScoreRequest.of(document, alternating(document), new SourceModel(common))
                .withLearning(true)
                .withNetwork(Optional.of(alternate(document))));
        DocumentScore alone = scorer.score(ScoreRequest.of(document, alternating(document), new SourceModel(SHORT))
                .withLearning(true)
                .withNetwork(Optional.of(alternate(document))));
        assertThat(informed.bits("mixture")).isLessThan(alone.bits("mixture") - 5);

        CommonWeights restored = CommonWeights.decode(SHORT, common.encode());
        assertThat(restored.encode()).isEqualTo(common.encode());

        // Read without the network, the others have what they had of the rest.
        MixtureSettings without = SHORT.withoutNeural();
        CommonWeights read = CommonWeights.decodeForReading(without, common.encode());
        assertThat(read.steps()).isEqualTo(common.steps()).isPositive();
        int network = new MixtureColumns(SHORT).network;
        for (int bucket = 0; bucket < WeightBuckets.count(ORDER); bucket++) {
            double rest = 1 - common.byBucket.weight(bucket, network);
            for (int expert = 0; expert < without.experts().size(); expert++) {
                if (common.byBucket.hasLearned(bucket)) {
                    assertThat(read.byBucket.weight(bucket, expert))
                            .isEqualTo(common.byBucket.weight(bucket, expert) / rest, within(1e-9));
                }
            }
        }
        assertThat(CommonWeights.decodeForReading(SHORT, common.encode()).encode())
                .isEqualTo(common.encode());
    }

    private static NgramProbabilities alternating(DocumentTokens document) {
        int n = document.tokens().length;
        double[] probability = new double[n * ORDER];
        Arrays.fill(probability, 1e-4);
        for (int i = 1; i < n; i += 2) {
            probability[i * ORDER] = 0.9;
        }
        return new NgramProbabilities(ORDER, probability, new byte[n], new boolean[n], new float[n], 9);
    }

    private static NeuralExpert alternate(DocumentTokens document) {
        int n = document.tokens().length;
        float[] log = new float[n];
        for (int i = 0; i < n; i++) {
            log[i] = (float) Math.log(i % 2 == 0 ? 0.9 : 1e-4);
        }
        // Every word has a row here, or its share of <unk> would be left.
        List<String> words = new ArrayList<>(List.of(document.words()).subList(2, document.words().length));
        return new NeuralExpert(network(words, 1), new NetworkScore(log, new float[n], null, null));
    }

    private static NgramProbabilities flat(DocumentTokens document) {
        int n = document.tokens().length;
        double[] probability = new double[n * ORDER];
        Arrays.fill(probability, 0.05);
        return new NgramProbabilities(ORDER, probability, new byte[n], new boolean[n], new float[n], 9);
    }

    @Test
    void shouldKeepCachesAndBeginWithCommonWeightsWhenTheNetworkIsSwitchedOn() {
        MixtureSettings none =
                new MixtureSettings(ORDER, "kneser-ney", new MixtureSettings.Caches(40, 10, 0.45, 150, 0.65), 0.02, 10);
        SourceModel before = new SourceModel(none);
        Random random = new Random(6);
        DocumentTokens document = DocumentTokens.of(List.of(sentence(random, 9, 100)));
        new DocumentScorer(none)
                .score(ScoreRequest.of(document, flat(document), before).withLearning(true));
        byte[] header = before.header();
        byte[] segment = before.segment(0);

        SourceModel after = SourceModel.restore(SHORT, header, slot -> segment);

        assertThat(after.tokens()).isEqualTo(before.tokens());
        DocumentScore score = new DocumentScorer(SHORT)
                .score(ScoreRequest.of(document, flat(document), after).withLearning(true));
        assertThat(score.bits("mixture")).isFinite();
    }

    @Test
    void shouldReadTheStateOfAVersionFromBeforeTheNetwork() {
        MixtureSettings none =
                new MixtureSettings(ORDER, "kneser-ney", new MixtureSettings.Caches(40, 10, 0.45, 150, 0.65), 0.02, 10);
        SourceModel source = new SourceModel(none);
        Random random = new Random(6);
        DocumentTokens document = DocumentTokens.of(List.of(sentence(random, 9, 100)));
        DocumentScorer scorer = new DocumentScorer(none);
        scorer.score(ScoreRequest.of(document, flat(document), source).withLearning(true));
        byte[] segment = source.segment(0);
        byte[] now = source.header();
        // Version 1 had neither the network's name, empty here, nor the two counts of new words, 0 here.
        int names = 1 + 1 + 2 + 1;
        byte[] old = new byte[now.length - 3];
        System.arraycopy(now, 0, old, 0, names);
        System.arraycopy(now, names + 3, old, names, now.length - names - 3);
        old[0] = 1;

        SourceModel restored = SourceModel.restore(none, old, slot -> segment);

        assertThat(restored.header()).isEqualTo(now);
        assertThat(scorer.score(ScoreRequest.of(document, flat(document), restored)
                                .withLearning(true))
                        .bits())
                .isEqualTo(scorer.score(ScoreRequest.of(document, flat(document), source)
                                .withLearning(true))
                        .bits());
    }
}
