package dev.driftline.config;

/** What is kept in memory and in RocksDB. */
public final class MemoryKeys {

    static final KeyGroup GROUP = new KeyGroup("Memory");

    public static final ConfigKey<Integer> SOURCES_MAX = GROUP.whole(
            "sources.max",
            "10000",
            1,
            10_000_000,
            "Sources of which caches, mixture weights, reference and drift state are kept, for each partition; past that, those "
                    + "seen longest ago are forgotten. A source takes up to 0.5 MB in RocksDB. One that comes back is new.");

    public static final ConfigKey<Long> SOURCES_IDLE_MS = GROUP.wholeLong(
            "sources.idle.ms",
            "2592000000",
            1000,
            Long.MAX_VALUE,
            "Milliseconds after which a source of which no document came is forgotten; one that comes back is new. The default is "
                    + "30 days.");

    public static final ConfigKey<Long> CACHE_DECODED_BYTES = GROUP.byteSize(
            "cache.decoded.bytes",
            "134217728",
            KeyGroup.MIB,
            64 * KeyGroup.GIB,
            "Heap for decoded counts of each shard that this instance owns. Written to RocksDB and the changelog at commits.");

    public static final ConfigKey<Long> ROCKSDB_BLOCK_CACHE_BYTES = GROUP.byteSize(
            "rocksdb.block.cache.bytes",
            "134217728",
            8 * KeyGroup.MIB,
            1024 * KeyGroup.GIB,
            "Native memory of the RocksDB block cache, shared by all stores of this instance; write buffers count towards it.");

    public static final ConfigKey<Long> ROCKSDB_WRITE_BUFFER_BYTES = GROUP.byteSize(
            "rocksdb.write.buffer.bytes",
            "67108864",
            4 * KeyGroup.MIB,
            1024 * KeyGroup.GIB,
            "Native memory of all RocksDB write buffers of this instance together; less than rocksdb.block.cache.bytes.");

    private MemoryKeys() {}
}
