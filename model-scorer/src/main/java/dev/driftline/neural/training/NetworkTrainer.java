package dev.driftline.neural.training;

import dev.driftline.neural.Network;
import java.util.List;

/**
 * A working copy of a network that is being taught. Keeps the optimizer's state from pass to pass. Not thread-safe; the
 * network that it starts from is not touched.
 */
public final class NetworkTrainer {

    /**
     * What a pass did.
     *
     * @param tokens predicted tokens
     * @param nats Σ −ln p over them, with dropout, each before the step that learned it
     */
    public record Pass(long tokens, double nats) {

        /** 2 to the mean bits of a token. */
        public double perplexity() {
            return Math.exp(nats / tokens);
        }
    }

    public NetworkTrainer(Network start, TrainingSettings settings) {
        throw new UnsupportedOperationException();
    }

    /**
     * One pass over documents: laid end to end, cut into {@code settings.streams()} streams of equal length, taught
     * {@code settings.steps()} tokens at a time with the state carried on. Each document is preceded by
     * {@code </s>}.
     *
     * @param documents token indexes, as {@link dev.driftline.neural.NeuralVocabulary#encode} makes them
     * @param progress told the number of tokens done, about once a second
     * @throws InterruptedException if the thread is interrupted between steps; the weights are then those of the steps done
     */
    public Pass pass(List<int[]> documents, java.util.function.LongConsumer progress) throws InterruptedException {
        throw new UnsupportedOperationException();
    }

    /** The weights as they are now, as a network of their own. */
    public Network network() {
        throw new UnsupportedOperationException();
    }

    /** Changes η from the next step on. */
    public void learningRate(double rate) {
        throw new UnsupportedOperationException();
    }
}
