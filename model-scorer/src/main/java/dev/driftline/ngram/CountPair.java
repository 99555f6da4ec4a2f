package dev.driftline.ngram;

import dev.driftline.codec.Varints;

/**
 * Two counts as one number: how often something came, and how many distinct words were before it, which are no more. Small ones,
 * and few are not, take a byte: the pairs (1, 0), (1, 1), (2, 0), (2, 1), (2, 2), … are numbered from 1 on. 0 stands for a pair
 * that has no number.
 */
final class CountPair {

    /** The highest first count of a pair that has a number: two bytes. */
    static final int LARGEST = 127;

    private CountPair() {}

    /** The number of a pair; 0 where it has none. */
    static int of(long count, long distinct) {
        if (count < 1 || count > LARGEST || distinct < 0 || distinct > count) {
            return 0;
        }
        return (int) (first(count) + distinct);
    }

    /** The first count of a pair that has a number; 0 of 0. */
    static int count(int pair) {
        int count = (int) ((Math.sqrt(8.0 * pair + 1) - 1) / 2);
        // Whichever way the root was rounded.
        while (first(count) > pair) {
            count--;
        }
        while (first(count + 1) <= pair) {
            count++;
        }
        return count;
    }

    /** The second count of a pair whose first is {@code count}. */
    static int distinct(int pair, int count) {
        return (int) (pair - first(count));
    }

    /** The number of the pair (count, 0). */
    private static long first(long count) {
        return count * (count + 1) / 2;
    }

    /** Writes the counts of a pair that has no number, behind its 0. */
    static void writeLarge(int pair, long count, long distinct, Varints.Writer out) {
        if (pair == 0) {
            out.writeLong(count);
            out.writeLong(distinct);
        }
    }

    /** The bytes of what {@link #writeLarge} writes. */
    static int largeBytes(int pair, long count, long distinct) {
        return pair > 0 ? 0 : PackedTuples.varint(count) + PackedTuples.varint(distinct);
    }
}
