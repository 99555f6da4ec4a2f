package dev.driftline.neural.training;

import static org.assertj.core.api.Assertions.assertThat;

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

    private static final int VOCABULARY = 13;
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
                for (List<Integer> cutoffs : List.of(List.<Integer>of(), List.of(5, 9), List.of(VOCABULARY + 2))) {
                    all.add(new Architecture(cell, 5, 5, layers, window, 0, true, cutoffs, 1));
                    all.add(new Architecture(cell, 4, 6, layers, window, 0, false, cutoffs, 2));
                }
            }
        }
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
        Architecture architecture = Architecture.recurrent(Cell.GRU, 5, 0, List.of(5, 9));
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
}
