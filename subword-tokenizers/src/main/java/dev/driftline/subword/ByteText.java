package dev.driftline.subword;

import java.util.Arrays;

/** UTF-8 that grows. Not thread-safe. */
final class ByteText {

    private static final byte[] LENGTHS = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 3, 4};

    private byte[] bytes;
    private int size;

    ByteText(int expected) {
        bytes = new byte[Math.max(16, expected)];
    }

    void add(byte next) {
        if (size == bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.addExact(size, size >> 1));
        }
        bytes[size++] = next;
    }

    void add(byte[] text, int from, int to) {
        for (int at = from; at < to; at++) {
            add(text[at]);
        }
    }

    int size() {
        return size;
    }

    byte at(int index) {
        return bytes[index];
    }

    boolean endsWith(byte[] end) {
        return size >= end.length && Arrays.equals(bytes, size - end.length, size, end, 0, end.length);
    }

    void cutTo(int length) {
        size = length;
    }

    byte[] toBytes() {
        return Arrays.copyOf(bytes, size);
    }

    /** How many bytes the character has that begins here; no more than there are. */
    static int characterLength(byte[] text, int from, int to) {
        return Math.min(to - from, LENGTHS[(text[from] & 0xFF) >>> 4]);
    }
}
