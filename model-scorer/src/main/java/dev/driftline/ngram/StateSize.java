package dev.driftline.ngram;

/**
 * How much a shard holds, or has forgotten.
 *
 * @param ngrams tuples, and followers of frequent context words
 * @param bytes of them, as they are stored
 * @param words that have an id
 */
public record StateSize(long ngrams, long bytes, long words) {}
