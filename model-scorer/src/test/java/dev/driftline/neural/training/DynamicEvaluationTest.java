package dev.driftline.neural.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.driftline.neural.Architecture;
import dev.driftline.neural.Cell;
import dev.driftline.neural.Network;
import dev.driftline.neural.NetworkScore;
import dev.driftline.neural.NeuralVocabulary;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class DynamicEvaluationTest {

    private static final int SEGMENT = 5;

    private static Network network;
    private static GradientStatistics statistics;

    /** Three words over and over: what a network that does not follow cannot know. */
    private static final int[] DOCUMENT = new int[60];

    @BeforeAll
    static void train() throws InterruptedException {
        List<String> words = new ArrayList<>(List.of("<unk>", "</s>"));
        for (int word = 2; word < 20; word++) {
            words.add("w" + word);
        }
        Architecture architecture = Architecture.recurrent(Cell.LSTM, 8, 0, List.of(9));
        Network start = Network.random(architecture, new NeuralVocabulary(words), 1);
        List<int[]> text = List.of(new SplittableRandom(3).ints(400, 1, 20).toArray());
        NetworkTrainer trainer = new NetworkTrainer(start, new TrainingSettings(Optimizer.ADAM, 0.01, 1, 0, 4, 10, 1));
        trainer.pass(text, tokens -> {});
        network = trainer.network();
        statistics = DynamicEvaluation.gather(network, text, SEGMENT);
        for (int i = 0; i < DOCUMENT.length; i++) {
            DOCUMENT[i] = new int[] {4, 11, 17}[i % 3];
        }
    }

    private static TrainingSettings settings(double rate) {
        return new TrainingSettings(Optimizer.RMS_DECAY, rate, 0, 0.02, 1, SEGMENT, 1);
    }

    private static double nats(float[] logProbabilities, int from, int to) {
        double sum = 0;
        for (int i = from; i < to; i++) {
            sum -= logProbabilities[i];
        }
        return sum;
    }

    @Test
    void shouldScoreTheFirstSegmentAsTheNetworkDoesAndLaterOnesBetter() throws Exception {
        NetworkScore still = network.reader().score(List.of(DOCUMENT)).get(0);
        for (GradientStatistics from : Arrays.asList(statistics, null)) {
            NetworkScore following = new DynamicEvaluation(network, settings(0.003), from, false).score(DOCUMENT);

            for (int i = 0; i < SEGMENT; i++) {
                assertThat(following.logProbabilities()[i] - still.logProbabilities()[i])
                        .isBetween(-1e-4f, 1e-4f);
                assertThat(following.topProbabilities()[i] - still.topProbabilities()[i])
                        .isBetween(-1e-4f, 1e-4f);
            }
            assertThat(nats(following.logProbabilities(), 30, 60))
                    .isLessThan(0.95 * nats(still.logProbabilities(), 30, 60));
        }
    }

    @Test
    void shouldBeginEachDocumentWithTheNetworksWeightsUnlessTheyAreCarriedOn() throws Exception {
        DynamicEvaluation fresh = new DynamicEvaluation(network, settings(0.003), statistics, false);
        DynamicEvaluation carrying = new DynamicEvaluation(network, settings(0.003), statistics, true);

        float[] first = fresh.score(DOCUMENT).logProbabilities();
        assertThat(fresh.score(DOCUMENT).logProbabilities()).isEqualTo(first);
        assertThat(carrying.score(DOCUMENT).logProbabilities()).isEqualTo(first);
        assertThat(nats(carrying.score(DOCUMENT).logProbabilities(), 0, 60)).isLessThan(0.95 * nats(first, 0, 60));
        carrying.reset();
        assertThat(carrying.score(DOCUMENT).logProbabilities()).isEqualTo(first);
        assertThat(statistics.count()).isEqualTo(80);
    }

    @Test
    void shouldNotLearnFromATokenBeforeItIsScored() throws Exception {
        int[] other = DOCUMENT.clone();
        other[32] = 2;
        float[] one = new DynamicEvaluation(network, settings(0.003), statistics, false)
                .score(DOCUMENT)
                .logProbabilities();
        float[] changed = new DynamicEvaluation(network, settings(0.003), statistics, false)
                .score(other)
                .logProbabilities();

        assertThat(Arrays.copyOf(changed, 32)).isEqualTo(Arrays.copyOf(one, 32));
        assertThat(changed[35]).isNotEqualTo(one[35]);
    }

    @Test
    void shouldStopBetweenSegmentsWhenInterrupted() throws Exception {
        DynamicEvaluation evaluation = new DynamicEvaluation(network, settings(0.003), statistics, false);
        float[] before = evaluation.score(DOCUMENT).logProbabilities();
        Thread.currentThread().interrupt();

        assertThatThrownBy(() -> evaluation.score(DOCUMENT)).isInstanceOf(InterruptedException.class);
        assertThat(evaluation.score(DOCUMENT).logProbabilities()).isEqualTo(before);
    }
}
