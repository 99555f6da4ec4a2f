package dev.driftline.scoring;

import dev.driftline.background.BackgroundRows;
import java.util.Arrays;
import java.util.Optional;

/**
 * What the n-gram model says of a row of events: the positions of a document, or candidate words for one position.
 *
 * <p>Probabilities are those of the event as the model sees it: an unknown word has the probability of
 * {@code <unk>}. {@code probability[row * order + (m - 1)]} is that under the model whose top order is {@code m}.
 *
 * @param order the number of models in a row, N
 * @param probability {@code [rows][order]}, flattened; in (0, 1]
 * @param matched {@code [rows]}: the length of the longest context seen, 0 to N − 1
 * @param unknown {@code [rows]}: whether the event was {@code <unk>}
 * @param spellingBits {@code [rows]}: bits to spell an unknown word out, beyond those of {@code <unk>}; 0 where known
 * @param rarest {@code [unknown rows][order]}, flattened, in the order of the rows: the probability that the rarest known word
 *     has at least in the place of each unknown one; empty where nobody is to ask
 * @param types the known types when the rows were made, without {@code </s>} and {@code <unk>}: there are two more events
 *     than this. With a background the words that only it has are among them
 * @param background what it says of the rows, and of which events; empty without one. Then {@code probability} and
 *     {@code rarest} are the counts' own: the rows of what they do not know have all of their {@code <unk>}, which is to be
 *     shared out
 */
public record NgramProbabilities(
        int order,
        double[] probability,
        byte[] matched,
        boolean[] unknown,
        float[] spellingBits,
        double[] rarest,
        long types,
        Optional<BackgroundRows> background) {

    private static final double[] NONE = {};

    /** Rows without a background. */
    public NgramProbabilities(
            int order,
            double[] probability,
            byte[] matched,
            boolean[] unknown,
            float[] spellingBits,
            double[] rarest,
            long types) {
        this(order, probability, matched, unknown, spellingBits, rarest, types, Optional.empty());
    }

    /** Rows that do not say what the rarest known word would have had. */
    public NgramProbabilities(
            int order, double[] probability, byte[] matched, boolean[] unknown, float[] spellingBits, long types) {
        this(order, probability, matched, unknown, spellingBits, NONE, types);
    }

    /** The same for a mixture without a network: only a network needs the number of types. */
    public NgramProbabilities(
            int order, double[] probability, byte[] matched, boolean[] unknown, float[] spellingBits) {
        this(order, probability, matched, unknown, spellingBits, 0);
    }

    /** The first {@code count} rows. */
    public NgramProbabilities first(int count) {
        return new NgramProbabilities(
                order,
                Arrays.copyOf(probability, count * order),
                Arrays.copyOf(matched, count),
                Arrays.copyOf(unknown, count),
                Arrays.copyOf(spellingBits, count),
                rarest,
                types,
                background.map(rows -> rows.first(count)));
    }

    /** The number of rows. */
    public int rows() {
        return matched.length;
    }

    /** The probability of row {@code row} under the model whose top order is {@code topOrder}, from 1. */
    public double probability(int row, int topOrder) {
        return probability[row * order + topOrder - 1];
    }
}
