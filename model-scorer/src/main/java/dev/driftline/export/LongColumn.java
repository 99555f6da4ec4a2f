package dev.driftline.export;

import java.util.Arrays;

/** Numbers that are added one after the other and then sorted. Not thread-safe. */
final class LongColumn {

    private long[] numbers = new long[16];
    private int size;

    void add(long number) {
        if (size == numbers.length) {
            numbers = Arrays.copyOf(numbers, 2 * size);
        }
        numbers[size++] = number;
    }

    long get(int at) {
        return numbers[at];
    }

    int size() {
        return size;
    }

    /** Sorts them, and leaves each once. */
    void sortDistinct() {
        Arrays.sort(numbers, 0, size);
        int kept = 0;
        for (int i = 0; i < size; i++) {
            if (i == 0 || numbers[i] != numbers[kept - 1]) {
                numbers[kept++] = numbers[i];
            }
        }
        size = kept;
    }
}
