package dev.driftline.export;

import java.util.Arrays;
import java.util.BitSet;

/**
 * The n-grams of one order, sorted: those that go on from one n-gram of the order below are side by side, by their last word. Not
 * thread-safe.
 */
final class Ngrams {

    /** In place of a position: there is no such n-gram. */
    static final int NONE = -1;

    /** By n-gram of the order below, where those begin that go on from it; one more at the end. */
    final int[] first;

    /** By n-gram, its last word. */
    final int[] word;

    final float[] probability;

    /** By n-gram, the weight of what it is the context of. */
    final float[] backoff;

    /** By n-gram, what its followers leave of the probability; NaN where it is no context. Empty where nothing is pruned. */
    final float[] rest;

    /** By n-gram, where the n-gram without its first word is in the order below, or {@link #NONE}. */
    final int[] shorter;

    /** Those that have been pruned. */
    final BitSet pruned = new BitSet();

    /** @param rests whether {@link #rest} is kept */
    Ngrams(int[] first, int size, boolean rests) {
        this.first = first;
        word = new int[size];
        probability = new float[size];
        backoff = new float[size];
        shorter = new int[size];
        rest = new float[rests ? size : 0];
        Arrays.fill(backoff, 1);
        Arrays.fill(rest, Float.NaN);
    }

    int size() {
        return word.length;
    }

    /** Those that are left. */
    int kept() {
        return word.length - pruned.cardinality();
    }

    /** The n-gram that goes on from {@code before}, of the order below, by {@code last}; {@link #NONE} where there is none. */
    int find(int before, int last) {
        int low = first[before];
        int high = first[before + 1] - 1;
        while (low <= high) {
            int middle = low + high >>> 1;
            int found = word[middle];
            if (found == last) {
                return middle;
            }
            if (found < last) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return NONE;
    }

    /** As {@link #find}, without those that have been pruned. */
    int findKept(int before, int last) {
        int found = find(before, last);
        return found >= 0 && pruned.get(found) ? NONE : found;
    }
}
