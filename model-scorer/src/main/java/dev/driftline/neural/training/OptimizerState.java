package dev.driftline.neural.training;

import dev.driftline.neural.Network;
import dev.driftline.neural.Parameters;
import dev.driftline.neural.Tensor;
import dev.driftline.neural.kernels.Kernels;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** An optimizer with what it remembers from step to step. Changes the weights in place. Not thread-safe. */
final class OptimizerState {

    private static final double FIRST_DECAY = 0.9;
    private static final double SECOND_DECAY = 0.999;
    private static final float ADAM_EPSILON = 1e-8f;

    /** Krause et al. (2018): 0.001 to 0.002; keeps weights of hardly any gradient from running away. */
    private static final float RMS_EPSILON = 1e-3f;

    private final TrainingSettings settings;
    private final List<Tensor> tensors;
    private final Parameters first;
    private final Parameters second;
    private final Parameters parent;
    private final GradientStatistics statistics;
    private final boolean gathers;
    private final int warmUp;
    private final Map<String, boolean[]> moved = new HashMap<>();
    private double rate;
    private long steps;

    /**
     * @param parameters the weights, changed in place
     * @param statistics what {@link Optimizer#RMS_DECAY} divides gradients by; null gathers it while going
     */
    OptimizerState(TrainingSettings settings, Parameters parameters, GradientStatistics statistics) {
        this(settings, parameters, statistics, 0);
    }

    /** @param warmUp over how many of the first steps the learning rate grows from 0, evenly; 0 for the full one at once */
    OptimizerState(TrainingSettings settings, Parameters parameters, GradientStatistics statistics, int warmUp) {
        this.settings = settings;
        this.warmUp = warmUp;
        tensors = parameters.tensors();
        rate = settings.learningRate();
        boolean adam = settings.optimizer() == Optimizer.ADAM;
        first = adam ? zeros(parameters) : null;
        second = adam ? zeros(parameters) : null;
        boolean decays = settings.optimizer() == Optimizer.RMS_DECAY;
        parent = decays && settings.decay() > 0 ? parameters.copy() : null;
        gathers = decays && statistics == null;
        this.statistics = gathers ? new GradientStatistics(parameters) : statistics;
    }

    /** The optimizer that goes on after rows have moved. */
    private OptimizerState(
            OptimizerState before, RowReplacement replacement, Parameters parameters, Network untaught, long seed) {
        settings = before.settings;
        tensors = parameters.tensors();
        warmUp = before.warmUp;
        rate = before.rate;
        steps = before.steps;
        first = before.first == null ? null : replacement.state(before.first);
        second = before.second == null ? null : replacement.state(before.second);
        parent = before.parent == null ? null : replacement.weights(before.parent, untaught, seed);
        gathers = before.gathers;
        statistics = before.statistics == null ? null : before.statistics.replaced(replacement);
    }

    /** What goes on after rows have moved; {@code parameters} are the weights after that. */
    OptimizerState replaced(RowReplacement replacement, Parameters parameters, Network untaught, long seed) {
        return new OptimizerState(this, replacement, parameters, untaught, seed);
    }

    private static Parameters zeros(Parameters shapes) {
        return new Parameters(shapes.tensors().stream()
                .map(tensor -> Tensor.zeros(tensor.name(), tensor.shape()))
                .toList());
    }

    void learningRate(double rate) {
        if (!(rate > 0)) {
            throw new IllegalArgumentException("learning rate " + rate + " must be above 0");
        }
        this.rate = rate;
    }

    /** Moves the weights one step, the gradients scaled down to the norm that the settings allow. */
    void step(Gradients gradients, Kernels kernels) {
        steps++;
        double eta = steps < warmUp ? rate * steps / warmUp : rate;
        float scale = 1;
        if (settings.clip() > 0) {
            scale = (float) Math.min(1, settings.clip() / (gradients.norm(kernels) + 1e-6));
        }
        if (gathers) {
            statistics.add(gradients);
        }
        double meanRoot = settings.optimizer() == Optimizer.RMS_DECAY ? statistics.meanRoot() : 0;
        for (int i = 0; i < tensors.size(); i++) {
            Tensor weights = tensors.get(i);
            float[] gradient = gradients.of(weights.name());
            boolean[] touched = gradients.touched(weights.name());
            switch (settings.optimizer()) {
                case SGD -> {
                    if (touched == null) {
                        kernels.axpy((float) -eta * scale, gradient, 0, weights.data(), 0, gradient.length);
                    } else {
                        int width = weights.shape()[1];
                        for (int row = 0; row < touched.length; row++) {
                            if (touched[row]) {
                                kernels.axpy(
                                        (float) -eta * scale,
                                        gradient,
                                        row * width,
                                        weights.data(),
                                        row * width,
                                        width);
                            }
                        }
                    }
                }
                case ADAM -> adam(weights, gradient, touched, scale, eta);
                case RMS_DECAY -> decay(weights, gradient, scale, meanRoot, (float) eta);
            }
        }
    }

    private void adam(Tensor weights, float[] gradient, boolean[] touched, float scale, double eta) {
        float[] mean = first.tensor(weights.name()).data();
        float[] square = second.tensor(weights.name()).data();
        float step = (float) (eta / (1 - Math.pow(FIRST_DECAY, steps)));
        float root = (float) (1 / Math.sqrt(1 - Math.pow(SECOND_DECAY, steps)));
        if (touched == null) {
            adam(weights.data(), gradient, mean, square, 0, gradient.length, scale, step, root);
            return;
        }
        boolean[] moving = settings.lazy() ? touched : moving(weights, touched);
        int width = weights.shape()[1];
        for (int row = 0; row < moving.length; ) {
            int end = row;
            while (end < moving.length && moving[end]) {
                end++;
            }
            if (end > row) {
                adam(weights.data(), gradient, mean, square, row * width, end * width, scale, step, root);
            }
            row = end + 1;
        }
    }

    /** The rows that ever had a gradient: without one both moments are 0, and so is the step. */
    private boolean[] moving(Tensor weights, boolean[] touched) {
        boolean[] moving = moved.get(weights.name());
        if (moving == null) {
            moving = withMoments(weights.name(), touched.length);
            moved.put(weights.name(), moving);
        }
        for (int row = 0; row < touched.length; row++) {
            moving[row] |= touched[row];
        }
        return moving;
    }

    /** Of an optimizer that goes on: the rows that have moments. */
    private boolean[] withMoments(String name, int rows) {
        boolean[] moments = new boolean[rows];
        float[] mean = first.tensor(name).data();
        float[] square = second.tensor(name).data();
        int width = mean.length / rows;
        for (int i = 0; i < mean.length; i++) {
            if (mean[i] != 0 || square[i] != 0) {
                moments[i / width] = true;
            }
        }
        return moments;
    }

    private static void adam(
            float[] weights,
            float[] gradient,
            float[] mean,
            float[] square,
            int from,
            int to,
            float scale,
            float step,
            float root) {
        for (int i = from; i < to; i++) {
            float g = gradient[i] * scale;
            float m = mean[i] * (float) FIRST_DECAY + g * (float) (1 - FIRST_DECAY);
            float v = square[i] * (float) SECOND_DECAY + g * g * (float) (1 - SECOND_DECAY);
            mean[i] = m;
            square[i] = v;
            weights[i] -= step * m / ((float) Math.sqrt(v) * root + ADAM_EPSILON);
        }
    }

    private void decay(Tensor weights, float[] gradient, float scale, double meanRoot, float eta) {
        float[] square = statistics.sums().tensor(weights.name()).data();
        float[] origin = parent == null ? null : parent.tensor(weights.name()).data();
        float[] data = weights.data();
        float share = (float) (1.0 / Math.max(1, statistics.count()));
        float pull = meanRoot > 0 ? (float) (settings.decay() / meanRoot) : 0;
        for (int i = 0; i < data.length; i++) {
            float root = (float) Math.sqrt(square[i] * share);
            float change = -eta * (gradient[i] * scale) / (root + RMS_EPSILON);
            if (origin != null) {
                change += Math.min(1, pull * root) * (origin[i] - data[i]);
            }
            data[i] += change;
        }
    }
}
