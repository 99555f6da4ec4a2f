package dev.driftline.codec;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Distinct byte strings, numbered from 0 in the order in which they were added: the bytes end to end in one array, found
 * through an open-addressing table of their hashes. 12 bytes and the string each, about. Not thread-safe.
 *
 * <p>The caller brings the hash, which must be the same for the same bytes and good in its low bits.
 */
public final class ByteStrings {

    /** What {@link #find} returns for a string that was never added. */
    public static final int ABSENT = -1;

    private final int slotsAtFirst;
    private byte[] bytes;
    private int[] ends;
    private int[] hashes;
    private int size;
    /** Number + 1; 0 is a free slot. At most half are taken. */
    private int[] slots;

    /** @param slots of the table at first, a power of two: room for half as many strings */
    public ByteStrings(int slots) {
        slotsAtFirst = slots;
        this.slots = new int[slots];
        ends = new int[slots / 2];
        hashes = new int[slots / 2];
        bytes = new byte[slots * 4];
    }

    /** The number of a string, or {@link #ABSENT}. */
    public int find(byte[] in, int from, int to, int hash) {
        int mask = slots.length - 1;
        for (int slot = hash & mask; ; slot = slot + 1 & mask) {
            int number = slots[slot] - 1;
            if (number < 0) {
                return ABSENT;
            }
            if (hashes[number] == hash && Arrays.equals(bytes, start(number), ends[number], in, from, to)) {
                return number;
            }
        }
    }

    /** Adds a string that {@link #find} did not find; returns its number. */
    public int add(byte[] in, int from, int to, int hash) {
        int start = size == 0 ? 0 : ends[size - 1];
        int end = start + to - from;
        if (end > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(end, bytes.length * 2));
        }
        System.arraycopy(in, from, bytes, start, to - from);
        if (size == ends.length) {
            ends = Arrays.copyOf(ends, size * 2);
            hashes = Arrays.copyOf(hashes, size * 2);
        }
        int number = size++;
        ends[number] = end;
        hashes[number] = hash;
        if (size * 2 > slots.length) {
            slots = new int[slots.length * 2];
            for (int i = 0; i < size; i++) {
                place(i);
            }
        } else {
            place(number);
        }
        return number;
    }

    private void place(int number) {
        int mask = slots.length - 1;
        int slot = hashes[number] & mask;
        while (slots[slot] != 0) {
            slot = slot + 1 & mask;
        }
        slots[slot] = number + 1;
    }

    private int start(int number) {
        return number == 0 ? 0 : ends[number - 1];
    }

    /** The number of strings. */
    public int size() {
        return size;
    }

    /** The hash with which a string was added. */
    public int hash(int number) {
        return hashes[number];
    }

    /** A string, read as UTF-8. */
    public String utf8(int number) {
        int start = start(number);
        return new String(bytes, start, ends[number] - start, StandardCharsets.UTF_8);
    }

    /** Appends the length of a string and then its bytes. */
    public void write(int number, Varints.Writer out) {
        int start = start(number);
        out.writeBytes(bytes, start, ends[number] - start);
    }

    /**
     * Forgets every string.
     *
     * @param keptSlots a table larger than this is let go, or clearing it would cost every small use after a large one
     */
    public void clear(int keptSlots) {
        size = 0;
        if (slots.length > keptSlots) {
            slots = new int[slotsAtFirst];
        } else {
            Arrays.fill(slots, 0);
        }
    }
}
