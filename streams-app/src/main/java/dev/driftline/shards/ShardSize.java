package dev.driftline.shards;

import dev.driftline.ngram.NgramCounts;
import dev.driftline.ngram.StateSize;
import dev.driftline.scoring.ShardScorer;

/**
 * How much a shard of the counts holds, as of its last commit.
 *
 * @param tokens tokens learned whose unigrams it owns
 * @param words distinct words that it has spellings of
 * @param bigrams distinct bigrams, each on the shard that owns its second word
 * @param decodedBytes heap that its decoded counts take, about
 * @param wordBytes heap that its words and spellings take, about
 * @param held what it holds, as it is stored; counted only where it has a bound
 * @param forgotten what it has forgotten since its state began
 */
public record ShardSize(
        long tokens, long words, long bigrams, long decodedBytes, long wordBytes, StateSize held, StateSize forgotten) {

    static ShardSize of(ShardScorer scorer) {
        NgramCounts counts = scorer.counts();
        return new ShardSize(
                counts.rawTotal(),
                counts.wordCount(),
                counts.continuationTotal(),
                counts.cachedBytes(),
                scorer.wordHeapBytes(),
                counts.held(),
                counts.forgotten());
    }
}
