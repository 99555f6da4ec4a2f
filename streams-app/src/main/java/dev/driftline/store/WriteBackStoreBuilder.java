package dev.driftline.store;

import dev.driftline.commits.EarlyCommits;
import dev.driftline.heap.HeapBudget;
import dev.driftline.heap.HeapUse;
import java.util.Map;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;
import org.jspecify.annotations.Nullable;

/**
 * Builds {@link WriteBackStore}s: RocksDB with a changelog.
 *
 * <p>The byte cache of Kafka Streams cannot be enabled: the decoded caches replace it.
 */
public final class WriteBackStoreBuilder implements StoreBuilder<WriteBackStore> {

    private final String name;
    private final Map<String, String> logConfig;
    private final EarlyCommits commits;
    private final @Nullable HeapBudget heap;

    /**
     * @param name name of the store, and part of the name of its changelog
     * @param logConfig topic settings of the changelog
     * @param commits learns how long the write-back for a commit takes
     */
    public WriteBackStoreBuilder(String name, Map<String, String> logConfig, EarlyCommits commits) {
        this(name, logConfig, commits, null);
    }

    /**
     * @param name name of the store, and part of the name of its changelog
     * @param logConfig topic settings of the changelog
     * @param commits learns how long the write-back for a commit takes
     * @param heap learns of what is written and not committed; null where nobody asks
     */
    public WriteBackStoreBuilder(
            String name, Map<String, String> logConfig, EarlyCommits commits, @Nullable HeapBudget heap) {
        this.commits = commits;
        this.heap = heap;
        this.name = name;
        this.logConfig = Map.copyOf(logConfig);
    }

    @Override
    public WriteBackStore build() {
        return new WriteBackStore(
                Stores.keyValueStoreBuilder(Stores.persistentKeyValueStore(name), Serdes.Bytes(), Serdes.ByteArray())
                        .withCachingDisabled()
                        .withLoggingEnabled(logConfig)
                        .build(),
                commits,
                heap == null ? null : heap.account(HeapUse.UNCOMMITTED));
    }

    @Override
    public StoreBuilder<WriteBackStore> withCachingEnabled() {
        throw new UnsupportedOperationException(
                "store " + name + " has decoded caches instead of the byte cache of Kafka Streams");
    }

    @Override
    public StoreBuilder<WriteBackStore> withCachingDisabled() {
        return this;
    }

    @Override
    public StoreBuilder<WriteBackStore> withLoggingEnabled(Map<String, String> config) {
        return new WriteBackStoreBuilder(name, config, commits, heap);
    }

    @Override
    public StoreBuilder<WriteBackStore> withLoggingDisabled() {
        throw new UnsupportedOperationException("store " + name + " cannot be restored without its changelog");
    }

    @Override
    public Map<String, String> logConfig() {
        return logConfig;
    }

    @Override
    public boolean loggingEnabled() {
        return true;
    }

    @Override
    public String name() {
        return name;
    }
}
