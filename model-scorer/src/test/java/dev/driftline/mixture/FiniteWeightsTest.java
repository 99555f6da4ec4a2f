package dev.driftline.mixture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.driftline.codec.Varints;
import dev.driftline.neural.Architecture;
import dev.driftline.neural.Cell;
import dev.driftline.neural.Network;
import dev.driftline.neural.NetworkScore;
import dev.driftline.neural.NeuralVocabulary;
import dev.driftline.neural.events.NeuralExpert;
import dev.driftline.pages.HeapPageStore;
import dev.driftline.scoring.DocumentTokens;
import dev.driftline.scoring.LocalModel;
import dev.driftline.scoring.ModelSettings;
import dev.driftline.scoring.NgramProbabilities;
import dev.driftline.source.SourceModel;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever an expert says, and whatever an earlier version stored: the weights of a source stay numbers. */
class FiniteWeightsTest {

    private static final MixtureSettings SETTINGS = new MixtureSettings(
                    3, "kneser-ney", new MixtureSettings.Caches(40, 10, 0.45, 150, 0.65), 0.02, 10)
            .withNeural("lstm");
    private static final DocumentTokens DOCUMENT =
            DocumentTokens.of(List.of(List.of("a", "b", "c", "never", "a"), List.of("a", "d")));
    private static final Network NETWORK = Network.random(
            Architecture.recurrent(Cell.LSTM, 8, 0, List.of()),
            new NeuralVocabulary(List.of("<unk>", "</s>", "a", "b", "c", "d")),
            1);

    private static final NetworkScore SOUND = NETWORK.reader()
            .score(List.of(NETWORK.vocabulary().encode(DOCUMENT)))
            .get(0);

    private final LocalModel model = new LocalModel(ModelSettings.ofOrder(3), 1, shard -> new HeapPageStore(), 1 << 20);
    private final DocumentScorer scorer = new DocumentScorer(SETTINGS);
    private final CommonWeights common = new CommonWeights(SETTINGS);
    private final SourceModel source = new SourceModel(common);

    private DocumentScore score(NgramProbabilities rows, NetworkScore network) {
        DocumentScore score = scorer.score(ScoreRequest.of(DOCUMENT, rows, source)
                .withLearning(true)
                .withNetwork(Optional.of(new NeuralExpert(NETWORK, network))));
        source.weights().teachOthers();
        return score;
    }

    private void learnSome() {
        for (int i = 0; i < 5; i++) {
            score(model.score(DOCUMENT, i > 0), SOUND);
        }
    }

    /** What is stored is what is read: nothing had to be repaired, and what is scored with it is a number. */
    private void assertSound() {
        byte[] stored = common.encode();
        byte[] header = source.header();
        CommonWeights readCommon = CommonWeights.decode(SETTINGS, stored);
        assertThat(readCommon.encode()).as("weights of all sources").isEqualTo(stored);
        Map<Integer, byte[]> segments = new HashMap<>();
        for (int slot : source.segmentsInUse()) {
            segments.put(slot, source.segment(slot));
        }
        SourceModel read = SourceModel.restore(readCommon, header, slot -> segments.getOrDefault(slot, new byte[0]));
        assertThat(read.header()).as("weights of the source").isEqualTo(header);
        DocumentScore score = scorer.score(ScoreRequest.of(DOCUMENT, model.score(DOCUMENT, false), read)
                .withNetwork(Optional.of(new NeuralExpert(NETWORK, SOUND))));
        assertThat(score.bits("mixture")).isFinite().isPositive();
        assertThat(Arrays.stream(score.meanWeights()).sum()).isCloseTo(1, within(1e-6));
    }

    @ParameterizedTest
    @ValueSource(
            doubles = {
                Double.NaN,
                Double.POSITIVE_INFINITY,
                Double.NEGATIVE_INFINITY,
                Double.MAX_VALUE,
                Double.MIN_VALUE,
                1e-310,
                0
            })
    void shouldStayFiniteWhateverTheNgramModelSays(double value) {
        learnSome();
        int cells = model.score(DOCUMENT, false).probability().length;
        for (int cell = 0; cell <= cells; cell++) {
            NgramProbabilities rows = model.score(DOCUMENT, false);
            if (cell < cells) {
                rows.probability()[cell] = value;
            } else {
                Arrays.fill(rows.probability(), value);
            }
            score(rows, SOUND);
            assertSound();
        }
    }

    @ParameterizedTest
    @ValueSource(
            floats = {
                Float.NaN,
                Float.POSITIVE_INFINITY,
                Float.NEGATIVE_INFINITY,
                Float.MAX_VALUE,
                -Float.MAX_VALUE,
                700,
                -740
            })
    void shouldStayFiniteWhateverTheNetworkSays(float value) {
        learnSome();
        for (int cell = 0; cell < DOCUMENT.tokens().length; cell++) {
            float[] logProbabilities = SOUND.logProbabilities().clone();
            float[] top = SOUND.topProbabilities().clone();
            logProbabilities[cell] = value;
            score(model.score(DOCUMENT, false), new NetworkScore(logProbabilities, top, null, null));
            assertSound();
            top[cell] = value;
            score(model.score(DOCUMENT, false), new NetworkScore(SOUND.logProbabilities(), top, null, null));
            assertSound();
        }
    }

    /** An expert that was wrong for a year has next to no weight, and is right for once: 0 · ∞. */
    @Test
    void shouldLearnWhatOnlyAnExpertWithoutWeightHeldPossible() {
        OnlineWeights online = new OnlineWeights(2, new double[] {1, Double.MIN_VALUE}, 0.02, 10);
        double[] said = {0, 0.5};
        online.learn(0, said, Double.MIN_VALUE);
        assertThat(online.weight(0, 0)).isBetween(0.5, 1.0);
        assertThat(online.weight(0, 1)).isBetween(0.0, 1.0);

        BayesMixture bayes = new BayesMixture(2);
        for (int i = 0; i < 2000; i++) {
            bayes.learn(new double[] {1, 1e-300}, 0.5);
        }
        bayes.learn(new double[] {0, 1e-320}, 1e-320);
        bayes.learn(new double[] {1e-320, 1}, 1e-320);
        assertThat(bayes.weight(0) + bayes.weight(1)).isFinite().isNotNegative();
        Varints.Writer written = new Varints.Writer(64);
        bayes.write(written);
        BayesMixture read = new BayesMixture(2);
        read.read(new Varints.Reader(written.toByteArray()));
        assertThat(read.weight(0) + read.weight(1)).isFinite();
    }

    /** Once a document was scored with the replies of some shards: orders of the model gave its words nothing at all. */
    @Test
    void shouldComeBackWhenAnExpertOnceGaveAnEventNoProbability() {
        BayesMixture bayes = new BayesMixture(2);
        bayes.learn(new double[] {0.5, 0}, 0.25);
        assertThat(bayes.weight(1)).isZero();
        comesBack(bayes);

        Varints.Writer lost = new Varints.Writer(64);
        lost.writeDouble(1);
        lost.writeInt(0);
        lost.writeDouble(0);
        lost.writeInt(0);
        BayesMixture stored = new BayesMixture(2);
        stored.read(new Varints.Reader(lost.toByteArray()));
        comesBack(stored);
    }

    /** It is the better one from now on. */
    private static void comesBack(BayesMixture bayes) {
        double[] said = {0.25, 0.5};
        for (int i = 0; i < 1_200; i++) {
            bayes.learn(said, bayes.mix(said));
        }
        assertThat(bayes.weight(1)).isGreaterThan(0.99);
        assertThat(bayes.mix(said)).isBetween(0.49, 0.5001);
    }

    /** Overwrites every eight bytes in turn, so each stored number once, and whatever else lies there. */
    @ParameterizedTest
    @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
    void shouldRepairWhatAnEarlierVersionStored(double value) {
        Random random = new Random(2);
        learnSome();
        byte[] header = source.header();
        byte[] stored = common.encode();
        Map<Integer, byte[]> segments = new HashMap<>();
        for (int slot : source.segmentsInUse()) {
            segments.put(slot, source.segment(slot));
        }
        Varints.Writer number = new Varints.Writer(8);
        number.writeDouble(value);
        int read = 0;
        for (int at = 0; at < 400; at++) {
            byte[] brokenHeader = header.clone();
            byte[] brokenCommon = stored.clone();
            // Behind what says how much there is to read.
            int from = 24 + random.nextInt(Math.min(header.length, stored.length) - 32);
            System.arraycopy(number.toByteArray(), 0, brokenHeader, from, 8);
            System.arraycopy(number.toByteArray(), 0, brokenCommon, from, 8);
            SourceModel repaired;
            try {
                repaired = SourceModel.restore(
                        CommonWeights.decode(SETTINGS, brokenCommon),
                        brokenHeader,
                        slot -> segments.getOrDefault(slot, new byte[0]));
            } catch (RuntimeException e) {
                // The bytes were no number of the layout.
                continue;
            }
            read++;
            DocumentScore score = scorer.score(ScoreRequest.of(DOCUMENT, model.score(DOCUMENT, false), repaired)
                    .withNetwork(Optional.of(new NeuralExpert(NETWORK, SOUND))));
            assertThat(score.bits("mixture")).as("at %d", from).isFinite();
        }
        assertThat(read).isGreaterThan(30);
    }
}
