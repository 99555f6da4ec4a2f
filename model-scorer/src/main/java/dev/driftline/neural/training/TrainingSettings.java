package dev.driftline.neural.training;

/**
 * How a network is taught.
 *
 * @param optimizer what turns gradients into steps
 * @param learningRate η, above 0
 * @param clip the largest norm of all gradients together, as PyTorch's {@code clip_grad_norm_}; 0 for no clipping
 * @param decay λ of {@link Optimizer#RMS_DECAY}: how strongly weights are pulled back to the parent's; 0 for none
 * @param streams how many streams of text go in side by side, the batch B
 * @param steps how many tokens back-propagation goes back, T
 * @param seed what dropout depends on
 * @param lazy whether {@link Optimizer#ADAM} leaves alone the rows of words that a step has no gradient of, as PyTorch's
 *     {@code SparseAdam} does; if not, they move on by what is left of their momentum, as with PyTorch's {@code Adam}
 */
public record TrainingSettings(
        Optimizer optimizer,
        double learningRate,
        double clip,
        double decay,
        int streams,
        int steps,
        long seed,
        boolean lazy) {

    public TrainingSettings {
        if (!(learningRate > 0) || !(clip >= 0) || !(decay >= 0)) {
            throw new IllegalArgumentException("learning rate " + learningRate + ", clip " + clip + " and decay "
                    + decay + ": expected a rate above 0 and the others at least 0");
        }
        if (streams < 1 || steps < 1) {
            throw new IllegalArgumentException(streams + " streams and " + steps + " steps: expected at least 1");
        }
    }

    /** With PyTorch's {@code Adam}. */
    public TrainingSettings(
            Optimizer optimizer, double learningRate, double clip, double decay, int streams, int steps, long seed) {
        this(optimizer, learningRate, clip, decay, streams, steps, seed, false);
    }

    /** The same with another seed. */
    public TrainingSettings withSeed(long other) {
        return new TrainingSettings(optimizer, learningRate, clip, decay, streams, steps, other, lazy);
    }
}
