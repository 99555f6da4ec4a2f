package dev.driftline.neural.training;

import dev.driftline.neural.Network;
import dev.driftline.neural.Parameters;
import dev.driftline.neural.Tensor;
import java.util.List;

/**
 * The average of weights over the last steps of an optimizer. With a constant learning rate, weights keep moving around a
 * minimum; their average is nearer to it (Polyak and Juditsky 1992; for language models Merity et al. 2018).
 *
 * <p>It decays exponentially with a time constant of the wanted number of steps, or of a tenth of all steps so far while that
 * is less, so that the first, bad weights drop out as fast as the network learns. Not thread-safe.
 */
final class WeightAverage {

    /** Average over the newest tenth of the steps: the n-th has weight 10 / (n + 9). */
    private static final int SHARE = 10;

    /** Steps between updates once the average is long: an update costs a quarter of a step of Adam. */
    private static final int STRIDE = 4;

    private final int horizon;
    private final Parameters average;
    private long steps;

    /** Starts from {@code weights}. */
    WeightAverage(int horizon, Parameters weights) {
        this(horizon, weights.copy(), 0);
    }

    /** Starts as if {@code weights} were the average over a whole horizon, so that they decay as slowly as later ones. */
    static WeightAverage goingOn(int horizon, Parameters weights) {
        return new WeightAverage(horizon, weights.copy(), (long) SHARE * horizon);
    }

    private WeightAverage(int horizon, Parameters average, long steps) {
        this.horizon = horizon;
        this.average = average;
        this.steps = steps;
    }

    /** Adds the weights after one more step. */
    void add(Parameters weights) {
        steps++;
        double share = Math.max(1.0 / horizon, SHARE / (double) (steps + SHARE - 1));
        if (share * SHARE * STRIDE < 1) {
            if (steps % STRIDE != 0) {
                return;
            }
            share = 1 - Math.pow(1 - share, STRIDE);
        }
        List<Tensor> from = weights.tensors();
        List<Tensor> into = average.tensors();
        for (int i = 0; i < from.size(); i++) {
            move(into.get(i).data(), from.get(i).data(), (float) Math.min(1, share));
        }
    }

    private static void move(float[] average, float[] weights, float share) {
        for (int i = 0; i < average.length; i++) {
            average[i] += share * (weights[i] - average[i]);
        }
    }

    /** The average; later steps change it. */
    Parameters parameters() {
        return average;
    }

    /** The average after rows have moved. */
    WeightAverage replaced(RowReplacement replacement, Network untrained, long seed) {
        return new WeightAverage(horizon, replacement.weights(average, untrained, seed), steps);
    }
}
