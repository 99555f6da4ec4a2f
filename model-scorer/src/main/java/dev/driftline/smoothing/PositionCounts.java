package dev.driftline.smoothing;

import dev.driftline.codec.LargeCounts;
import java.util.Arrays;

/**
 * The counts that bear on one event: for each context length 0 &lt; d &lt; N, those of the context and of the word in it.
 *
 * <p>A reusable buffer that a lookup fills; {@link #matched()} says how many lengths it filled. In a context that begins
 * with {@code <s>} the continuation fields hold the raw counts, as the model defines it. Not thread-safe.
 */
public final class PositionCounts {

    public static final int RAW_TOTAL = 0;
    public static final int RAW_ONES = 1;
    public static final int RAW_TWOS = 2;
    public static final int RAW_THREES = 3;
    public static final int CONTINUATION_TOTAL = 4;
    public static final int CONTINUATION_ONES = 5;
    public static final int CONTINUATION_TWOS = 6;
    public static final int CONTINUATION_THREES = 7;
    public static final int RAW = 8;
    public static final int CONTINUATION = 9;
    /** Of the totals, what was followed by words that are forgotten; where only raw counts are kept, twice the same. */
    public static final int FORGOTTEN_RAW = 10;

    public static final int FORGOTTEN_CONTINUATION = 11;
    public static final int STRIDE = 12;

    /** As {@link LargeCounts} has them. */
    private final int[] cells;

    private final LargeCounts large = new LargeCounts();
    private int matched;

    /** A buffer for models of up to {@code order}. */
    public PositionCounts(int order) {
        cells = new int[Math.max(1, order) * STRIDE];
    }

    /** The length of the longest context that was seen. */
    public int matched() {
        return matched;
    }

    public void matched(int length) {
        matched = length;
    }

    /** Sum of the raw counts of the followers of the context of {@code length} words. */
    public long rawTotal(int length) {
        return large.of(cells[length * STRIDE + RAW_TOTAL]);
    }

    /** Distinct followers of that context. */
    public int followers(int length) {
        int base = length * STRIDE;
        return cells[base + RAW_ONES] + cells[base + RAW_TWOS] + cells[base + RAW_THREES];
    }

    /** Raw count of the word in that context. */
    public long raw(int length) {
        return large.of(cells[length * STRIDE + RAW]);
    }

    /** Continuation count of the word in that context: distinct words to the left of the two together. */
    public long continuation(int length) {
        return large.of(cells[length * STRIDE + CONTINUATION]);
    }

    /** Sum of the continuation counts of the followers of that context. */
    public long continuationTotal(int length) {
        return large.of(cells[length * STRIDE + CONTINUATION_TOTAL]);
    }

    double rawMass(int length, Discounts discounts) {
        int base = length * STRIDE;
        return discounts.mass(cells[base + RAW_ONES], cells[base + RAW_TWOS], cells[base + RAW_THREES])
                + large.of(cells[base + FORGOTTEN_RAW]);
    }

    /** Of {@link #rawTotal}, the raw counts of followers that are forgotten: their mass goes to the shorter context. */
    public long forgottenRaw(int length) {
        return large.of(cells[length * STRIDE + FORGOTTEN_RAW]);
    }

    double continuationMass(int length, Discounts discounts) {
        int base = length * STRIDE;
        return discounts.mass(
                        cells[base + CONTINUATION_ONES],
                        cells[base + CONTINUATION_TWOS],
                        cells[base + CONTINUATION_THREES])
                + large.of(cells[base + FORGOTTEN_CONTINUATION]);
    }

    /**
     * Whether every count here is that of {@code other}: of the contexts that were seen, and of the word in them.
     *
     * @return the length of the first context where they differ; 0 where they are the same
     */
    public int differsFrom(PositionCounts other) {
        int both = Math.min(matched, other.matched);
        for (int length = 1; length <= both; length++) {
            for (int cell = length * STRIDE; cell < (length + 1) * STRIDE; cell++) {
                if (large.of(cells[cell]) != other.large.of(other.cells[cell])) {
                    return length;
                }
            }
        }
        return matched == other.matched ? 0 : both + 1;
    }

    /** One of the eight figures of a context, in the order of the constants above. */
    public long figure(int length, int figure) {
        return large.of(cells[length * STRIDE + figure]);
    }

    /**
     * Fills one length from an array of eight context figures in the order of the constants above, and of the two of what is
     * forgotten.
     *
     * @param large what the totals among them refer to
     */
    public void setContext(int length, int[] figures, int offset, LargeCounts large, boolean rawOnly) {
        int base = length * STRIDE;
        if (length == 1) {
            this.large.clear();
        }
        System.arraycopy(figures, offset, cells, base, 4);
        System.arraycopy(figures, rawOnly ? offset : offset + 4, cells, base + 4, 4);
        cells[base + FORGOTTEN_RAW] = figures[offset + 8];
        cells[base + FORGOTTEN_CONTINUATION] = figures[rawOnly ? offset + 8 : offset + 9];
        if ((cells[base + RAW_TOTAL] | cells[base + CONTINUATION_TOTAL]) < 0) {
            own(base + RAW_TOTAL, large);
            own(base + CONTINUATION_TOTAL, large);
            own(base + FORGOTTEN_RAW, large);
            own(base + FORGOTTEN_CONTINUATION, large);
        }
    }

    /** Forgets the counts of every length, for a caller that fills one length only. */
    public void clear() {
        large.clear();
    }

    private void own(int cell, LargeCounts from) {
        cells[cell] = large.cell(from.of(cells[cell]));
    }

    public void setWord(int length, long raw, long continuation) {
        int base = length * STRIDE;
        cells[base + RAW] = large.cell(raw);
        cells[base + CONTINUATION] = large.cell(continuation);
    }

    /** Has the counts of the word in the context of {@code length} words be these, for a bound on what it can have. */
    public void assume(int length, long raw, long continuation) {
        setWord(length, raw, continuation);
    }

    /**
     * Fills one length for a context that was seen with one follower only.
     *
     * @param left distinct words before the two
     */
    public void setSingle(int length, long count, int left, boolean rawOnly, boolean same) {
        int base = length * STRIDE;
        if (length == 1) {
            large.clear();
        }
        Arrays.fill(cells, base, base + STRIDE, 0);
        // Nothing adds to these cells, so that two may share a count.
        int raw = large.cell(count);
        int continuation = rawOnly ? raw : left;
        int ofRaw = (int) Math.min(count, 3);
        cells[base + RAW_TOTAL] = raw;
        cells[base + ofRaw] = 1;
        cells[base + CONTINUATION_TOTAL] = continuation;
        cells[base + CONTINUATION_TOTAL + (rawOnly ? ofRaw : Math.min(left, 3))] = 1;
        if (same) {
            cells[base + RAW] = raw;
            cells[base + CONTINUATION] = continuation;
        }
    }
}
