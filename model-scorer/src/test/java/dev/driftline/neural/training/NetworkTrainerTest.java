package dev.driftline.neural.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.driftline.neural.Architecture;
import dev.driftline.neural.Cell;
import dev.driftline.neural.Network;
import dev.driftline.neural.NetworkReader;
import dev.driftline.neural.NetworkScore;
import dev.driftline.neural.NetworkState;
import dev.driftline.neural.NeuralVocabulary;
import dev.driftline.neural.Parameters;
import dev.driftline.neural.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class NetworkTrainerTest {

    private static final int SIZE = 30;

    static Stream<Architecture> architectures() {
        List<Architecture> all = new ArrayList<>();
        for (Cell cell : Cell.values()) {
            int window = cell == Cell.WINDOW ? 2 : 0;
            for (List<Integer> cutoffs : List.of(List.<Integer>of(), List.of(12, 20, 33))) {
                all.add(new Architecture(cell, 8, 8, 1, window, 0.2, true, cutoffs, 1));
                all.add(new Architecture(cell, 6, 8, 1, window, 0.2, false, cutoffs, 2));
            }
        }
        return all.stream();
    }

    private static NeuralVocabulary words(int size) {
        List<String> words = new ArrayList<>(List.of("<unk>", "</s>"));
        for (int word = 2; word < size; word++) {
            words.add("w" + word);
        }
        return new NeuralVocabulary(words);
    }

    /** Each token says which of two may follow. */
    private static List<int[]> text(long seed, int documents) {
        SplittableRandom random = new SplittableRandom(seed);
        List<int[]> text = new ArrayList<>();
        for (int i = 0; i < documents; i++) {
            int[] document = new int[40];
            int token = 2;
            for (int j = 0; j < document.length - 1; j++) {
                token = 2 + (token * 5 + random.nextInt(2) * 3) % (SIZE - 2);
                document[j] = token;
            }
            document[document.length - 1] = NeuralVocabulary.EOS;
            text.add(document);
        }
        return text;
    }

    private static TrainingSettings settings(Optimizer optimizer, double rate) {
        return new TrainingSettings(optimizer, rate, 1, 0.01, 4, 7, 11);
    }

    @ParameterizedTest
    @MethodSource("architectures")
    void shouldLearnAndGiveTheSameNumbersWhenTheSeedIsTheSame(Architecture architecture) throws Exception {
        Network start = Network.random(architecture, words(SIZE), 1);
        List<int[]> text = text(1, 10);
        List<Tensor> before = start.parameters().copy().tensors();
        NetworkTrainer one = new NetworkTrainer(start, settings(Optimizer.ADAM, 0.03));
        NetworkTrainer other = new NetworkTrainer(start, settings(Optimizer.ADAM, 0.03));
        NetworkTrainer.Pass first = one.pass(text, tokens -> {});
        for (int pass = 0; pass < 3; pass++) {
            one.pass(text, tokens -> {});
        }
        other.pass(text, tokens -> {});
        for (int pass = 0; pass < 3; pass++) {
            other.pass(text, tokens -> {});
        }

        assertThat(first.tokens()).isEqualTo(10 * 40);
        assertSameNumbers(
                one.network().parameters().tensors(),
                other.network().parameters().tensors());
        assertSameNumbers(start.parameters().tensors(), before);
        assertThat(perplexity(one.network(), text(2, 5))).isLessThan(0.75 * perplexity(start, text(2, 5)));
    }

    private static void assertSameNumbers(List<Tensor> one, List<Tensor> other) {
        for (int i = 0; i < one.size(); i++) {
            assertThat(Arrays.equals(one.get(i).data(), other.get(i).data()))
                    .as(one.get(i).name())
                    .isTrue();
        }
    }

    private static double perplexity(Network network, List<int[]> documents) {
        double nats = 0;
        int tokens = 0;
        for (NetworkScore score : network.reader().score(documents)) {
            for (float logProbability : score.logProbabilities()) {
                nats -= logProbability;
                tokens++;
            }
        }
        return Math.exp(nats / tokens);
    }

    @Test
    void shouldLearnWithEveryOptimizer() throws Exception {
        Network start = Network.random(Architecture.recurrent(Cell.GRU, 8, 0, List.of()), words(SIZE), 1);
        for (Optimizer optimizer : Optimizer.values()) {
            double rate = optimizer == Optimizer.SGD ? 1 : 0.02;
            NetworkTrainer trainer = new NetworkTrainer(start, settings(optimizer, rate));
            for (int pass = 0; pass < 4; pass++) {
                trainer.pass(text(1, 20), tokens -> {});
            }
            assertThat(perplexity(trainer.network(), text(2, 5)))
                    .as(optimizer.label())
                    .isLessThan(0.8 * perplexity(start, text(2, 5)));
        }
    }

    @Test
    void shouldLeaveRowsWithoutAGradientAloneWhenLazy() throws Exception {
        Architecture architecture = new Architecture(Cell.RNN, 4, 4, 1, 0, 0, false, List.of(), 1);
        Network start = Network.random(architecture, words(SIZE), 1);
        List<int[]> twice = List.of(new int[] {2, 3, 4, 5}, new int[] {6, 7, 8, 1});
        for (boolean lazy : new boolean[] {true, false}) {
            NetworkTrainer trainer =
                    new NetworkTrainer(start, new TrainingSettings(Optimizer.ADAM, 0.01, 0, 0, 1, 4, 1, lazy, 0));
            trainer.pass(twice.subList(0, 1), tokens -> {});
            Tensor between = trainer.network().parameters().tensor("encoder.weight");
            trainer.pass(twice.subList(1, 2), tokens -> {});
            Tensor after = trainer.network().parameters().tensor("encoder.weight");
            boolean same = Arrays.equals(between.data(), 3 * 4, 4 * 4, after.data(), 3 * 4, 4 * 4);
            assertThat(same).isEqualTo(lazy);
        }
    }

    @Test
    void shouldPredictBetterWhenWeightsAreAveragedOverNoisySteps() throws Exception {
        Architecture architecture = Architecture.recurrent(Cell.GRU, 8, 0, List.of());
        Network start = Network.random(architecture, words(SIZE), 1);
        TrainingSettings noisy = settings(Optimizer.ADAM, 0.1);
        NetworkTrainer last = new NetworkTrainer(start, noisy);
        NetworkTrainer averaged = new NetworkTrainer(start, noisy.withAveraging(60));
        for (int pass = 0; pass < 30; pass++) {
            last.pass(text(pass, 10), tokens -> {});
            averaged.pass(text(pass, 10), tokens -> {});
        }

        assertThat(perplexity(averaged.network(), text(99, 30)))
                .isLessThan(0.97 * perplexity(last.network(), text(99, 30)));
    }

    @Test
    void shouldGiveTheMeanOfTheLastWeightsWhenTheyMoveEvenly() throws Exception {
        // One weight each: 0 after step 0, 1 after step 1, and so on.
        WeightAverage average = new WeightAverage(50, ramp(0));
        for (int step = 1; step <= 2000; step++) {
            average.add(ramp(step));
        }

        // An exponential average of time constant 50 is 50 steps old on average, give or take the steps between
        // updates.
        assertThat(average.parameters().tensor("w").data()[0]).isCloseTo(1950f, within(4f));
    }

    @Test
    void shouldTakeTheFirstWeightsForTheAverageSoFarWhenItGoesOn() {
        WeightAverage fresh = new WeightAverage(100, ramp(0));
        WeightAverage goingOn = WeightAverage.goingOn(100, ramp(0));
        for (int step = 0; step < 100; step++) {
            fresh.add(ramp(1));
            goingOn.add(ramp(1));
        }

        // What is left of the first weights after one time constant is 1/e.
        assertThat(1 - goingOn.parameters().tensor("w").data()[0]).isCloseTo((float) Math.exp(-1), within(0.01f));
        assertThat(1 - fresh.parameters().tensor("w").data()[0]).isZero();
    }

    @Test
    void shouldBeginWithSmallStepsWhenItGoesOn() throws Exception {
        Network taught = Network.random(Architecture.recurrent(Cell.GRU, 8, 0, List.of()), words(SIZE), 1);
        NetworkTrainer fresh = new NetworkTrainer(taught, settings(Optimizer.ADAM, 0.01));
        NetworkTrainer goingOn = NetworkTrainer.goingOn(taught, settings(Optimizer.ADAM, 0.01));
        // One step of Adam without moments is as large as the rate.
        List<int[]> oneStep = List.of(Arrays.copyOf(text(1, 1).get(0), 28));
        fresh.pass(oneStep, tokens -> {});
        goingOn.pass(oneStep, tokens -> {});

        assertThat(largestChange(taught, fresh.network())).isCloseTo(0.01f, within(1e-4f));
        assertThat(largestChange(taught, goingOn.network())).isCloseTo(0.0001f, within(1e-6f));
        for (int step = 1; step < 100; step++) {
            goingOn.pass(oneStep, tokens -> {});
        }
        Network warm = goingOn.network();
        goingOn.pass(oneStep, tokens -> {});
        assertThat(largestChange(warm, goingOn.network())).isGreaterThan(0.001f);
    }

    private static float largestChange(Network before, Network after) {
        float largest = 0;
        for (Tensor tensor : before.parameters().tensors()) {
            float[] now = after.parameters().tensor(tensor.name()).data();
            for (int i = 0; i < now.length; i++) {
                largest = Math.max(largest, Math.abs(now[i] - tensor.data()[i]));
            }
        }
        return largest;
    }

    private static Parameters ramp(float value) {
        return new Parameters(List.of(new Tensor("w", new int[] {1}, new float[] {value})));
    }

    @Test
    void shouldStopBetweenStepsWhenInterrupted() {
        Network start = Network.random(Architecture.recurrent(Cell.RNN, 4, 0, List.of()), words(SIZE), 1);
        NetworkTrainer trainer = new NetworkTrainer(start, settings(Optimizer.SGD, 1));
        Thread.currentThread().interrupt();

        assertThatThrownBy(() -> trainer.pass(text(1, 2), tokens -> {}))
                .isInstanceOf(InterruptedException.class)
                .hasMessageContaining("after 0 of 80 tokens");
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
        assertSameNumbers(
                trainer.network().parameters().tensors(), start.parameters().tensors());
    }

    @Test
    void shouldLearnEveryTokenWhenTheTextDoesNotDivideEvenly() throws Exception {
        Network start = Network.random(Architecture.recurrent(Cell.LSTM, 4, 0, List.of()), words(SIZE), 1);
        for (int length : new int[] {0, 1, 3, 27, 29, 113}) {
            NetworkTrainer trainer = new NetworkTrainer(start, settings(Optimizer.ADAM, 0.01));
            int[] document = new SplittableRandom(1).ints(length, 2, SIZE).toArray();
            assertThat(trainer.pass(List.of(document), tokens -> {}).tokens()).isEqualTo(length);
        }
    }

    @Test
    void shouldSayWhatIsWrongWithAToken() {
        Network start = Network.random(Architecture.recurrent(Cell.RNN, 4, 0, List.of()), words(SIZE), 1);
        NetworkTrainer trainer = new NetworkTrainer(start, settings(Optimizer.SGD, 1));

        assertThatThrownBy(() -> trainer.pass(List.of(new int[] {2, SIZE}), tokens -> {}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("token 30 is not in the network's vocabulary of 30 words");
    }

    @ParameterizedTest
    @MethodSource("architectures")
    void shouldKeepWhatIsKnownOfWordsWhenRowsChangeHands(Architecture architecture) throws Exception {
        NetworkTrainer trainer = new NetworkTrainer(
                Network.random(architecture, words(SIZE), 1),
                settings(Optimizer.ADAM, 0.02).withAveraging(10));
        for (int pass = 0; pass < 2; pass++) {
            trainer.pass(text(1, 10), tokens -> {});
        }
        Network before = trainer.network();
        // The words of the head change places, one in the head and one in a band are new, and there is a band more.
        List<String> words = new ArrayList<>(before.vocabulary().words());
        Collections.shuffle(words.subList(2, 12), new Random(3));
        words.set(5, "new5");
        words.set(15, "new15");
        for (int word = SIZE; word < SIZE + 8; word++) {
            words.add("w" + word);
        }
        NeuralVocabulary changed = new NeuralVocabulary(words);

        trainer.replaceRows(changed);
        Network after = trainer.network();

        float[] old = new float[before.vocabulary().size()];
        float[] now = new float[changed.size()];
        NetworkReader oldReader = before.reader();
        NetworkReader newReader = after.reader();
        NetworkState oldState = oldReader.start();
        NetworkState newState = newReader.start();
        String context = words.get(7);
        oldReader.next(oldReader.advance(oldState, before.vocabulary().index(context)), old);
        newReader.next(newReader.advance(newState, changed.index(context)), now);
        assertThat(now.length).isEqualTo(SIZE + 8);
        for (int from : new int[] {2, 20}) {
            // Words of one band keep their odds against each other.
            String one = words.get(from == 2 ? 3 : 22);
            String other = words.get(from == 2 ? 8 : 25);
            double oldOdds = old[before.vocabulary().index(one)]
                    / (double) old[before.vocabulary().index(other)];
            double newOdds = now[changed.index(one)] / (double) now[changed.index(other)];
            assertThat(newOdds).isCloseTo(oldOdds, within(1e-3 * oldOdds));
        }
        double sum = 0;
        for (float probability : now) {
            sum += probability;
        }
        assertThat(sum).isCloseTo(1, within(1e-5));
        assertThat(trainer.vocabulary()).isSameAs(changed);
        assertThat(trainer.pass(text(3, 4), tokens -> {}).perplexity()).isBetween(1.0, 60.0);
        assertThat(RowReplacement.apply(before, changed, 11).vocabulary()).isSameAs(changed);
    }

    /** A word that moves up into the head of an untied adaptive softmax takes its direction with it. */
    @Test
    void shouldKeepTheOddsOfWordsThatMoveFromABandIntoTheHead() {
        Architecture architecture = new Architecture(Cell.RNN, 6, 8, 1, 0, 0, false, List.of(12, 20), 2);
        Network before = Network.random(architecture, words(SIZE), 1);
        List<String> words = new ArrayList<>(before.vocabulary().words());
        Collections.swap(words, 3, 14);
        Collections.swap(words, 6, 17);
        Network after = RowReplacement.apply(before, new NeuralVocabulary(words), 1);

        float[] old = new float[SIZE];
        float[] now = new float[SIZE];
        before.reader().next(before.reader().start(), old);
        after.reader().next(after.reader().start(), now);
        assertThat(now[3] / now[6]).isCloseTo(old[14] / old[17], within(1e-4f));
    }
}
