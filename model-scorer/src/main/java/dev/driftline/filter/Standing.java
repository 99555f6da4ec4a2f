package dev.driftline.filter;

import java.util.OptionalDouble;

/**
 * Where a document stands among the earlier ones of its source. Both are empty while the source has too few of them, and where
 * no rule asks.
 *
 * @param percentile percentage of them that were below it, 0 to 100
 * @param excess by how much it is above their median, in the unit of what is compared; below 0 where it is under it
 */
public record Standing(OptionalDouble percentile, OptionalDouble excess) {

    /** Of a document that is compared with no other. */
    public static final Standing NONE = new Standing(OptionalDouble.empty(), OptionalDouble.empty());
}
