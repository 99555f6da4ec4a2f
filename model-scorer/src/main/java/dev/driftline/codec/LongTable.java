package dev.driftline.codec;

import java.util.Arrays;

/**
 * Positive counts, or other numbers above 0, by 64-bit keys; a key that is not there has 0. Open addressing with linear
 * probing; removal shifts back, so there are no tombstones. 12 bytes a slot, at most two thirds of them taken. Not
 * thread-safe.
 *
 * <p>Three tables of this code base are not built on it: that of {@code ContextTrie}, the entries of which share a word with
 * a part of their hash; that of {@code WideContext}, which keeps two counts beside each key in one cache line; and that of
 * {@code ReferenceModel}, of which each source has three and which takes 8 bytes a slot.
 */
public final class LongTable {

    /** Each key plus one: 0 is a free slot. */
    private long[] keys;

    private int[] values;
    private int size;

    /** @param capacity slots at first, a power of two */
    public LongTable(int capacity) {
        keys = new long[capacity];
        values = new int[capacity];
    }

    /** The number of a key, or 0. */
    public int get(long key) {
        long wanted = key + 1;
        int mask = keys.length - 1;
        for (int slot = slot(wanted, mask); ; slot = slot + 1 & mask) {
            long found = keys[slot];
            if (found == wanted) {
                return values[slot];
            }
            if (found == 0) {
                return 0;
            }
        }
    }

    /** Reads where the search for a key begins, for a caller that is about to ask for many. */
    public long readAhead(long key) {
        int slot = slot(key + 1, keys.length - 1);
        return keys[slot] + values[slot];
    }

    /**
     * Gives a key a number unless it has one.
     *
     * @param key any but −1
     * @param value above 0
     * @return the number that the key had, or 0
     */
    public int putIfAbsent(long key, int value) {
        int slot = find(key + 1);
        if (keys[slot] != 0) {
            return values[slot];
        }
        insert(slot, key + 1, value);
        return 0;
    }

    /**
     * Adds one to the count of a key.
     *
     * @param key any but −1
     * @return the count before
     */
    public int increment(long key) {
        int slot = find(key + 1);
        if (keys[slot] != 0) {
            return values[slot]++;
        }
        insert(slot, key + 1, 1);
        return 0;
    }

    /**
     * Takes one from the count of a key that has one, and removes the key where nothing is left.
     *
     * @return the count after
     */
    public int decrement(long key) {
        int slot = find(key + 1);
        int left = --values[slot];
        if (left == 0) {
            remove(slot);
        }
        return left;
    }

    /**
     * Forgets every key.
     *
     * @param kept a table of more slots than this is let go for one of so many, a power of two
     */
    public void clear(int kept) {
        if (keys.length > kept) {
            keys = new long[kept];
            values = new int[kept];
        } else {
            Arrays.fill(keys, 0);
        }
        size = 0;
    }

    /** Keys that have a number. */
    public int size() {
        return size;
    }

    /** Bytes of heap that the slots take. */
    public long heapBytes() {
        return keys.length * (long) (Long.BYTES + Integer.BYTES);
    }

    private int find(long wanted) {
        int mask = keys.length - 1;
        int slot = slot(wanted, mask);
        while (keys[slot] != 0 && keys[slot] != wanted) {
            slot = slot + 1 & mask;
        }
        return slot;
    }

    private void insert(int slot, long wanted, int value) {
        keys[slot] = wanted;
        values[slot] = value;
        if (++size > keys.length / 3 * 2) {
            grow();
        }
    }

    private void remove(int slot) {
        int mask = keys.length - 1;
        int hole = slot;
        for (int at = hole + 1 & mask; keys[at] != 0; at = at + 1 & mask) {
            if ((at - slot(keys[at], mask) & mask) >= (at - hole & mask)) {
                keys[hole] = keys[at];
                values[hole] = values[at];
                hole = at;
            }
        }
        keys[hole] = 0;
        size--;
    }

    private void grow() {
        long[] oldKeys = keys;
        int[] oldValues = values;
        keys = new long[oldKeys.length * 2];
        values = new int[keys.length];
        for (int i = 0; i < oldKeys.length; i++) {
            if (oldKeys[i] != 0) {
                int slot = find(oldKeys[i]);
                keys[slot] = oldKeys[i];
                values[slot] = oldValues[i];
            }
        }
    }

    private static int slot(long wanted, int mask) {
        return (int) (wanted * SplitMix64.GOLDEN >>> 32) & mask;
    }
}
