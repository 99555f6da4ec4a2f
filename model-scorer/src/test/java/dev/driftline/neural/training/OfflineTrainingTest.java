package dev.driftline.neural.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.driftline.neural.Architecture;
import dev.driftline.neural.Cell;
import dev.driftline.neural.Network;
import dev.driftline.neural.NeuralVocabulary;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class OfflineTrainingTest {

    private static final NeuralVocabulary WORDS =
            new NeuralVocabulary(List.of("<unk>", "</s>", "a", "b", "c", "d", "e", "f"));
    private static final TrainingSettings SETTINGS = new TrainingSettings(Optimizer.ADAM, 0.01, 1, 0, 4, 8, 3);

    @Test
    void shouldLearnWhatFollowsWhat() throws InterruptedException {
        List<int[]> validation = cycles(4, 9);
        OfflineTraining.Outcome outcome = new OfflineTraining(SETTINGS, new OfflineTraining.Schedule(8, 3, 0))
                .run(untaught(), cycles(40, 1), validation, new OfflineTraining.Listener() {});
        assertThat(OfflineTraining.bitsPerToken(untaught(), validation)).isGreaterThan(2.5);
        assertThat(outcome.validationPerplexity()).isLessThan(2);
        assertThat(Math.pow(2, OfflineTraining.bitsPerToken(outcome.network(), validation)))
                .isCloseTo(outcome.validationPerplexity(), within(1e-6));
        assertThat(outcome.tokens()).isEqualTo(8 * OfflineTraining.tokens(cycles(40, 1)));
    }

    @Test
    void shouldStopAndKeepTheBestWhenTheValidationTextGetsNoCheaper() throws InterruptedException {
        // Noise can be learned by heart, and what is learned by heart is of no use for other noise.
        List<int[]> validation = noise(10, 2);
        OfflineTraining.Outcome outcome = new OfflineTraining(SETTINGS, new OfflineTraining.Schedule(200, 2, 0))
                .run(untaught(), noise(4, 1), validation, new OfflineTraining.Listener() {});
        List<OfflineTraining.Epoch> epochs = outcome.epochs();
        assertThat(epochs).hasSizeLessThan(200);
        assertThat(epochs.subList(epochs.size() - 2, epochs.size())).noneMatch(OfflineTraining.Epoch::best);
        double best = epochs.stream()
                .mapToDouble(OfflineTraining.Epoch::validationPerplexity)
                .min()
                .orElseThrow();
        assertThat(outcome.validationPerplexity()).isEqualTo(best);
        assertThat(Math.pow(2, OfflineTraining.bitsPerToken(outcome.network(), validation)))
                .isCloseTo(best, within(1e-6));
        assertThat(epochs.get(epochs.size() - 1).learningRate()).isLessThan(SETTINGS.learningRate());
    }

    @Test
    void shouldKeepTheBestOfTheFinishedEpochsWhenInterrupted() {
        List<OfflineTraining.Epoch> told = new ArrayList<>();
        OfflineTraining.Outcome outcome = new OfflineTraining(SETTINGS, new OfflineTraining.Schedule(100, 3, 0))
                .run(untaught(), cycles(20, 1), cycles(2, 9), new OfflineTraining.Listener() {
                    @Override
                    public void finished(OfflineTraining.Epoch epoch) {
                        told.add(epoch);
                        if (told.size() == 2) {
                            Thread.currentThread().interrupt();
                        }
                    }
                });
        assertThat(outcome.interrupted()).isTrue();
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
        assertThat(outcome.epochs()).isEqualTo(told).hasSize(2);
        assertThat(outcome.validationPerplexity()).isLessThan(8);
    }

    @Test
    void shouldTellHowFarItIs() {
        List<OfflineTraining.Progress> told = new ArrayList<>();
        List<int[]> text = cycles(40, 1);
        new OfflineTraining(SETTINGS, new OfflineTraining.Schedule(2, 1, 0))
                .run(untaught(), text, List.of(), new OfflineTraining.Listener() {
                    @Override
                    public void progress(OfflineTraining.Progress progress) {
                        told.add(progress);
                    }
                });
        OfflineTraining.Progress last = told.get(told.size() - 1);
        assertThat(last.epoch()).isEqualTo(2);
        assertThat(last.tokens()).isEqualTo(last.epochTokens()).isEqualTo(OfflineTraining.tokens(text));
        assertThat(last.perplexity()).isBetween(1.0, 8.0);
        assertThat(last.tokensPerSecond()).isPositive();
    }

    @Test
    void shouldTeachTheSameWithTheSameSeed() {
        assertThat(weights(SETTINGS)).isEqualTo(weights(SETTINGS)).isNotEqualTo(weights(SETTINGS.withSeed(4)));
    }

    @Test
    void shouldRefuseToLearnNothing() {
        OfflineTraining training = new OfflineTraining(SETTINGS, new OfflineTraining.Schedule(1, 1, 0));
        assertThatThrownBy(() -> training.run(untaught(), List.of(), List.of(), new OfflineTraining.Listener() {}))
                .hasMessageContaining("no text");
    }

    private static float[] weights(TrainingSettings settings) {
        return new OfflineTraining(settings, new OfflineTraining.Schedule(2, 1, 0))
                .run(untaught(), cycles(8, 1), List.of(), new OfflineTraining.Listener() {})
                .network()
                .parameters()
                .tensor("encoder.weight")
                .data();
    }

    private static Network untaught() {
        return Network.random(Architecture.recurrent(Cell.LSTM, 16, 0, List.of()), WORDS, 5);
    }

    /** Documents that go round the words from a random one. */
    private static List<int[]> cycles(int count, long seed) {
        Random random = new Random(seed);
        List<int[]> documents = new ArrayList<>();
        for (int d = 0; d < count; d++) {
            int[] document = new int[30];
            int word = random.nextInt(6);
            for (int i = 0; i < document.length - 1; i++) {
                document[i] = 2 + (word + i) % 6;
            }
            document[document.length - 1] = NeuralVocabulary.EOS;
            documents.add(document);
        }
        return documents;
    }

    private static List<int[]> noise(int count, long seed) {
        Random random = new Random(seed);
        List<int[]> documents = new ArrayList<>();
        for (int d = 0; d < count; d++) {
            documents.add(random.ints(30, 2, 8).toArray());
        }
        return documents;
    }
}
