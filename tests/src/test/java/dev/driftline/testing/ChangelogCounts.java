package dev.driftline.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.driftline.config.DriftlineConfig;
import dev.driftline.config.keys.ServiceKeys;
import dev.driftline.config.keys.TopicKeys;
import dev.driftline.pages.HeapPageStore;
import dev.driftline.scoring.ModelSettings;
import dev.driftline.scoring.ShardScorer;
import dev.driftline.shards.ShardCounts;
import dev.driftline.topology.TopologySettings;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.function.ToLongFunction;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** The n-gram counts of all shards, read from what was committed to the changelog of the counts store. */
public final class ChangelogCounts {

    private static final long CACHE_BYTES = 64L << 20;

    private final int order;
    private final List<ShardScorer> shards;

    private ChangelogCounts(int order, List<ShardScorer> shards) {
        this.order = order;
        this.shards = shards;
    }

    public static ChangelogCounts read(DriftlineConfig config) {
        String topic = config.get(ServiceKeys.APPLICATION_ID) + "-" + ShardCounts.STORE + "-changelog";
        int count = config.get(TopicKeys.SHARDS);
        List<HeapPageStore> pages = new ArrayList<>();
        for (int shard = 0; shard < count; shard++) {
            pages.add(new HeapPageStore());
        }
        try (RecordedTopic<byte[]> changelog =
                new RecordedTopic<>(topic, config.clients().consumer(), new ByteArrayDeserializer())) {
            changelog.forEach(record -> pages.get(record.partition()).put(record.key(), record.value()));
        }
        ModelSettings model = TopologySettings.of(config).model();
        List<ShardScorer> shards = new ArrayList<>();
        for (int shard = 0; shard < count; shard++) {
            shards.add(new ShardScorer(model, shard, count, pages.get(shard), CACHE_BYTES));
        }
        return new ChangelogCounts(model.order(), shards);
    }

    /** The raw count of an n-gram, from the shard that owns it. */
    public long rawCount(List<String> ngram) {
        String owner = ngram.get(Math.max(0, ngram.size() - 2));
        return shards.get(ShardScorer.shardOf(owner, shards.size())).rawCount(ngram);
    }

    /** Fails unless every n-gram that {@code census} counted has that count here, and there are no others. */
    public void assertEqual(NgramCensus census) {
        CountAssertions.assertEqual(census, order, this::rawCount);
        assertThat(shards.stream().mapToLong(shard -> shard.counts().rawTotal()).sum())
                .as("tokens counted")
                .isEqualTo(census.tokens());
        assertThat(shards.stream().mapToLong(shard -> shard.counts().rawTypes()).sum())
                .as("words counted")
                .isEqualTo(census.types(1));
        for (int length = 1; length <= order; length++) {
            int k = length;
            assertThat(sums(n -> shard -> shard.counts().rawCountOfCounts(k, n)))
                    .as("how many %d-grams occur 1, 2, 3, 4 times", length)
                    .isEqualTo(census.countsOfCounts(length));
            if (length < order) {
                assertThat(sums(n -> shard -> shard.counts().continuationCountOfCounts(k, n)))
                        .as("how many %d-grams follow 1, 2, 3, 4 different words", length)
                        .isEqualTo(census.continuationCountsOfCounts(length));
            }
        }
    }

    private long[] sums(IntFunction<ToLongFunction<ShardScorer>> ofTimes) {
        long[] sums = new long[5];
        for (int n = 1; n <= 4; n++) {
            sums[n] = shards.stream().mapToLong(ofTimes.apply(n)).sum();
        }
        return sums;
    }
}
