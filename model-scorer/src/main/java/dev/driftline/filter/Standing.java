package dev.driftline.filter;

import java.util.OptionalDouble;

/**
 * Where a document stands among the earlier ones of its source. The percentile is empty while the source has too few of them;
 * a new source's excess is that over the documents of all sources. Both are empty where no rule asks.
 *
 * @param percentile percentage of them that were below it, 0 to 100
 * @param excess by how much it is above the median, in the unit of what is compared; below 0 where it is under it
 */
public record Standing(OptionalDouble percentile, OptionalDouble excess) {

    /** Of a document that is compared with no other. */
    public static final Standing NONE = new Standing(OptionalDouble.empty(), OptionalDouble.empty());
}
