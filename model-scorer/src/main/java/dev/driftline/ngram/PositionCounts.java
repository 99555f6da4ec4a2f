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

    final int[] cells;
    private int matched;

    /** A buffer for models of up to {@code order}. */
    public PositionCounts(int order) {
        cells = new int[Math.max(1, order) * STRIDE];
    }

    /** The length of the longest context that was seen. */
    public int matched() {
        return matched;
    }

    void matched(int length) {
        matched = length;
    }

    /** Sum of the raw counts of the followers of the context of {@code length} words. */
    public int rawTotal(int length) {
        return cells[length * STRIDE + RAW_TOTAL];
    }

    /** Distinct followers of that context. */
    public int followers(int length) {
        int base = length * STRIDE;
        return cells[base + RAW_ONES] + cells[base + RAW_TWOS] + cells[base + RAW_THREES];
    }

    /** Raw count of the word in that context. */
    public int raw(int length) {
        return cells[length * STRIDE + RAW];
    }

    /** Continuation count of the word in that context: distinct words to the left of the two together. */
    public int continuation(int length) {
        return cells[length * STRIDE + CONTINUATION];
    }

    /** Sum of the continuation counts of the followers of that context. */
    public int continuationTotal(int length) {
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

    /** Fills one length from an array of eight context figures in the order of the constants above. */
    void setContext(int length, int[] figures, int offset, boolean rawOnly) {
        int base = length * STRIDE;
        System.arraycopy(figures, offset, cells, base, 4);
        System.arraycopy(figures, rawOnly ? offset : offset + 4, cells, base + 4, 4);
    }

    void setWord(int length, int raw, int continuation) {
        int base = length * STRIDE;
        cells[base + RAW] = raw;
        cells[base + CONTINUATION] = continuation;
    }

    /** Has the counts of the word in the context of {@code length} words be these, for a bound on what it can have. */
    public void assume(int length, int raw, int continuation) {
        setWord(length, raw, continuation);
    }

    /** Fills one length for a context that was seen with one follower only. */
    void setSingle(int length, int count, boolean rawOnly, boolean same) {
        int base = length * STRIDE;
        Arrays.fill(cells, base, base + STRIDE, 0);
        int continuation = rawOnly ? count : 1;
        cells[base + RAW_TOTAL] = count;
        cells[base + Math.min(count, 3)] = 1;
        cells[base + CONTINUATION_TOTAL] = continuation;
        cells[base + 4 + Math.min(continuation, 3)] = 1;
        if (same) {
            cells[base + RAW] = count;
            cells[base + CONTINUATION] = continuation;
        }
    }
}
