package dev.driftline.config;

import dev.driftline.config.keys.HttpKeys;
import dev.driftline.config.keys.MemoryKeys;
import dev.driftline.config.keys.NeuralKeys;
import dev.driftline.config.keys.TopicKeys;
import dev.driftline.heap.HeapBudget;
import dev.driftline.heap.HeapUse;
import java.util.EnumMap;
import java.util.Map;

/** The bounds of a {@link HeapBudget} as a configuration sets them. */
public final class HeapBounds {

    /** Heap of the time of a source whose name is not long. */
    private static final long SOURCE_TIME_BYTES = 320;

    /** Stores of a partition that know when a source was seen. */
    private static final int STORES = 3;

    /** Heap beside the budget: classes, Kafka's clients, records under way, a network. */
    public static final long REST_BYTES = 512L << 20;

    private static final long LEAST_PAGES_BYTES = 1L << 20;

    private HeapBounds() {}

    /**
     * Heap for the counts of a shard, in bytes: what is set, or a share of what this JVM has room for.
     *
     * @throws MisconfiguredException if less is set than a shard can work with
     */
    public static long pages(DriftlineConfig config) {
        return pages(config, Runtime.getRuntime().maxMemory());
    }

    /**
     * The same of a JVM that has room for {@code heap} bytes.
     *
     * @throws MisconfiguredException if less is set than a shard can work with
     */
    public static long pages(DriftlineConfig config, long heap) {
        long set = config.get(MemoryKeys.CACHE_DECODED_BYTES);
        if (set >= LEAST_PAGES_BYTES) {
            return set;
        }
        if (set > 0) {
            throw new MisconfiguredException(MemoryKeys.CACHE_DECODED_BYTES.name() + " is " + set
                    + " bytes: give a shard at least 1 MiB, or 0 for a share of the heap");
        }
        long others = REST_BYTES;
        for (HeapUse use : HeapUse.values()) {
            if (use != HeapUse.PAGES) {
                others += bound(use, config)
                        * (use.scope() == HeapUse.Scope.EACH_SHARD ? config.get(TopicKeys.SHARDS) : 1);
            }
        }
        // Where a heap is full to the brim, its collector has much to do.
        return Math.max(HeapUse.PAGES.defaultBytes(), (heap - others) / 4 * 3 / config.get(TopicKeys.SHARDS));
    }

    /** A budget with the bounds that {@code config} says. */
    public static HeapBudget budget(DriftlineConfig config) {
        Map<HeapUse, Long> bounds = new EnumMap<>(HeapUse.class);
        for (HeapUse use : HeapUse.values()) {
            bounds.put(use, bound(use, config));
        }
        return new HeapBudget(bounds);
    }

    private static long bound(HeapUse use, DriftlineConfig config) {
        return switch (use) {
            case PAGES -> pages(config);
            case WORDS -> config.get(MemoryKeys.CACHE_WORDS_BYTES);
            case UNCOMMITTED -> config.get(MemoryKeys.CACHE_UNCOMMITTED_BYTES);
            case PENDING -> config.get(MemoryKeys.CACHE_PENDING_BYTES);
            case NETWORK -> config.get(NeuralKeys.SCORING_HELD_BYTES);
            case BODIES -> config.get(HttpKeys.BODIES_MAX_BYTES);
            case SOURCES -> config.get(MemoryKeys.CACHE_SOURCES_BYTES);
            case SOURCE_TIMES ->
                Math.max(
                        use.defaultBytes(),
                        SOURCE_TIME_BYTES
                                * STORES
                                * config.get(TopicKeys.PARTITIONS)
                                * config.get(MemoryKeys.SOURCES_MAX));
            case KNOWN_WORDS, SOURCE_STATES, REPLAY, LIVE_SOURCES, LIVE_RECORDS -> use.defaultBytes();
        };
    }
}
