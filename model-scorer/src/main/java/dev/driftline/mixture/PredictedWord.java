package dev.driftline.mixture;

/**
 * A word that may come next.
 *
 * @param word its spelling; {@code </s>} where the sentence may end
 * @param probability its probability, (0, 1]
 * @param exact whether a score of the word in this place says the same; else its unigram part is an estimate
 */
public record PredictedWord(String word, double probability, boolean exact) {

    /** A word of which a score says the same. */
    public PredictedWord(String word, double probability) {
        this(word, probability, true);
    }
}
