package dev.driftline.backoff;

import java.util.Arrays;

/** Sorts the children of one context: the most probable one first, among equals the lower word. */
final class Siblings {

    private static final int FEW = 24;

    private final int[] words;
    private final float[] log10;
    private final float[] backoffs;
    private long[] keys = {};
    private int[] ids = {};
    private float[] p = {};
    private float[] b = {};

    /** @param backoffs empty where the children have none */
    Siblings(int[] words, float[] log10, float[] backoffs) {
        this.words = words;
        this.log10 = log10;
        this.backoffs = backoffs;
    }

    /** Sorts a range; gives a word that is in it twice, or −1. */
    int sort(int from, int to) {
        return to - from <= FEW ? insert(from, to) : sortMany(from, to);
    }

    private int insert(int from, int to) {
        boolean middle = backoffs.length > 0;
        for (int i = from + 1; i < to; i++) {
            int word = words[i];
            float probability = log10[i];
            float backoff = middle ? backoffs[i] : 0;
            int at = i;
            for (int j = from; j < i; j++) {
                if (words[j] == word) {
                    return word;
                }
            }
            while (at > from && (log10[at - 1] < probability || log10[at - 1] == probability && words[at - 1] > word)) {
                words[at] = words[at - 1];
                log10[at] = log10[at - 1];
                if (middle) {
                    backoffs[at] = backoffs[at - 1];
                }
                at--;
            }
            words[at] = word;
            log10[at] = probability;
            if (middle) {
                backoffs[at] = backoff;
            }
        }
        return -1;
    }

    private int sortMany(int from, int to) {
        int size = to - from;
        if (keys.length < size) {
            int larger = (int) Math.min(Integer.MAX_VALUE - 8, size * 3L / 2);
            keys = new long[larger];
            ids = new int[larger];
            p = new float[larger];
            b = new float[larger];
        }
        for (int i = 0; i < size; i++) {
            keys[i] = (long) words[from + i] << 32 | i;
        }
        permute(from, size);
        for (int i = from + 1; i < to; i++) {
            if (words[i] == words[i - 1]) {
                return words[i];
            }
        }
        for (int i = 0; i < size; i++) {
            keys[i] = (long) BackoffBuilder.descending(log10[from + i]) << 32 | i;
        }
        permute(from, size);
        return -1;
    }

    private void permute(int from, int size) {
        Arrays.sort(keys, 0, size);
        System.arraycopy(words, from, ids, 0, size);
        System.arraycopy(log10, from, p, 0, size);
        boolean middle = backoffs.length > 0;
        if (middle) {
            System.arraycopy(backoffs, from, b, 0, size);
        }
        for (int i = 0; i < size; i++) {
            int old = (int) keys[i];
            words[from + i] = ids[old];
            log10[from + i] = p[old];
            if (middle) {
                backoffs[from + i] = b[old];
            }
        }
    }
}
