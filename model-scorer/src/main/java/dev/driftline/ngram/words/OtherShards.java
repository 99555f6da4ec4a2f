package dev.driftline.ngram.words;

/**
 * The other shards of a model in which a word that no shard has n-grams with may become unknown. They say to each other when an
 * n-gram ends in a word no more: a word that is unknown to the shard of its unigram, and known to one that has it after some
 * context, would keep a part of that context's probability that no event has.
 */
public interface OtherShards {

    /** Whether the unigram of a word is this shard's, by {@link WordTable#hash} of its spelling. */
    boolean owns(int hash);

    /**
     * Tells the shard that has a word's unigram.
     *
     * @param word its spelling
     * @param times how often the word was seen here, to end an n-gram, since this was said of it before; below 0 where more of it
     *     was taken out
     */
    void gone(String word, long times);
}
