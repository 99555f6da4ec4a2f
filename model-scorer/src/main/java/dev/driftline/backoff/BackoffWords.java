package dev.driftline.backoff;

import dev.driftline.codec.SplitMix64;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Words and their indexes: the bytes of all words in one array, and an open-addressing table over them. About 10 bytes a
 * word beside its UTF-8. Thread-safe once nothing is added any more.
 */
final class BackoffWords {

    static final int NONE = -1;

    private static final long FNV_PRIME = 0x100000001B3L;
    private static final long FNV_START = 0xCBF29CE484222325L;

    private byte[] pool;
    private int[] ends;
    private int[] table;
    private int size;

    BackoffWords() {
        this(new byte[64], new int[16], new int[32], 0);
    }

    private BackoffWords(byte[] pool, int[] ends, int[] table, int size) {
        this.pool = pool;
        this.ends = ends;
        this.table = table;
        this.size = size;
    }

    /** Of arrays that {@link #pool()} and {@link #ends()} gave. */
    static BackoffWords of(byte[] pool, int[] ends) {
        BackoffWords words = new BackoffWords(pool, ends, new int[0], ends.length);
        words.rehash(tableSize(ends.length));
        return words;
    }

    int size() {
        return size;
    }

    /** Makes room for {@code words} words, so that nothing is copied on the way. */
    void expect(int words) {
        if (words > ends.length) {
            ends = Arrays.copyOf(ends, words);
            rehash(tableSize(words));
        }
    }

    /** Its index, or {@link #NONE} if it was here before. */
    int add(byte[] bytes, int from, int to) {
        if ((size + 1) * 3L > table.length * 2L) {
            rehash(tableSize((int) Math.min(Integer.MAX_VALUE / 2, 2L * (size + 1))));
        }
        int slot = slot(hash(bytes, from, to));
        while (table[slot] != 0) {
            if (same(table[slot] - 1, bytes, from, to)) {
                return NONE;
            }
            slot = slot + 1 == table.length ? 0 : slot + 1;
        }
        int start = size == 0 ? 0 : ends[size - 1];
        int end = Math.addExact(start, to - from);
        if (end > pool.length) {
            pool = Arrays.copyOf(pool, (int) Math.min(Integer.MAX_VALUE - 8, Math.max(end, pool.length * 3L / 2)));
        }
        System.arraycopy(bytes, from, pool, start, to - from);
        if (size == ends.length) {
            ends = Arrays.copyOf(ends, (int) Math.min(Integer.MAX_VALUE - 8, size * 3L / 2));
        }
        ends[size] = end;
        table[slot] = ++size;
        return size - 1;
    }

    int index(byte[] bytes, int from, int to) {
        int slot = slot(hash(bytes, from, to));
        while (table[slot] != 0) {
            if (same(table[slot] - 1, bytes, from, to)) {
                return table[slot] - 1;
            }
            slot = slot + 1 == table.length ? 0 : slot + 1;
        }
        return NONE;
    }

    /** Its index, or {@link #NONE}; allocates nothing. */
    int index(String word) {
        int slot = slot(hash(word));
        while (table[slot] != 0) {
            if (same(table[slot] - 1, word)) {
                return table[slot] - 1;
            }
            slot = slot + 1 == table.length ? 0 : slot + 1;
        }
        return NONE;
    }

    String word(int index) {
        int start = start(index);
        return new String(pool, start, ends[index] - start, StandardCharsets.UTF_8);
    }

    void trim() {
        pool = size == 0 ? new byte[0] : Arrays.copyOf(pool, ends[size - 1]);
        ends = Arrays.copyOf(ends, size);
        if (tableSize(size) != table.length) {
            rehash(tableSize(size));
        }
    }

    /** The bytes of all words, one after the other; not to be changed. */
    byte[] pool() {
        return pool;
    }

    /** Where each word ends in {@link #pool()}; not to be changed. */
    int[] ends() {
        return ends;
    }

    /** The same for the same words in the same order. */
    long fingerprint() {
        long hash = SplitMix64.mix(size);
        for (int i = 0; i < size; i++) {
            hash = SplitMix64.mix(hash ^ hash(pool, start(i), ends[i]));
        }
        return hash;
    }

    long heapBytes() {
        return pool.length + 4L * ends.length + 4L * table.length;
    }

    private int start(int index) {
        return index == 0 ? 0 : ends[index - 1];
    }

    private static int tableSize(int words) {
        return (int) Math.min(Integer.MAX_VALUE - 8L, words * 5L / 3 + 8);
    }

    private void rehash(int slots) {
        int[] larger = new int[slots];
        table = larger;
        for (int i = 0; i < size; i++) {
            int slot = slot(hash(pool, start(i), ends[i]));
            while (larger[slot] != 0) {
                slot = slot + 1 == slots ? 0 : slot + 1;
            }
            larger[slot] = i + 1;
        }
    }

    private int slot(long hash) {
        return (int) ((SplitMix64.mix(hash) >>> 32) * table.length >>> 32);
    }

    private boolean same(int index, byte[] bytes, int from, int to) {
        return Arrays.equals(pool, start(index), ends[index], bytes, from, to);
    }

    private static long hash(byte[] bytes, int from, int to) {
        long hash = FNV_START;
        for (int i = from; i < to; i++) {
            hash = (hash ^ (bytes[i] & 0xFF)) * FNV_PRIME;
        }
        return hash;
    }

    /** {@link #hash(byte[], int, int)} of its UTF-8. */
    private static long hash(String word) {
        long hash = FNV_START;
        for (int i = 0; i < word.length(); i++) {
            int c = word.charAt(i);
            if (c < 0x80) {
                hash = (hash ^ c) * FNV_PRIME;
                continue;
            }
            int point = word.codePointAt(i);
            i += Character.charCount(point) - 1;
            int bytes = bytesOf(point);
            for (int at = 0; at < bytes; at++) {
                hash = (hash ^ utf8(point, bytes, at)) * FNV_PRIME;
            }
        }
        return hash;
    }

    private boolean same(int index, String word) {
        int at = start(index);
        int end = ends[index];
        for (int i = 0; i < word.length(); i++) {
            int point = word.codePointAt(i);
            i += Character.charCount(point) - 1;
            int bytes = bytesOf(point);
            if (end - at < bytes) {
                return false;
            }
            for (int b = 0; b < bytes; b++) {
                if ((pool[at++] & 0xFF) != utf8(point, bytes, b)) {
                    return false;
                }
            }
        }
        return at == end;
    }

    private static int bytesOf(int point) {
        return point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    }

    /** Byte {@code at} of the UTF-8 of a character that takes {@code bytes}; half of a surrogate pair equals no word's. */
    private static int utf8(int point, int bytes, int at) {
        if (at == 0) {
            return bytes == 1 ? point : (0xF00 >> bytes & 0xFF | point >> 6 * (bytes - 1)) & 0xFF;
        }
        return 0x80 | point >> 6 * (bytes - 1 - at) & 0x3F;
    }
}
