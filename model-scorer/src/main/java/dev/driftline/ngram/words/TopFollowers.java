package dev.driftline.ngram.words;

import dev.driftline.codec.Varints;

/**
 * The followers of a much-used context with the highest counts, kept as counts grow, so that predicting from a context
 * with ten thousand followers looks at {@value #SIZE}.
 *
 * <p>A word that is not listed has at most {@link #floor()}. A listed one whose count falls to that leaves the list; once too many
 * have, it has to be made again. Not thread-safe.
 */
public final class TopFollowers {

    /** How many are kept. */
    public static final int SIZE = 64;

    /** A context with more followers than this keeps such a list. */
    public static final int WORTHWHILE = 512;

    /** Heap bytes, about. */
    public static final long BYTES = 64 + SIZE * (long) (Integer.BYTES + Long.BYTES);

    private final int[] words = new int[SIZE];
    private final long[] counts = new long[SIZE];
    private int size;
    private long floor;

    /** {@code word} now has {@code count}, more than before. */
    public void offer(int word, long count) {
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
        int least = 0;
        for (int i = 1; i < SIZE; i++) {
            if (counts[i] < counts[least]) {
                least = i;
            }
        }
        if (counts[least] < count) {
            words[least] = word;
            counts[least] = count;
        }
        refloor();
    }

    /**
     * {@code word} now has {@code count}, less than before.
     *
     * @return whether so few are listed that the list ought to be made again
     */
    public boolean lower(int word, long count) {
        for (int i = 0; i < size; i++) {
            if (words[i] == word) {
                if (count > floor) {
                    counts[i] = count;
                } else {
                    words[i] = words[--size];
                    counts[i] = counts[size];
                }
                break;
            }
        }
        return floor > 0 && size < SIZE / 2;
    }

    /** Lists nothing, and nothing is said of what is not listed. */
    public void clear() {
        size = 0;
        floor = 0;
    }

    /** Whether a word can have as many as {@link #floor} that is not listed, although there is room. */
    public boolean hasGap() {
        return size < SIZE && floor > 0;
    }

    /** A word that is not listed has at most so many. */
    public void floor(long most) {
        floor = most;
    }

    private void refloor() {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < size; i++) {
            least = Math.min(least, counts[i]);
        }
        floor = least;
    }

    /** Appends what {@link #read} reads. */
    public void write(Varints.Writer out) {
        out.writeInt(size);
        for (int i = 0; i < size; i++) {
            out.writeInt(words[i]);
            out.writeLong(counts[i]);
        }
    }

    /** Fills this, which is empty, with what {@link #write} wrote. */
    public void read(Varints.Reader in) {
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
    public long floor() {
        return floor;
    }

    /** How many are listed. */
    public int size() {
        return size;
    }

    /** The count of the one at place {@code i}. */
    public long count(int i) {
        return counts[i];
    }

    /** The word at place {@code i}. */
    public int word(int i) {
        return words[i];
    }
}
