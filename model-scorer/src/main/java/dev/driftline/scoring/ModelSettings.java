package dev.driftline.scoring;

import dev.driftline.ngram.Smoothing;

/**
 * What makes one n-gram model: the same on every instance.
 *
 * @param order N, 1 to 7
 * @param smoothing how probabilities are made from counts
 * @param vocabulary which words have events
 * @param delta δ of add-δ smoothing, above 0; of no effect with the others
 */
public record ModelSettings(int order, Smoothing smoothing, Vocabulary vocabulary, double delta) {

    /** The highest order that counts are kept for. */
    public static final int MAX_ORDER = 7;

    /** The δ of add-δ smoothing where none is given. */
    public static final double DEFAULT_DELTA = 0.1;

    public ModelSettings {
        if (order < 1 || order > MAX_ORDER) {
            throw new IllegalArgumentException("order " + order + " is not between 1 and " + MAX_ORDER);
        }
        if (!(delta > 0)) {
            throw new IllegalArgumentException("delta " + delta + " is not above 0");
        }
    }

    /** Interpolated modified Kneser–Ney of that order over a growing vocabulary. */
    public static ModelSettings ofOrder(int order) {
        return new ModelSettings(order, Smoothing.KNESER_NEY, Vocabulary.growing(), DEFAULT_DELTA);
    }
}
