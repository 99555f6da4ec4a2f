package dev.driftline.neural.training;

import dev.driftline.neural.Network;
import dev.driftline.neural.NetworkScore;
import dev.driftline.neural.NeuralVocabulary;
import dev.driftline.neural.Parameters;
import dev.driftline.neural.Tensor;
import dev.driftline.neural.kernels.KernelSelection;
import dev.driftline.neural.kernels.Kernels;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Scores documents with weights that follow them (Krause et al. 2018): a segment of tokens is scored, then learned, then the
 * next is scored. So later tokens of a document profit from earlier ones, and no token from itself. No dropout. Not
 * thread-safe; the start network is not changed.
 */
public final class DynamicEvaluation {

    private final TrainingSettings settings;
    private final Network network;
    private final boolean carries;
    private final Kernels kernels;
    private final Parameters parameters;
    private final BackPropagation propagation;
    private final OptimizerState optimizer;
    private final int[] tokens;
    private final int[] targets;
    private final int[] counts;
    private final double[] surprisals;
    private final float[] tops;

    /**
     * @param settings the optimizer and how many {@code steps} a segment has; the streams do not matter
     * @param statistics statistics for {@link Optimizer#RMS_DECAY}, for instance of {@link #gather}; null to gather them
     *     while scoring
     * @param carries whether a document starts with the weights at the end of the previous one; if not, with the network's
     */
    public DynamicEvaluation(
            Network network, TrainingSettings settings, @Nullable GradientStatistics statistics, boolean carries) {
        this.settings = settings;
        this.network = network;
        this.carries = carries;
        kernels = KernelSelection.kernels();
        parameters = network.parameters().copy();
        propagation =
                new BackPropagation(network.architecture(), network.vocabulary().size(), parameters, kernels);
        optimizer = new OptimizerState(settings, parameters, statistics);
        tokens = new int[settings.steps()];
        targets = new int[settings.steps()];
        counts = new int[settings.steps()];
        Arrays.fill(counts, 1);
        surprisals = new double[settings.steps()];
        tops = new float[settings.steps()];
    }

    /**
     * The mean squares of a network's gradients over text, in the segments used for scoring.
     *
     * @param documents token indexes of the text that the network was trained on
     * @param steps how many tokens a segment has
     * @throws InterruptedException if the thread is interrupted between segments
     */
    public static GradientStatistics gather(Network network, List<int[]> documents, int steps)
            throws InterruptedException {
        TrainingSettings still = new TrainingSettings(Optimizer.SGD, 1, 0, 0, 1, steps, 0);
        DynamicEvaluation evaluation = new DynamicEvaluation(network, still, null, true);
        GradientStatistics statistics = new GradientStatistics(network.parameters());
        for (int[] document : documents) {
            evaluation.propagation.begin(1);
            for (int from = 0; from < document.length; from += steps) {
                evaluation.segment(document, from);
                statistics.add(evaluation.propagation.gradients());
            }
        }
        return statistics;
    }

    /**
     * Scores a document and learns it segment by segment.
     *
     * @param document token indexes, as {@link NeuralVocabulary#encode} makes them
     * @return the score, without an open distribution and an encoding
     * @throws InterruptedException if the thread is interrupted between segments; the weights are those of the segments
     *     done if they are carried on
     */
    public NetworkScore score(int[] document) throws InterruptedException {
        NetworkScore score = new NetworkScore(new float[document.length], new float[document.length], null, null);
        try {
            propagation.begin(1);
            for (int from = 0; from < document.length; from += settings.steps()) {
                int length = segment(document, from);
                for (int i = 0; i < length; i++) {
                    score.logProbabilities()[from + i] = (float) -surprisals[i];
                    score.topProbabilities()[from + i] = tops[i];
                }
                if (carries || from + length < document.length) {
                    optimizer.step(propagation.gradients(), kernels);
                }
            }
        } finally {
            if (!carries) {
                reset();
            }
        }
        return score;
    }

    private int segment(int[] document, int from) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException("dynamic evaluation was interrupted at token " + from + " of a document");
        }
        int length = Math.min(settings.steps(), document.length - from);
        for (int i = 0; i < length; i++) {
            int target = document[from + i];
            if (target < 0 || target >= network.vocabulary().size()) {
                throw new IllegalArgumentException("token " + target + " is not in the network's vocabulary of "
                        + network.vocabulary().size() + " words: encode the document with that vocabulary");
            }
            tokens[i] = from + i == 0 ? NeuralVocabulary.EOS : document[from + i - 1];
            targets[i] = target;
        }
        propagation.chunk(tokens, targets, counts, length, null, surprisals, tops);
        return length;
    }

    /** Restores the network's weights. */
    public void reset() {
        List<Tensor> origin = network.parameters().tensors();
        for (Tensor tensor : origin) {
            System.arraycopy(tensor.data(), 0, parameters.tensor(tensor.name()).data(), 0, tensor.data().length);
        }
    }

    /** A network with a copy of the current weights. */
    public Network network() {
        return new Network(network.architecture(), network.vocabulary(), parameters.copy());
    }
}
