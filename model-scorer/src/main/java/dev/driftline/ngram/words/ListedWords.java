package dev.driftline.ngram.words;

import java.util.function.Predicate;

/**
 * A list of words.
 *
 * @param fingerprint the same for the same list
 * @param words says whether a word is on it; {@code <s>} and {@code </s>} are not asked for
 */
public record ListedWords(long fingerprint, Predicate<String> words) {}
