package dev.driftline.library;

/**
 * A word that may come next.
 *
 * @param word its spelling; {@code </s>} where the sentence may end
 * @param probability its probability, (0, 1]
 */
public record NextWord(String word, double probability) {}
