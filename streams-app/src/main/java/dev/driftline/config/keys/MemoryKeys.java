package dev.driftline.config.keys;

/** Limits of what is kept in memory and in RocksDB. */
public final class MemoryKeys {

    static final KeyGroup GROUP = new KeyGroup("Memory");

    public static final ConfigKey<Integer> SOURCES_MAX = GROUP.whole(
            "sources.max",
            "10000",
            1,
            10_000_000,
            "Maximum number of sources per partition whose caches, mixture weights, reference and drift state are "
                    + "kept. Beyond it, the least recently seen sources are evicted. A source takes up to 0.5 MB in "
                    + "RocksDB; an evicted source that returns starts anew.");

    public static final ConfigKey<Long> SOURCES_IDLE_MS = GROUP.wholeLong(
            "sources.idle.ms",
            "2592000000",
            1000,
            Long.MAX_VALUE,
            "Milliseconds without a document after which an idle source is evicted; if it returns, it starts "
                    + "anew. The default is 30 days.");

    public static final ConfigKey<Long> CACHE_DECODED_BYTES = GROUP.byteSize(
            "cache.decoded.bytes",
            "0",
            0,
            64 * KeyGroup.GIB,
            "Heap for the counts of each shard that this instance owns, at least 1 MiB. They are written to RocksDB "
                    + "and the changelog at commits. A model that has outgrown this costs several times as much "
                    + "processor time for each token. With 0, the shards share three quarters of the heap (-Xmx) that the "
                    + "other bounds and 512 MiB leave, and each has at least 128 MiB.");

    public static final ConfigKey<Long> CACHE_SOURCES_BYTES = GROUP.byteSize(
            "cache.sources.bytes",
            "134217728",
            KeyGroup.MIB,
            64 * KeyGroup.GIB,
            "Heap of this instance for the caches and mixture weights of the sources used last, about 1 MB each. "
                    + "Others are read from RocksDB when their next document comes.");

    public static final ConfigKey<Long> CACHE_PENDING_BYTES = GROUP.byteSize(
            "cache.pending.bytes",
            "67108864",
            KeyGroup.MIB,
            64 * KeyGroup.GIB,
            "Heap of this instance for documents that wait for shards or for the network. Beyond it they wait in "
                    + "RocksDB, in any number.");

    public static final ConfigKey<Long> CACHE_WORDS_BYTES = GROUP.byteSize(
            "cache.words.bytes",
            "67108864",
            KeyGroup.MIB,
            64 * KeyGroup.GIB,
            "Heap for the words, and for how words are spelled, of each shard that this instance owns. Those that are "
                    + "rare and old are in RocksDB, in any number.");

    public static final ConfigKey<Long> CACHE_UNCOMMITTED_BYTES = GROUP.byteSize(
            "cache.uncommitted.bytes",
            "67108864",
            KeyGroup.MIB,
            64 * KeyGroup.GIB,
            "What all stores of this instance may hold between two commits. Under exactly-once, writes wait on the heap "
                    + "and in native memory for the commit; beyond this, a stream thread commits early.");

    public static final ConfigKey<Long> ROCKSDB_BLOCK_CACHE_BYTES = GROUP.byteSize(
            "rocksdb.block.cache.bytes",
            "134217728",
            8 * KeyGroup.MIB,
            1024 * KeyGroup.GIB,
            "Native memory for the RocksDB block cache, shared by all stores of this instance. Write buffers are "
                    + "part of it.");

    public static final ConfigKey<Long> ROCKSDB_WRITE_BUFFER_BYTES = GROUP.byteSize(
            "rocksdb.write.buffer.bytes",
            "67108864",
            4 * KeyGroup.MIB,
            1024 * KeyGroup.GIB,
            "Native memory for all RocksDB write buffers of this instance together. Must be less than "
                    + "rocksdb.block.cache.bytes.");

    private MemoryKeys() {}
}
