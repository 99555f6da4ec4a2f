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

    private HeapBounds() {}

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
            case PAGES -> config.get(MemoryKeys.CACHE_DECODED_BYTES);
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
