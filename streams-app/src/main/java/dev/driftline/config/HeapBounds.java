package dev.driftline.config;

import dev.driftline.config.keys.HttpKeys;
import dev.driftline.config.keys.MemoryKeys;
import dev.driftline.config.keys.NeuralKeys;
import dev.driftline.heap.HeapBudget;
import dev.driftline.heap.HeapUse;
import java.util.EnumMap;
import java.util.Map;

/** The bounds of a {@link HeapBudget} as a configuration sets them. */
public final class HeapBounds {

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
            case PENDING -> config.get(MemoryKeys.CACHE_PENDING_BYTES);
            case NETWORK -> config.get(NeuralKeys.SCORING_HELD_BYTES);
            case BODIES -> config.get(HttpKeys.BODIES_MAX_BYTES);
            case KNOWN_WORDS -> use.defaultBytes();
        };
    }
}
