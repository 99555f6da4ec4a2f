package dev.driftline.store;

import java.util.Map;
import org.apache.kafka.streams.state.RocksDBConfigSetter;
import org.apache.kafka.streams.state.internals.BlockBasedTableConfigWithAccessibleCache;
import org.jspecify.annotations.Nullable;
import org.rocksdb.BloomFilter;
import org.rocksdb.Cache;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.WriteBufferManager;

/**
 * Limits the memory of all RocksDB stores of the process together: one block cache, to which index blocks, filter blocks
 * and write buffers of every store are charged.
 *
 * <p>Kafka Streams makes one instance for each store. It calls {@link #setConfig} before it opens the store and
 * {@link #close} before it closes it, on the thread that owns the task. The first store to open creates the cache, with the
 * sizes of its configuration; the last one to close releases it.
 */
public final class SharedRocksDbMemory implements RocksDBConfigSetter {

    /** Key among the Streams settings: bytes of the block cache, which all stores of the process share. */
    public static final String BLOCK_CACHE_BYTES_CONFIG = "driftline.rocksdb.block.cache.bytes";

    /** Key among the Streams settings: bytes of all write buffers together; they count towards the block cache. */
    public static final String WRITE_BUFFER_BYTES_CONFIG = "driftline.rocksdb.write.buffer.bytes";

    private static final long DEFAULT_BLOCK_CACHE_BYTES = 128L << 20;
    private static final long DEFAULT_WRITE_BUFFER_BYTES = 64L << 20;
    private static final long BLOCK_BYTES = 8L << 10;

    private static final Object LOCK = new Object();
    private static @Nullable Shared shared;
    private static int users;

    /** What each thread configured last: Kafka Streams does not close what belongs to a store that did not open. */
    private static final ThreadLocal<SharedRocksDbMemory> LAST = new ThreadLocal<>();

    private @Nullable BloomFilter filter;
    private boolean counted;

    private record Shared(Cache cache, WriteBufferManager writeBuffers) {

        static Shared of(long blockCacheBytes, long writeBufferBytes) {
            RocksDB.loadLibrary();
            Cache cache = new LRUCache(blockCacheBytes);
            return new Shared(cache, new WriteBufferManager(writeBufferBytes, cache));
        }

        void close() {
            writeBuffers.close();
            cache.close();
        }
    }

    /** Called by Kafka Streams. */
    public SharedRocksDbMemory() {}

    @Override
    public void setConfig(String storeName, Options options, Map<String, Object> configs) {
        long blockCacheBytes = bytes(configs, BLOCK_CACHE_BYTES_CONFIG, DEFAULT_BLOCK_CACHE_BYTES);
        long writeBufferBytes = bytes(configs, WRITE_BUFFER_BYTES_CONFIG, DEFAULT_WRITE_BUFFER_BYTES);
        // Kafka Streams needs this class of table configuration to report the cache in its metrics.
        var table = (BlockBasedTableConfigWithAccessibleCache) options.tableFormatConfig();
        synchronized (LOCK) {
            if (shared == null) {
                shared = Shared.of(blockCacheBytes, writeBufferBytes);
            }
            users++;
            counted = true;
            table.setBlockCache(shared.cache());
            options.setWriteBufferManager(shared.writeBuffers());
        }
        filter = new BloomFilter(10);
        table.setFilterPolicy(filter);
        table.setBlockSize(BLOCK_BYTES);
        table.setCacheIndexAndFilterBlocks(true);
        table.setPinTopLevelIndexAndFilter(true);
        // Most look-ups of counts are for contexts that were never seen, so the last level needs its filter, too.
        options.setOptimizeFiltersForHits(false);
        options.setWriteBufferSize(Math.max(1L << 20, Math.min(16L << 20, writeBufferBytes / 4)));
        options.setTableFormatConfig(table);
        LAST.set(this);
    }

    /** The calling thread is about to open a store: what it opened before is not that store's. */
    static void opening() {
        LAST.remove();
    }

    /** Gives back what was taken for the store that the calling thread has just failed to open. */
    static void openFailed() {
        SharedRocksDbMemory last = LAST.get();
        if (last != null) {
            last.release();
            LAST.remove();
        }
    }

    /** How many stores are open. */
    static int users() {
        synchronized (LOCK) {
            return users;
        }
    }

    @Override
    public void close(String storeName, Options options) {
        release();
    }

    private void release() {
        synchronized (LOCK) {
            if (!counted) {
                return;
            }
            counted = false;
            if (filter != null) {
                filter.close();
            }
            users--;
            if (users == 0 && shared != null) {
                shared.close();
                shared = null;
            }
        }
    }

    /** Bytes of the block cache in use by all stores of the process, write buffers included; 0 without a store. */
    public static long usedBytes() {
        synchronized (LOCK) {
            return shared == null ? 0 : shared.cache().getUsage();
        }
    }

    private static long bytes(Map<String, Object> configs, String key, long otherwise) {
        Object value = configs.get(key);
        if (value == null) {
            return otherwise;
        }
        try {
            long bytes = Long.parseLong(value.toString().trim());
            if (bytes > 0) {
                return bytes;
            }
        } catch (NumberFormatException e) {
            // reported below
        }
        throw new IllegalArgumentException(key + " is '" + value + "' and must be a positive number of bytes");
    }
}
