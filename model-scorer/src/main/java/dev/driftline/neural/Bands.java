package dev.driftline.neural;

import java.util.Arrays;

/**
 * How the output layer divides a vocabulary: the head, and the frequency bands of an adaptive softmax after it. The head has
 * an entry for each of its words and for each band. A full softmax is a head without bands.
 * Immutable.
 */
public final class Bands {

    private final int[] bounds;
    private final int[] projections;

    /**
     * @param architecture its cutoffs at or beyond {@code size} are ignored
     * @param size of the vocabulary, 2 or more
     */
    public Bands(Architecture architecture, int size) {
        int[] inside = architecture.cutoffs().stream()
                .mapToInt(Integer::intValue)
                .filter(cutoff -> cutoff < size)
                .toArray();
        bounds = Arrays.copyOf(inside, inside.length + 1);
        bounds[inside.length] = size;
        projections = new int[inside.length];
        for (int band = 0; band < inside.length; band++) {
            projections[band] =
                    (int) Math.max(1, Math.floor(architecture.hidden() / Math.pow(architecture.divisor(), band + 1)));
        }
    }

    /** How many words the head has, bands not counted. */
    public int head() {
        return bounds[0];
    }

    /** How many bands there are, the head not counted. */
    public int count() {
        return projections.length;
    }

    /** The first word of a band. */
    public int from(int band) {
        return bounds[band];
    }

    /** How many words a band has. */
    public int size(int band) {
        return bounds[band + 1] - bounds[band];
    }

    /** The size that a band projects the state to. */
    public int projection(int band) {
        return projections[band];
    }

    /** The band of a word; −1 for the head. */
    public int of(int word) {
        for (int band = projections.length - 1; band >= 0; band--) {
            if (word >= bounds[band]) {
                return band;
            }
        }
        return -1;
    }
}
