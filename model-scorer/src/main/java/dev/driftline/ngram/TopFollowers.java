package dev.driftline.ngram;

import dev.driftline.codec.Varints;

/**
 * The followers of a much-used context with the highest counts, kept as counts grow, so that predicting from a context
 * with ten thousand followers looks at {@value #SIZE}.
 *
 * <p>Exact while counts only grow: a word that is not listed has at most {@link #floor()}. Not thread-safe.
 */
final class TopFollowers {

    /** How many are kept. */
    static final int SIZE = 64;

    /** A context with more followers than this keeps such a list. */
    static final int WORTHWHILE = 512;

    /** Heap bytes, about. */
    static final long BYTES = 64 + SIZE * (long) (Integer.BYTES + Long.BYTES);

    private final int[] words = new int[SIZE];
    private final long[] counts = new long[SIZE];
    private int size;
    private long floor;

    /** {@code word} now has {@code count}, more than before. */
    void offer(int word, long count) {
        if (count <= floor) {
            return;
        }
        for (int i = 0; i < size; i++) {
            if (words[i] == word) {
                boolean wasFloor = size == SIZE && counts[i] == floor;
                counts[i] = count;
                if (wasFloor) {
                    refloor();
                }
                return;
            }
        }
        if (size < SIZE) {
            words[size] = word;
            counts[size++] = count;
            if (size == SIZE) {
                refloor();
            }
            return;
        }
        for (int i = 0; i < SIZE; i++) {
            if (counts[i] == floor) {
                words[i] = word;
                counts[i] = count;
                break;
            }
        }
        refloor();
    }

    private void refloor() {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < size; i++) {
            least = Math.min(least, counts[i]);
        }
        floor = least;
    }

    /** Appends what {@link #read} reads. */
    void write(Varints.Writer out) {
        out.writeInt(size);
        for (int i = 0; i < size; i++) {
            out.writeInt(words[i]);
            out.writeLong(counts[i]);
        }
    }

    /** Fills this, which is empty, with what {@link #write} wrote. */
    void read(Varints.Reader in) {
        size = in.readCount(2);
        for (int i = 0; i < size; i++) {
            words[i] = in.readInt();
            counts[i] = in.readLong();
        }
        if (size == SIZE) {
            refloor();
        }
    }

    /** The highest count that a word outside this list can have. */
    long floor() {
        return floor;
    }

    int size() {
        return size;
    }

    long count(int i) {
        return counts[i];
    }

    int word(int i) {
        return words[i];
    }
}
