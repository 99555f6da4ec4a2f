package dev.driftline.mixture;

/**
 * A word that may come next.
 *
 * @param word its spelling; {@code </s>} where the sentence may end
 * @param probability its probability, (0, 1]
 */
public record PredictedWord(String word, double probability) {}
