package dev.driftline.codec;

import java.util.Arrays;

/**
 * Counts of up to 2⁶³ in the cells of an {@code int} array, for a table in which nearly all are small: a cell that is not
 * negative is the count, and the complement of a negative one is the place of a count kept here.
 *
 * <p>At 20,000 tokens a second the most frequent word passes 2³¹ within weeks, and within a hundred years 6 · 10¹³; of
 * n-grams a few hundred ever do. So the tables stay as small as they are, and a read costs one comparison more.
 *
 * <p>A cell must not be copied: {@link #cell} of its count makes another. Not thread-safe.
 */
public final class LargeCounts {

    private static final long[] NONE = {};

    /** Heap bytes, about: the large counts are too few to count. */
    public static final long BYTES = 24;

    private long[] counts = NONE;
    private int size;

    /** The count of a cell. */
    public long of(int cell) {
        return cell >= 0 ? cell : counts[~cell];
    }

    /** Forgets every count: no cell is in use. */
    public void clear() {
        size = 0;
    }

    /** A cell for a count. */
    public int cell(long count) {
        return count <= Integer.MAX_VALUE ? (int) count : enlarge(count);
    }

    /** The cell after {@code more} is added to its count. */
    public int plus(int cell, long more) {
        long after = cell + more;
        return cell >= 0 && after <= Integer.MAX_VALUE ? (int) after : plusLarge(cell, more);
    }

    private int plusLarge(int cell, long more) {
        if (cell >= 0) {
            return enlarge(cell + more);
        }
        counts[~cell] += more;
        return cell;
    }

    private int enlarge(long count) {
        if (size == counts.length) {
            counts = Arrays.copyOf(counts, Math.max(4, size * 2));
        }
        counts[size] = count;
        return ~size++;
    }
}
