package dev.driftline.smoothing;

import dev.driftline.codec.Varints;

/**
 * How many n-grams of each order occur once, twice, three and four times: what the discounts are estimated from.
 *
 * <p>Kept for raw counts and for continuation counts (n-grams that begin with {@code <s>} enter the latter with their
 * raw count, as the model defines it). Not thread-safe.
 */
public final class CountsOfCounts {

    private static final int CLASSES = 4;

    private final int order;
    private final long[] raw;
    private final long[] continuation;

    /** @param order the longest n-grams */
    public CountsOfCounts(int order) {
        this.order = order;
        raw = new long[(order + 1) * CLASSES];
        continuation = new long[(order + 1) * CLASSES];
    }

    /** An n-gram of order {@code k} went from raw count {@code from} to {@code to}. */
    public void moveRaw(int k, long from, long to) {
        move(raw, k, from, to);
    }

    /** An n-gram of order {@code k} went from continuation count {@code from} to {@code to}. */
    public void moveContinuation(int k, long from, long to) {
        move(continuation, k, from, to);
    }

    /** Adds an n-gram of order {@code k}, or takes it out: {@code sign} is 1 or −1. */
    public void count(int k, long rawCount, long continuationCount, int sign) {
        count(raw, k, rawCount, sign);
        if (k < order) {
            count(continuation, k, continuationCount, sign);
        }
    }

    private static void count(long[] counts, int k, long count, int sign) {
        if (count > 0 && count <= CLASSES) {
            counts[k * CLASSES - 1 + (int) count] += sign;
        }
    }

    private static void move(long[] counts, int k, long from, long to) {
        int base = k * CLASSES - 1;
        if (from > 0 && from <= CLASSES) {
            counts[base + (int) from]--;
        }
        if (to > 0 && to <= CLASSES) {
            counts[base + (int) to]++;
        }
    }

    /** The number of n-grams of order {@code k} with raw count {@code count}, 1 to 4. */
    public long raw(int k, int count) {
        return raw[k * CLASSES + count - 1];
    }

    /** The number of n-grams of order {@code k} with continuation count {@code count}, 1 to 4. */
    public long continuation(int k, int count) {
        return continuation[k * CLASSES + count - 1];
    }

    /** Discounts of order {@code k} from the raw counts as they stand. */
    public Discounts rawDiscounts(int k) {
        return Discounts.of(raw(k, 1), raw(k, 2), raw(k, 3), raw(k, 4));
    }

    /** Discounts of order {@code k} from the continuation counts as they stand. */
    public Discounts continuationDiscounts(int k) {
        return Discounts.of(continuation(k, 1), continuation(k, 2), continuation(k, 3), continuation(k, 4));
    }

    /** Appends what {@link #read} reads. */
    public void write(Varints.Writer out) {
        for (int i = CLASSES; i < (order + 1) * CLASSES; i++) {
            out.writeLong(raw[i]);
            out.writeLong(continuation[i]);
        }
    }

    /** Takes over what {@link #write} wrote. */
    public void read(Varints.Reader in) {
        for (int i = CLASSES; i < (order + 1) * CLASSES; i++) {
            raw[i] = in.readLong();
            continuation[i] = in.readLong();
        }
    }
}
