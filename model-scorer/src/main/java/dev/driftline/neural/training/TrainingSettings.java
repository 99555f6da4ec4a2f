package dev.driftline.neural.training;

/**
 * How a network is trained.
 *
 * @param optimizer the rule that turns gradients into steps
 * @param learningRate η, above 0
 * @param clip the largest norm of all gradients together, as PyTorch's {@code clip_grad_norm_}; 0 for no clipping
 * @param decay λ of {@link Optimizer#RMS_DECAY}: how strongly weights are pulled back to the parent's; 0 for none
 * @param streams streams of text side by side, the batch B
 * @param steps tokens of back-propagation through time, T
 * @param seed of dropout
 * @param lazy whether {@link Optimizer#ADAM} skips rows without a gradient in a step, as PyTorch's {@code SparseAdam} does; if
 *     not, they move by their remaining momentum, as with PyTorch's {@code Adam}
 * @param averaging steps over which the resulting weights are averaged, see {@link WeightAverage}; 0 for the weights of the
 *     last step
 */
public record TrainingSettings(
        Optimizer optimizer,
        double learningRate,
        double clip,
        double decay,
        int streams,
        int steps,
        long seed,
        boolean lazy,
        int averaging) {

    /** @throws IllegalArgumentException if a value is out of its range */
    public TrainingSettings {
        if (!(learningRate > 0) || !(clip >= 0) || !(decay >= 0)) {
            throw new IllegalArgumentException("learning rate " + learningRate + ", clip " + clip + " and decay "
                    + decay + ": expected a rate above 0 and the others at least 0");
        }
        if (streams < 1 || steps < 1 || averaging < 0) {
            throw new IllegalArgumentException(streams + " streams and " + steps + " steps, averaged over " + averaging
                    + ": expected at least 1 and 0");
        }
    }

    /** With PyTorch's {@code Adam}, and the weights of the last step. */
    public TrainingSettings(
            Optimizer optimizer, double learningRate, double clip, double decay, int streams, int steps, long seed) {
        this(optimizer, learningRate, clip, decay, streams, steps, seed, false, 0);
    }

    /** The same with another seed. */
    public TrainingSettings withSeed(long other) {
        return new TrainingSettings(optimizer, learningRate, clip, decay, streams, steps, other, lazy, averaging);
    }

    /** The same with weights averaged over {@code overSteps} steps. */
    public TrainingSettings withAveraging(int overSteps) {
        return new TrainingSettings(optimizer, learningRate, clip, decay, streams, steps, seed, lazy, overSteps);
    }
}
