package dev.driftline.store;

import dev.driftline.commits.EarlyCommits;
import java.nio.file.Path;
import java.util.Properties;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.processor.TaskId;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.state.Stores;

/** A transactional store on a disk, which nobody has to commit to a changelog. */
public final class UnloggedStore {

    private UnloggedStore() {}

    /**
     * Opens a store, on the thread that may write to it.
     *
     * @param folder of its task
     */
    public static WriteBackStore open(String name, Path folder) {
        Properties properties = new Properties();
        properties.put(StreamsConfig.APPLICATION_ID_CONFIG, "test");
        properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "nowhere:1");
        properties.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        properties.put(StreamsConfig.TRANSACTIONAL_STATE_STORES_CONFIG, true);
        properties.put(StreamsConfig.ROCKSDB_CONFIG_SETTER_CLASS_CONFIG, SharedRocksDbMemory.class);
        WriteBackStore store = new WriteBackStore(
                Stores.keyValueStoreBuilder(Stores.persistentKeyValueStore(name), Serdes.Bytes(), Serdes.ByteArray())
                        .withCachingDisabled()
                        .withLoggingDisabled()
                        .build(),
                EarlyCommits.off(),
                null);
        store.init(
                new MockProcessorContext<>(properties, new TaskId(0, 0), folder.toFile()).getStateStoreContext(),
                store);
        return store;
    }
}
