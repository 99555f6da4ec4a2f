package dev.driftline.source;

import dev.driftline.mixture.SourceMemory;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Small numbers for the words that a source's window holds; numbers of words that left it are given out again.
 *
 * <p>Open addressing with linear probing; removal shifts back, so there are no tombstones.
 */
final class WordDictionary {

    /** The first number given to a word: after those that {@link SourceMemory} names. */
    static final int FIRST_WORD = SourceMemory.BEGIN_OF_SENTENCE + 1;

    private int[] slots = new int[64];
    private @Nullable String[] words = new String[64];
    private int[] free = new int[16];
    private int freeCount;
    private int limit = FIRST_WORD;
    private int size;
    private long characters;

    /** The number of {@code word}, or {@link SourceMemory#NOT_HELD}. */
    int find(String word) {
        int mask = slots.length - 1;
        for (int slot = slot(word, mask); ; slot = slot + 1 & mask) {
            int id = slots[slot];
            if (id == 0) {
                return SourceMemory.NOT_HELD;
            }
            if (words[id].equals(word)) {
                return id;
            }
        }
    }

    /** The number of {@code word}, a new one where it has none. */
    int number(String word) {
        int mask = slots.length - 1;
        int slot = slot(word, mask);
        while (slots[slot] != 0) {
            if (words[slots[slot]].equals(word)) {
                return slots[slot];
            }
            slot = slot + 1 & mask;
        }
        int id = freeCount > 0 ? free[--freeCount] : limit++;
        if (id >= words.length) {
            words = Arrays.copyOf(words, words.length * 2);
        }
        words[id] = word;
        slots[slot] = id;
        size++;
        characters += word.length();
        if (size * 2 > slots.length) {
            rehash();
        }
        return id;
    }

    /** Takes the number from its word. */
    void remove(int id) {
        int mask = slots.length - 1;
        characters -= words[id].length();
        int hole = slot(words[id], mask);
        while (slots[hole] != id) {
            hole = hole + 1 & mask;
        }
        for (int at = hole + 1 & mask; slots[at] != 0; at = at + 1 & mask) {
            int home = slot(words[slots[at]], mask);
            if ((at - home & mask) >= (at - hole & mask)) {
                slots[hole] = slots[at];
                hole = at;
            }
        }
        slots[hole] = 0;
        words[id] = null;
        size--;
        if (freeCount == free.length) {
            free = Arrays.copyOf(free, free.length * 2);
        }
        free[freeCount++] = id;
    }

    /** The word with number {@code id}, or null where none has it. */
    @Nullable
    String word(int id) {
        return id < words.length ? words[id] : null;
    }

    /** One more than the largest number given out so far. */
    int limit() {
        return limit;
    }

    /** Heap that it takes, in bytes, about. */
    long heapBytes() {
        return 4L * (slots.length + free.length) + 8L * words.length + 48L * size + 2 * characters;
    }

    /** The number of words. */
    int size() {
        return size;
    }

    private void rehash() {
        slots = new int[slots.length * 2];
        int mask = slots.length - 1;
        for (int id = FIRST_WORD; id < limit; id++) {
            if (words[id] != null) {
                int slot = slot(words[id], mask);
                while (slots[slot] != 0) {
                    slot = slot + 1 & mask;
                }
                slots[slot] = id;
            }
        }
    }

    private static int slot(String word, int mask) {
        int hash = word.hashCode() * 0x9E3779B9;
        return (hash ^ hash >>> 15) & mask;
    }
}
