package dev.driftline.shards;

import dev.driftline.scoring.ModelSettings;
import dev.driftline.scoring.ShardScorer;
import dev.driftline.store.WriteBackCache;
import dev.driftline.store.WriteBackStore;
import java.util.function.Consumer;

/** The decoded counts in front of the counts store. */
public final class ShardCounts implements WriteBackCache {

    /** Store of the n-gram counts of a shard. */
    public static final String STORE = "ngram-counts";

    private final ShardScorer scorer;
    private final Consumer<ShardSize> sizes;

    private ShardCounts(ShardScorer scorer, Consumer<ShardSize> sizes) {
        this.scorer = scorer;
        this.sizes = sizes;
    }

    /**
     * The scorer over {@code store}: one for all processors of the task.
     *
     * @param shards how many there are
     * @param cacheBytes heap for the decoded counts
     * @param wordBytes heap for words and spellings
     * @param sizes told the size of the shard at every commit
     */
    public static ShardScorer in(
            WriteBackStore store,
            ModelSettings model,
            int shard,
            int shards,
            long cacheBytes,
            long wordBytes,
            Consumer<ShardSize> sizes) {
        return store.cache(
                        ShardCounts.class,
                        pages -> new ShardCounts(
                                new ShardScorer(model, shard, shards, pages, cacheBytes, wordBytes), sizes))
                .scorer;
    }

    @Override
    public void writeBack() {
        scorer.writeBack();
        sizes.accept(ShardSize.of(scorer));
    }

    @Override
    public void forget() {
        scorer.forget();
    }
}
