package dev.driftline.store;

import java.util.Map;
import org.apache.kafka.streams.state.RocksDBConfigSetter;
import org.apache.kafka.streams.state.internals.BlockBasedTableConfigWithAccessibleCache;
import org.rocksdb.BloomFilter;
import org.rocksdb.Cache;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.WriteBufferManager;

/**
 * Bounds the memory of all RocksDB stores of the process together: one block cache, to which index and filter blocks and
 * the write buffers of every store are charged.
 *
 * <p>Kafka Streams makes one instance a store and calls {@link #setConfig} before it opens and {@link #close} before it
 * closes the store, from the thread that owns the task. The cache is made for the first store that opens, with the sizes
 * of that store's configuration, and released with the last one that closes.
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
    private static Cache cache;
    private static WriteBufferManager writeBuffers;
    private static int users;

    private BloomFilter filter;

    /** Called by Kafka Streams. */
    public SharedRocksDbMemory() {}

    @Override
    public void setConfig(String storeName, Options options, Map<String, Object> configs) {
        long blockCacheBytes = bytes(configs, BLOCK_CACHE_BYTES_CONFIG, DEFAULT_BLOCK_CACHE_BYTES);
        long writeBufferBytes = bytes(configs, WRITE_BUFFER_BYTES_CONFIG, DEFAULT_WRITE_BUFFER_BYTES);
        // Kafka Streams asks for this very class of table config, so that it can report the cache in its metrics.
        var table = (BlockBasedTableConfigWithAccessibleCache) options.tableFormatConfig();
        synchronized (LOCK) {
            if (users++ == 0) {
                RocksDB.loadLibrary();
                cache = new LRUCache(blockCacheBytes);
                writeBuffers = new WriteBufferManager(writeBufferBytes, cache);
            }
            table.setBlockCache(cache);
            options.setWriteBufferManager(writeBuffers);
        }
        filter = new BloomFilter(10);
        table.setFilterPolicy(filter);
        table.setBlockSize(BLOCK_BYTES);
        table.setCacheIndexAndFilterBlocks(true);
        table.setPinTopLevelIndexAndFilter(true);
        // Most look-ups of counts are for contexts never seen: the last level needs its filter too.
        options.setOptimizeFiltersForHits(false);
        options.setWriteBufferSize(Math.max(1L << 20, Math.min(16L << 20, writeBufferBytes / 4)));
        options.setTableFormatConfig(table);
    }

    @Override
    public void close(String storeName, Options options) {
        filter.close();
        synchronized (LOCK) {
            if (--users == 0) {
                writeBuffers.close();
                cache.close();
                writeBuffers = null;
                cache = null;
            }
        }
    }

    /** Bytes of the block cache in use, all stores of the process together, their write buffers included; 0 without a store. */
    public static long usedBytes() {
        synchronized (LOCK) {
            return cache == null ? 0 : cache.getUsage();
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
            // reported below with what was expected
        }
        throw new IllegalArgumentException(key + " is '" + value + "', expected a positive number of bytes");
    }
}
