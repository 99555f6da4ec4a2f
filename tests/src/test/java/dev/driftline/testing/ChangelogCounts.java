package dev.driftline.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.driftline.config.DriftlineConfig;
import dev.driftline.config.Keys;
import dev.driftline.ngram.HeapPageStore;
import dev.driftline.scoring.ModelSettings;
import dev.driftline.scoring.ShardScorer;
import dev.driftline.topology.DriftlineService;
import dev.driftline.topology.DriftlineTopology;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
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

    static ChangelogCounts read(DriftlineConfig config) {
        String topic = config.get(Keys.APPLICATION_ID) + "-" + DriftlineTopology.COUNTS_STORE + "-changelog";
        int count = config.get(Keys.SHARDS);
        List<HeapPageStore> pages = new ArrayList<>();
        for (int shard = 0; shard < count; shard++) {
            pages.add(new HeapPageStore());
        }
        try (RecordedTopic<byte[]> changelog =
                new RecordedTopic<>(topic, config.consumerProperties(), new ByteArrayDeserializer())) {
            for (ConsumerRecord<byte[], byte[]> record : changelog.records()) {
                pages.get(record.partition()).put(record.key(), record.value());
            }
        }
        ModelSettings model = DriftlineService.settings(config).model();
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
            for (int times = 1; times <= 4; times++) {
                int k = length;
                int j = times;
                assertThat(shards.stream()
                                .mapToLong(shard -> shard.counts().rawCountOfCounts(k, j))
                                .sum())
                        .as("%d-grams that occur %d times", length, times)
                        .isEqualTo(census.countOfCounts(length, times));
                if (length < order) {
                    assertThat(shards.stream()
                                    .mapToLong(shard -> shard.counts().continuationCountOfCounts(k, j))
                                    .sum())
                            .as("%d-grams that follow %d different words", length, times)
                            .isEqualTo(census.continuationCountOfCounts(length, times));
                }
            }
        }
    }
}
