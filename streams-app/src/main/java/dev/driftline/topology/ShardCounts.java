package dev.driftline.topology;

import dev.driftline.scoring.ShardScorer;
import dev.driftline.store.WriteBackCache;
import dev.driftline.store.WriteBackStore;

/** The decoded counts in front of the counts store. */
final class ShardCounts implements WriteBackCache {

    private final ShardScorer scorer;

    private ShardCounts(ShardScorer scorer) {
        this.scorer = scorer;
    }

    /** The scorer over {@code store}: one for all processors of the task. */
    static ShardScorer in(WriteBackStore store, TopologySettings settings, int shard) {
        return store.cache(
                        ShardCounts.class,
                        pages -> new ShardCounts(new ShardScorer(
                                settings.model(), shard, settings.shards(), pages, settings.cacheBytes())))
                .scorer;
    }

    @Override
    public void writeBack() {
        scorer.writeBack();
    }

    @Override
    public void forget() {
        scorer.forget();
    }
}
