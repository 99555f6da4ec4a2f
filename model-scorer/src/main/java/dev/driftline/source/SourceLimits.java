package dev.driftline.source;

/**
 * How many sources a store keeps, and for how long.
 *
 * @param most sources kept; past that, those seen longest ago are evicted
 * @param idleMs milliseconds after which an idle source is evicted
 */
public record SourceLimits(int most, long idleMs) {

    /** Every source is kept. */
    public static final SourceLimits NONE = new SourceLimits(Integer.MAX_VALUE, Long.MAX_VALUE);

    /** @throws IllegalArgumentException if one is below 1 */
    public SourceLimits {
        if (most < 1 || idleMs < 1) {
            throw new IllegalArgumentException(
                    "at most " + most + " sources, evicted after " + idleMs + " idle ms: both must be at least 1");
        }
    }
}
