package dev.driftline.sources;

import dev.driftline.config.DriftlineConfig;
import dev.driftline.config.MemoryKeys;

/**
 * What is kept of sources, in each partition.
 *
 * @param most sources kept; past that, those seen longest ago are forgotten
 * @param idleMs milliseconds after which a source of which no document came is forgotten
 */
public record SourceLimits(int most, long idleMs) {

    /** As by default. */
    public static final SourceLimits DEFAULTS = of(DriftlineConfig.defaults());

    /** @throws IllegalArgumentException if one is below 1 */
    public SourceLimits {
        if (most < 1 || idleMs < 1) {
            throw new IllegalArgumentException(most + " sources for " + idleMs + " ms, expected at least 1 and 1");
        }
    }

    /** What {@code config} says. */
    public static SourceLimits of(DriftlineConfig config) {
        return new SourceLimits(config.get(MemoryKeys.SOURCES_MAX), config.get(MemoryKeys.SOURCES_IDLE_MS));
    }
}
