package dev.driftline.neural.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.driftline.neural.Architecture;
import dev.driftline.neural.Cell;
import dev.driftline.neural.Parameters;
import dev.driftline.neural.Tensor;
import dev.driftline.neural.kernels.KernelSelection;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class BackPropagationTest {

    private static final int VOCABULARY = 10;
    private static final int STREAMS = 3;
    private static final int STEPS = 4;

    /** The last step has fewer streams, as the last of a pass may. */
    private static final int[] COUNTS = {STREAMS, STREAMS, STREAMS, 2};

    private static final int ROWS = 11;

    static Stream<Architecture> architectures() {
        List<Architecture> all = new ArrayList<>();
        for (Cell cell : Cell.values()) {
            int window = cell == Cell.WINDOW ? 3 : 0;
            for (int layers = 1; layers <= (cell == Cell.WINDOW ? 1 : 2); layers++) {
                for (List<Integer> cutoffs : List.of(List.<Integer>of(), List.of(4, 7))) {
                    all.add(new Architecture(cell, 3, 3, layers, window, 0, true, cutoffs, 1));
                    all.add(new Architecture(cell, 2, 4, layers, window, 0, false, cutoffs, 2));
                }
            }
        }
        all.add(new Architecture(Cell.RNN, 3, 3, 1, 0, 0, true, List.of(VOCABULARY), 1));
        all.add(new Architecture(Cell.RNN, 2, 3, 1, 0, 0, false, List.of(VOCABULARY + 2), 2));
        return all.stream();
    }

    @ParameterizedTest
    @MethodSource("architectures")
    void shouldMatchCentralDifferencesForEveryParameter(Architecture architecture) {
        Parameters parameters = random(architecture);
        BackPropagation propagation = propagation(architecture, parameters);
        int[] tokens = tokens(1);
        int[] targets = tokens(2);
        meanNats(propagation, tokens, targets);
        Parameters gradients = propagation.gradients().values().copy();

        for (Tensor weights : parameters.tensors()) {
            float[] gradient = gradients.tensor(weights.name()).data();
            double scale = 1e-2;
            for (float value : gradient) {
                scale = Math.max(scale, Math.abs(value));
            }
            for (int i = 0; i < gradient.length; i++) {
                double slope = slope(propagation, weights.data(), i, tokens, targets);
                assertThat((gradient[i] - slope) / scale)
                        .as(
                                "%s of %s at %d: %s, central differences %s",
                                weights.name(), architecture, i, gradient[i], slope)
                        .isBetween(-2e-3, 2e-3);
            }
        }
    }

    /** With dropout a word is not the same wherever it stands, and each is read and taught by itself. */
    @ParameterizedTest
    @MethodSource("architectures")
    void shouldComeToTheSameWhenEachPlaceOfAWordIsReadByItself(Architecture architecture) {
        BackPropagation together = propagation(architecture, random(architecture));
        double nats = meanNats(together, tokens(1), tokens(2));
        BackPropagation apart = propagation(architecture, random(architecture));
        // So small a share that nothing is left out.
        Dropout dropout = new Dropout(1e-9, architecture.layers() + 1, 1);
        apart.begin(STREAMS);

        assertThat(apart.chunk(tokens(1), tokens(2), COUNTS, STEPS, dropout, null, null) / ROWS)
                .isCloseTo(nats, within(1e-6));
        for (Tensor gradient : together.gradients().values().tensors()) {
            assertThat(apart.gradients().of(gradient.name()))
                    .as(gradient.name())
                    .containsExactly(gradient.data(), within(1e-5f));
        }
    }

    /** By four points, which allows steps so large that rounding to floats does not matter. */
    private static double slope(BackPropagation propagation, float[] data, int i, int[] tokens, int[] targets) {
        float before = data[i];
        double h = 1.0 / 32;
        double[] nats = new double[5];
        for (int point = -2; point <= 2; point++) {
            if (point != 0) {
                data[i] = (float) (before + point * h);
                nats[point + 2] = meanNats(propagation, tokens, targets);
            }
        }
        data[i] = before;
        return (8 * (nats[3] - nats[1]) - (nats[4] - nats[0])) / (12 * h);
    }

    private static double meanNats(BackPropagation propagation, int[] tokens, int[] targets) {
        propagation.begin(STREAMS);
        return propagation.chunk(tokens, targets, COUNTS, STEPS, null, null, null) / ROWS;
    }

    private static BackPropagation propagation(Architecture architecture, Parameters parameters) {
        return new BackPropagation(architecture, VOCABULARY, parameters, KernelSelection.kernels());
    }

    private static Parameters random(Architecture architecture) {
        Parameters parameters = Parameters.zeros(architecture, VOCABULARY);
        SplittableRandom random = new SplittableRandom(7);
        for (Tensor tensor : parameters.tensors()) {
            for (int i = 0; i < tensor.data().length; i++) {
                tensor.data()[i] = (float) (random.nextDouble() - 0.5);
            }
        }
        return parameters;
    }

    private static int[] tokens(long seed) {
        return new SplittableRandom(seed).ints(ROWS, 0, VOCABULARY).toArray();
    }

    @Test
    void shouldSumUpToTheLossOfEachPosition() {
        Architecture architecture = Architecture.recurrent(Cell.GRU, 5, 0, List.of(4, 7));
        BackPropagation propagation = propagation(architecture, random(architecture));
        propagation.begin(STREAMS);
        double[] surprisals = new double[ROWS];

        double nats = propagation.chunk(tokens(1), tokens(2), COUNTS, STEPS, null, surprisals, null);

        double sum = 0;
        for (double surprisal : surprisals) {
            assertThat(surprisal).isPositive();
            sum += surprisal;
        }
        assertThat(nats).isEqualTo(sum);
    }

    /**
     * Gives each step of a vanilla network a recurrent matrix of its own. What central differences say of each of them adds
     * up to the gradient of the one that they all are.
     */
    @Test
    void shouldSumTheGradientOfAWeightOverTheStepsThatUseIt() {
        Architecture architecture = new Architecture(Cell.RNN, 3, 4, 1, 0, 0, false, List.of(), 1);
        Parameters parameters = random(architecture);
        int[] tokens = {3, 5, 2, 7, 3};
        int[] targets = {5, 2, 7, 3, 1};
        BackPropagation propagation = propagation(architecture, parameters);
        propagation.begin(1);
        propagation.chunk(tokens, targets, new int[] {1, 1, 1, 1, 1}, 5, null, null, null);

        for (String name : List.of("rnn.weight_hh_l0", "rnn.weight_ih_l0", "rnn.bias_hh_l0")) {
            float[] gradient = propagation.gradients().of(name);
            float[] weights = parameters.tensor(name).data();
            for (int i = 0; i < gradient.length; i++) {
                double sum = 0;
                int contributing = 0;
                for (int step = 0; step < tokens.length; step++) {
                    double h = 1e-5;
                    double slope = (unrolled(parameters, tokens, targets, name, step, i, h)
                                    - unrolled(parameters, tokens, targets, name, step, i, -h))
                            / (2 * h);
                    sum += slope;
                    contributing += Math.abs(slope) > 1e-6 ? 1 : 0;
                }
                assertThat(contributing).as("steps that use %s", name).isGreaterThanOrEqualTo(4);
                assertThat(gradient[i] - sum)
                        .as("%s at %d: %s", name, i, weights[i])
                        .isBetween(-1e-6, 1e-6);
            }
        }
    }

    /** Mean −ln p in doubles, with one number of one step's copy of a tensor moved by {@code h}. */
    private static double unrolled(
            Parameters parameters, int[] tokens, int[] targets, String moved, int movedStep, int at, double h) {
        int hidden = 4;
        int embedding = 3;
        double[] state = new double[hidden];
        double nats = 0;
        for (int step = 0; step < tokens.length; step++) {
            double[] input = copy(parameters, "rnn.weight_ih_l0");
            double[] recurrent = copy(parameters, "rnn.weight_hh_l0");
            double[] inputBias = copy(parameters, "rnn.bias_ih_l0");
            double[] recurrentBias = copy(parameters, "rnn.bias_hh_l0");
            if (step == movedStep) {
                switch (moved) {
                    case "rnn.weight_ih_l0" -> input[at] += h;
                    case "rnn.weight_hh_l0" -> recurrent[at] += h;
                    default -> recurrentBias[at] += h;
                }
            }
            double[] next = new double[hidden];
            for (int i = 0; i < hidden; i++) {
                double sum = inputBias[i] + recurrentBias[i];
                for (int j = 0; j < embedding; j++) {
                    sum += input[i * embedding + j]
                            * parameters.tensor("encoder.weight").data()[tokens[step] * embedding + j];
                }
                for (int j = 0; j < hidden; j++) {
                    sum += recurrent[i * hidden + j] * state[j];
                }
                next[i] = Math.tanh(sum);
            }
            state = next;
            nats -= logSoftmax(parameters, state, targets[step]);
        }
        return nats / tokens.length;
    }

    private static double[] copy(Parameters parameters, String name) {
        float[] data = parameters.tensor(name).data();
        double[] copy = new double[data.length];
        for (int i = 0; i < data.length; i++) {
            copy[i] = data[i];
        }
        return copy;
    }

    private static double logSoftmax(Parameters parameters, double[] state, int target) {
        float[] weight = parameters.tensor("decoder.weight").data();
        float[] bias = parameters.tensor("decoder.bias").data();
        double sum = 0;
        double chosen = 0;
        for (int word = 0; word < VOCABULARY; word++) {
            double logit = bias[word];
            for (int i = 0; i < state.length; i++) {
                logit += weight[word * state.length + i] * state[i];
            }
            sum += Math.exp(logit);
            chosen = word == target ? logit : chosen;
        }
        return chosen - Math.log(sum);
    }
}
