package dev.driftline.shards;

import static org.assertj.core.api.Assertions.assertThat;

import dev.driftline.commits.EarlyCommits;
import dev.driftline.ngram.StateSize;
import dev.driftline.pages.HeapPageStore;
import dev.driftline.pages.PageStore;
import dev.driftline.scoring.ModelSettings;
import dev.driftline.scoring.ShardScorer;
import dev.driftline.store.WriteBackStore;
import dev.driftline.store.WriteBackStoreBuilder;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.processor.TaskId;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LiveShardsTest {

    private static final ModelSettings MODEL = ModelSettings.ofOrder(3);

    @TempDir
    Path folder;

    private final LiveShards shards = new LiveShards();
    private final WriteBackStore store =
            new WriteBackStoreBuilder(ShardCounts.STORE, Map.of(), EarlyCommits.off()).build();
    private MockProcessorContext<Void, Void> context;

    @BeforeEach
    void open() {
        Properties properties = new Properties();
        properties.put(StreamsConfig.APPLICATION_ID_CONFIG, "test");
        properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "nowhere:1");
        context = new MockProcessorContext<>(properties, new TaskId(0, 0), folder.toFile());
        store.init(context.getStateStoreContext(), store);
    }

    @AfterEach
    void close() {
        store.close();
    }

    private ShardScorer scorer() {
        return ShardCounts.in(store, MODEL, 0, 1, 32 << 20, 32 << 20, size -> {});
    }

    @Test
    void shouldNotLetOtherThreadsAskAShardBeforeItIsLoaded() {
        Set<String> whileLoading = new TreeSet<>();
        HeapPageStore pages = new HeapPageStore();
        PageStore watched = new PageStore() {
            @Override
            public byte[] get(byte[] key) {
                look();
                return pages.get(key);
            }

            @Override
            public void put(byte[] key, byte[] value) {
                pages.put(key, value);
            }

            @Override
            public void scan(byte[] prefix, BiConsumer<byte[], byte[]> visitor) {
                look();
                pages.scan(prefix, visitor);
            }

            private void look() {
                whileLoading.add("here: " + shards.numbers() + ", sizes: "
                        + shards.sizes().keySet() + ", turn: " + store.turns().isMine());
            }
        };

        shards.opened(0, store, new ShardScorer(MODEL, 0, 1, watched, 32 << 20));

        assertThat(whileLoading).containsExactly("here: [], sizes: [], turn: true");
        assertThat(shards.numbers()).containsExactly(0);
        assertThat(shards.sizes()).containsOnlyKeys(0);
    }

    @Test
    void shouldForgetAShardWhenItsStoreClosesAndNotWhenAnOlderOneDoes() {
        WriteBackStore older = new WriteBackStoreBuilder(ShardCounts.STORE, Map.of(), EarlyCommits.off()).build();
        shards.opened(0, store, scorer());

        shards.closed(0, older);
        assertThat(shards.numbers()).containsExactly(0);

        shards.closed(0, store);
        assertThat(shards.numbers()).isEmpty();
        assertThat(shards.sized(0, new ShardSize(1, 1, 1, 1, 1, new StateSize(1, 1, 1), new StateSize(0, 0, 0))))
                .isFalse();
        assertThat(shards.sizes()).isEmpty();
    }
}
