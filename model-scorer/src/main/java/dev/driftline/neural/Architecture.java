package dev.driftline.neural;

import java.util.List;

/**
 * The shape of a network, without its vocabulary.
 *
 * @param cell the kind of network
 * @param embedding size of a word's vector, E
 * @param hidden size of the state, H; equals {@code embedding} if {@code tied}
 * @param layers recurrent layers, 1 or more; 1 for a window
 * @param window how many tokens before the predicted one a window sees, 1 or more; 0 for recurrent cells
 * @param dropout share of a layer's inputs and outputs that training drops, in [0, 1)
 * @param tied whether the rows of the output layer are those of the embedding (Press and Wolf 2017)
 * @param cutoffs bounds of the frequency bands of an adaptive softmax (Grave et al. 2017), ascending, as PyTorch's
 *     {@code AdaptiveLogSoftmaxWithLoss} takes them: the head holds the indexes below the first; empty for a full softmax.
 *     Cutoffs at or beyond the size of the vocabulary have no effect
 * @param divisor how much smaller each band's projection is than the one before, PyTorch's {@code div_value}; 1 if
 *     {@code tied}
 */
public record Architecture(
        Cell cell,
        int embedding,
        int hidden,
        int layers,
        int window,
        double dropout,
        boolean tied,
        List<Integer> cutoffs,
        double divisor) {

    /** @throws IllegalArgumentException if a value is out of its range */
    public Architecture {
        cutoffs = List.copyOf(cutoffs);
        if (embedding < 1 || hidden < 1 || layers < 1) {
            throw new IllegalArgumentException(
                    "embedding " + embedding + ", hidden " + hidden + " and layers " + layers + " must be at least 1");
        }
        if (cell == Cell.WINDOW ? window < 1 || layers != 1 : window != 0) {
            throw new IllegalArgumentException("a " + cell.label() + " network of " + layers
                    + " layers cannot have a window of " + window + " tokens");
        }
        if (!(dropout >= 0 && dropout < 1)) {
            throw new IllegalArgumentException("dropout " + dropout + " is not in [0, 1)");
        }
        if (tied && (embedding != hidden || divisor != 1)) {
            throw new IllegalArgumentException(
                    "tied weights need an embedding of the size of the state and a divisor of 1, not " + embedding
                            + ", " + hidden + " and " + divisor);
        }
        if (!(divisor >= 1)) {
            throw new IllegalArgumentException("divisor " + divisor + " is below 1");
        }
        int before = 0;
        for (int cutoff : cutoffs) {
            if (cutoff <= before) {
                throw new IllegalArgumentException("cutoffs " + cutoffs + " do not ascend from above 0");
            }
            before = cutoff;
        }
    }

    /** A recurrent network with tied weights of {@code size} units in one layer. */
    public static Architecture recurrent(Cell cell, int size, double dropout, List<Integer> cutoffs) {
        return new Architecture(cell, size, size, 1, 0, dropout, true, cutoffs, 1);
    }

    /** Whether the output layer is an adaptive softmax. */
    public boolean adaptive() {
        return !cutoffs.isEmpty();
    }
}
