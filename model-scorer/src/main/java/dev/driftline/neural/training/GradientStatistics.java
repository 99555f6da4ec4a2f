package dev.driftline.neural.training;

import dev.driftline.neural.Parameters;
import dev.driftline.neural.Tensor;

/**
 * The mean square of each weight's gradient over steps of training. Dynamic evaluation divides its steps by the root, and
 * pulls weights back in proportion to it. Not thread-safe while gradients are added.
 */
public final class GradientStatistics {

    private final Parameters sums;
    private long count;
    private double meanRoot;
    private long meanOf = -1;

    /** Statistics of no steps. */
    GradientStatistics(Parameters shapes) {
        sums = new Parameters(shapes.tensors().stream()
                .map(tensor -> Tensor.zeros(tensor.name(), tensor.shape()))
                .toList());
    }

    private GradientStatistics(Parameters sums, long count) {
        this.sums = sums;
        this.count = count;
    }

    /** The same after rows have moved. */
    GradientStatistics replaced(RowReplacement replacement) {
        return new GradientStatistics(replacement.state(sums), count);
    }

    void add(Gradients gradients) {
        count++;
        for (Tensor tensor : sums.tensors()) {
            float[] sum = tensor.data();
            float[] gradient = gradients.of(tensor.name());
            boolean[] touched = gradients.touched(tensor.name());
            if (touched == null) {
                addSquares(gradient, sum, 0, sum.length);
                continue;
            }
            int width = tensor.shape()[1];
            for (int row = 0; row < touched.length; row++) {
                if (touched[row]) {
                    addSquares(gradient, sum, row * width, (row + 1) * width);
                }
            }
        }
    }

    private static void addSquares(float[] gradient, float[] sum, int from, int to) {
        for (int i = from; i < to; i++) {
            sum[i] += gradient[i] * gradient[i];
        }
    }

    /** Σ g² of each weight. */
    Parameters sums() {
        return sums;
    }

    /** How many steps were added. */
    public long count() {
        return count;
    }

    /** The mean over the tensors of the mean √MS of their weights, as in Krause et al. */
    double meanRoot() {
        if (meanOf != count) {
            meanRoot = computeMeanRoot();
            meanOf = count;
        }
        return meanRoot;
    }

    private double computeMeanRoot() {
        double total = 0;
        for (Tensor tensor : sums.tensors()) {
            double sum = 0;
            for (float square : tensor.data()) {
                sum += Math.sqrt(square);
            }
            total += sum / Math.max(1, tensor.data().length);
        }
        return total / sums.tensors().size() / Math.sqrt(Math.max(1, count));
    }
}
