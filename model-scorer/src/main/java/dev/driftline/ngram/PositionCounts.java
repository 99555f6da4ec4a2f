package dev.driftline.ngram;

import java.util.Arrays;

/**
 * The counts that bear on one event: for each context length 0 &lt; d &lt; N, those of the context and of the word in it.
 *
 * <p>A reusable buffer that a lookup fills; {@link #matched()} says how many lengths it filled. In a context that begins
 * with {@code <s>} the continuation fields hold the raw counts, as the model defines it. Not thread-safe.
 */
public final class PositionCounts {

    static final int RAW_TOTAL = 0;
    static final int RAW_ONES = 1;
    static final int RAW_TWOS = 2;
    static final int RAW_THREES = 3;
    static final int CONTINUATION_TOTAL = 4;
    static final int CONTINUATION_ONES = 5;
    static final int CONTINUATION_TWOS = 6;
    static final int CONTINUATION_THREES = 7;
    static final int RAW = 8;
    static final int CONTINUATION = 9;
    static final int STRIDE = 10;

    final long[] cells;
    private int matched;

    /** A buffer for models of up to {@code order}. */
    public PositionCounts(int order) {
        cells = new long[Math.max(1, order) * STRIDE];
    }

    /** The length of the longest context that was seen. */
    public int matched() {
        return matched;
    }

    void matched(int length) {
        matched = length;
    }

    /** Sum of the raw counts of the followers of the context of {@code length} words. */
    public long rawTotal(int length) {
        return cells[length * STRIDE + RAW_TOTAL];
    }

    /** Distinct followers of that context. */
    public long followers(int length) {
        int base = length * STRIDE;
        return cells[base + RAW_ONES] + cells[base + RAW_TWOS] + cells[base + RAW_THREES];
    }

    /** Raw count of the word in that context. */
    public long raw(int length) {
        return cells[length * STRIDE + RAW];
    }

    /** Continuation count of the word in that context: distinct words to the left of the two together. */
    public long continuation(int length) {
        return cells[length * STRIDE + CONTINUATION];
    }

    /** Sum of the continuation counts of the followers of that context. */
    public long continuationTotal(int length) {
        return cells[length * STRIDE + CONTINUATION_TOTAL];
    }

    double rawMass(int length, Discounts discounts) {
        int base = length * STRIDE;
        return discounts.mass(cells[base + RAW_ONES], cells[base + RAW_TWOS], cells[base + RAW_THREES]);
    }

    double continuationMass(int length, Discounts discounts) {
        int base = length * STRIDE;
        return discounts.mass(
                cells[base + CONTINUATION_ONES], cells[base + CONTINUATION_TWOS], cells[base + CONTINUATION_THREES]);
    }

    /** Fills one length from eight context figures in the order of the constants above. */
    void setContext(int length, long[] figures, boolean rawOnly) {
        int base = length * STRIDE;
        System.arraycopy(figures, RAW_TOTAL, cells, base, 4);
        System.arraycopy(figures, rawOnly ? RAW_TOTAL : CONTINUATION_TOTAL, cells, base + CONTINUATION_TOTAL, 4);
    }

    /** The same from a part of a larger array; {@code rawTotal} is what the first of the figures stands for. */
    void setContext(int length, int[] figures, int offset, long rawTotal, boolean rawOnly) {
        int base = length * STRIDE;
        int ones = figures[offset + RAW_ONES];
        int twos = figures[offset + RAW_TWOS];
        int threes = figures[offset + RAW_THREES];
        cells[base + RAW_TOTAL] = rawTotal;
        cells[base + RAW_ONES] = ones;
        cells[base + RAW_TWOS] = twos;
        cells[base + RAW_THREES] = threes;
        cells[base + CONTINUATION_TOTAL] = rawOnly ? rawTotal : figures[offset + CONTINUATION_TOTAL];
        cells[base + CONTINUATION_ONES] = rawOnly ? ones : figures[offset + CONTINUATION_ONES];
        cells[base + CONTINUATION_TWOS] = rawOnly ? twos : figures[offset + CONTINUATION_TWOS];
        cells[base + CONTINUATION_THREES] = rawOnly ? threes : figures[offset + CONTINUATION_THREES];
    }

    void setWord(int length, long raw, long continuation) {
        int base = length * STRIDE;
        cells[base + RAW] = raw;
        cells[base + CONTINUATION] = continuation;
    }

    /** Has the counts of the word in the context of {@code length} words be these, for a bound on what it can have. */
    public void assume(int length, long raw, long continuation) {
        setWord(length, raw, continuation);
    }

    /** Fills one length for a context that was seen with one follower only. */
    void setSingle(int length, long count, boolean rawOnly, boolean same) {
        int base = length * STRIDE;
        Arrays.fill(cells, base, base + STRIDE, 0);
        long continuation = rawOnly ? count : 1;
        cells[base + RAW_TOTAL] = count;
        cells[base + (int) Math.min(count, 3)] = 1;
        cells[base + CONTINUATION_TOTAL] = continuation;
        cells[base + CONTINUATION_TOTAL + (int) Math.min(continuation, 3)] = 1;
        if (same) {
            cells[base + RAW] = count;
            cells[base + CONTINUATION] = continuation;
        }
    }
}
