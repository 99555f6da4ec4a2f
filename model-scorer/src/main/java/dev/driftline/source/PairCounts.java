package dev.driftline.source;

/** Counts of pairs of small numbers: open addressing, linear probing, removal by shifting back. */
final class PairCounts {

    private long[] keys = new long[256];
    private int[] counts = new int[256];
    private int size;

    int get(int first, int second) {
        long key = key(first, second);
        int mask = keys.length - 1;
        for (int slot = slot(key, mask); ; slot = slot + 1 & mask) {
            long found = keys[slot];
            if (found == key) {
                return counts[slot];
            }
            if (found == 0) {
                return 0;
            }
        }
    }

    /** Adds one and returns the count before. */
    int increment(int first, int second) {
        long key = key(first, second);
        int mask = keys.length - 1;
        int slot = slot(key, mask);
        while (keys[slot] != 0) {
            if (keys[slot] == key) {
                return counts[slot]++;
            }
            slot = slot + 1 & mask;
        }
        keys[slot] = key;
        counts[slot] = 1;
        if (++size > keys.length / 3 * 2) {
            rehash();
        }
        return 0;
    }

    /** Takes one from a pair that has a count and returns what is left. */
    int decrement(int first, int second) {
        long key = key(first, second);
        int mask = keys.length - 1;
        int slot = slot(key, mask);
        while (keys[slot] != key) {
            slot = slot + 1 & mask;
        }
        int left = --counts[slot];
        if (left == 0) {
            int hole = slot;
            for (int at = hole + 1 & mask; keys[at] != 0; at = at + 1 & mask) {
                if ((at - slot(keys[at], mask) & mask) >= (at - hole & mask)) {
                    keys[hole] = keys[at];
                    counts[hole] = counts[at];
                    hole = at;
                }
            }
            keys[hole] = 0;
            size--;
        }
        return left;
    }

    int size() {
        return size;
    }

    private void rehash() {
        long[] oldKeys = keys;
        int[] oldCounts = counts;
        keys = new long[oldKeys.length * 2];
        counts = new int[oldKeys.length * 2];
        int mask = keys.length - 1;
        for (int i = 0; i < oldKeys.length; i++) {
            if (oldKeys[i] != 0) {
                int slot = slot(oldKeys[i], mask);
                while (keys[slot] != 0) {
                    slot = slot + 1 & mask;
                }
                keys[slot] = oldKeys[i];
                counts[slot] = oldCounts[i];
            }
        }
    }

    private static long key(int first, int second) {
        return ((long) first << 32 | second) + 1;
    }

    private static int slot(long key, int mask) {
        return (int) (key * 0x9E3779B97F4A7C15L >>> 32) & mask;
    }
}
