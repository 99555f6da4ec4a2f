package dev.driftline.demo;

import java.util.Arrays;

/** The words of each document, in the order in which they were sent. Thread-safe. */
final class WordCounts {

    private int[] words = new int[1024];
    private int documents;

    /** The next document has {@code count} words, {@code </s>} not counted. */
    synchronized void add(int count) {
        if (documents == words.length) {
            words = Arrays.copyOf(words, documents * 2);
        }
        words[documents++] = count;
    }

    /** Of the first {@code most} documents, the index of the first one before which at least 80 % of their words come. */
    synchronized int lastFifth(long most) {
        int known = (int) Math.min(most, documents);
        long all = Arrays.stream(words, 0, known).asLongStream().sum();
        long before = 0;
        for (int i = 0; i < known; i++) {
            if (before * 5 >= all * 4) {
                return i;
            }
            before += words[i];
        }
        return known;
    }
}
