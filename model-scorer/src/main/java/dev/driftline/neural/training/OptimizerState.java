package dev.driftline.neural.training;

import dev.driftline.neural.Network;
import dev.driftline.neural.Parameters;
import dev.driftline.neural.Tensor;
import dev.driftline.neural.kernels.Kernels;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** An optimizer with its state. Changes the weights in place. Not thread-safe. */
final class OptimizerState {

    private static final double FIRST_DECAY = 0.9;
    private static final double SECOND_DECAY = 0.999;
    private static final float ADAM_EPSILON = 1e-8f;

    /** Krause et al. (2018): 0.001 to 0.002; keeps weights with tiny gradients from diverging. */
    private static final float RMS_EPSILON = 1e-3f;

    private final TrainingSettings settings;
    private final List<Tensor> tensors;
    private final @Nullable Moments moments;
    private final @Nullable Parameters parent;
    private final @Nullable GradientStatistics statistics;
    private final boolean gathers;
    private final int warmUp;
    private final Map<String, boolean[]> moved = new HashMap<>();
    private double rate;
    private long steps;

    /**
     * @param parameters the weights, changed in place
     * @param statistics for {@link Optimizer#RMS_DECAY}; null to gather them while training
     */
    OptimizerState(TrainingSettings settings, Parameters parameters, @Nullable GradientStatistics statistics) {
        this(settings, parameters, statistics, 0);
    }

    /** @param warmUp steps over which the learning rate grows linearly from 0; 0 to start at the full rate */
    OptimizerState(
            TrainingSettings settings, Parameters parameters, @Nullable GradientStatistics statistics, int warmUp) {
        this.settings = settings;
        this.warmUp = warmUp;
        tensors = parameters.tensors();
        rate = settings.learningRate();
        moments = settings.optimizer() == Optimizer.ADAM ? new Moments(zeros(parameters), zeros(parameters)) : null;
        boolean decays = settings.optimizer() == Optimizer.RMS_DECAY;
        parent = decays && settings.decay() > 0 ? parameters.copy() : null;
        gathers = decays && statistics == null;
        this.statistics = gathers ? new GradientStatistics(parameters) : statistics;
    }

    /** The optimizer after rows have moved. */
    private OptimizerState(
            OptimizerState before, RowReplacement replacement, Parameters parameters, Network untrained, long seed) {
        settings = before.settings;
        tensors = parameters.tensors();
        warmUp = before.warmUp;
        rate = before.rate;
        steps = before.steps;
        moments = before.moments == null
                ? null
                : new Moments(replacement.state(before.moments.first), replacement.state(before.moments.second));
        parent = before.parent == null ? null : replacement.weights(before.parent, untrained, seed);
        gathers = before.gathers;
        statistics = before.statistics == null ? null : before.statistics.replaced(replacement);
    }

    /** The optimizer after rows have moved; {@code parameters} are the weights after that. */
    OptimizerState replaced(RowReplacement replacement, Parameters parameters, Network untrained, long seed) {
        return new OptimizerState(this, replacement, parameters, untrained, seed);
    }

    /** Adam's running means of gradients and of their squares. */
    private record Moments(Parameters first, Parameters second) {}

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

    /** Moves the weights one step, with gradients clipped to the norm of the settings. */
    void step(Gradients gradients, Kernels kernels) {
        steps++;
        double eta = steps < warmUp ? rate * steps / warmUp : rate;
        float scale = 1;
        if (settings.clip() > 0) {
            scale = (float) Math.min(1, settings.clip() / (gradients.norm(kernels) + 1e-6));
        }
        if (gathers && statistics != null) {
            statistics.add(gradients);
        }
        double meanRoot = statistics != null && settings.optimizer() == Optimizer.RMS_DECAY ? statistics.meanRoot() : 0;
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
                case ADAM -> adam(Objects.requireNonNull(moments), weights, gradient, touched, scale, eta);
                case RMS_DECAY ->
                    decay(Objects.requireNonNull(statistics), weights, gradient, scale, meanRoot, (float) eta);
            }
        }
    }

    private void adam(
            Moments moments, Tensor weights, float[] gradient, boolean @Nullable [] touched, float scale, double eta) {
        float[] mean = moments.first.tensor(weights.name()).data();
        float[] square = moments.second.tensor(weights.name()).data();
        float step = (float) (eta / (1 - Math.pow(FIRST_DECAY, steps)));
        float root = (float) (1 / Math.sqrt(1 - Math.pow(SECOND_DECAY, steps)));
        if (touched == null) {
            adam(weights.data(), gradient, mean, square, 0, gradient.length, scale, step, root);
            return;
        }
        boolean[] moving = settings.lazy() ? touched : moving(weights.name(), mean, square, touched);
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
    private boolean[] moving(String name, float[] mean, float[] square, boolean[] touched) {
        boolean[] moving = moved.get(name);
        if (moving == null) {
            moving = withMoments(mean, square, touched.length);
            moved.put(name, moving);
        }
        for (int row = 0; row < touched.length; row++) {
            moving[row] |= touched[row];
        }
        return moving;
    }

    /** The rows that have moments already, after rows have moved. */
    private static boolean[] withMoments(float[] mean, float[] square, int rows) {
        boolean[] moments = new boolean[rows];
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

    private void decay(
            GradientStatistics statistics, Tensor weights, float[] gradient, float scale, double meanRoot, float eta) {
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
