package dev.driftline.input;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Reads Avro's binary encoding from an array without believing any length in it: nothing is allocated for what a record
 * claims, so a few bad bytes cannot ask for gigabytes.
 */
final class AvroInput {

    private byte[] bytes = {};
    private int at;
    private int end;
    private int start;

    /** Starts over at {@code offset} of {@code bytes}. */
    void reset(byte[] bytes, int offset) {
        this.bytes = bytes;
        at = offset;
        end = bytes.length;
    }

    /** The array that is read from. */
    byte[] bytes() {
        return bytes;
    }

    /** Where the string that {@link #readString()} passed over begins. */
    int start() {
        return start;
    }

    boolean atEnd() {
        return at == end;
    }

    int remaining() {
        return end - at;
    }

    long readLong() throws Rejection {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            if (at == end) {
                throw corrupt("the value ends inside a number");
            }
            byte b = bytes[at++];
            value |= (long) (b & 0x7F) << shift;
            if (b >= 0) {
                return value >>> 1 ^ -(value & 1);
            }
        }
        throw corrupt("a number has more than ten bytes");
    }

    boolean readBoolean() throws Rejection {
        if (at == end) {
            throw corrupt("the value ends before a boolean");
        }
        byte b = bytes[at++];
        if (b != 0 && b != 1) {
            throw corrupt("a boolean is " + b);
        }
        return b == 1;
    }

    /** Passes over a string and returns its length in bytes; it begins at {@link #start()}. */
    int readString() throws Rejection {
        long length = readLong();
        if (length < 0 || length > end - at) {
            throw corrupt("a string claims " + length + " bytes, but " + (end - at) + " are left");
        }
        start = at;
        at += (int) length;
        return (int) length;
    }

    /** The number of items in the next block of an array or a map, 0 after the last; each item has a byte or more. */
    int readBlock() throws Rejection {
        long count = readLong();
        if (count < 0) {
            count = -count;
            readLong(); // the block's size in bytes, for readers that skip it
        }
        if (count < 0 || count > end - at) {
            throw corrupt("a block claims " + count + " items, but " + (end - at) + " bytes are left");
        }
        return (int) count;
    }

    /** Passes over a map from strings to strings. */
    void skipStringMap() throws Rejection {
        for (int items = readBlock(); items > 0; items = readBlock()) {
            for (int i = 0; i < items; i++) {
                readString();
                readString();
            }
        }
    }

    /** A map from strings to strings; what is no UTF-8 in it is read as Avro's own decoder does, with a mark instead. */
    Map<String, String> readStringMap() throws Rejection {
        Map<String, String> map = new LinkedHashMap<>();
        for (int items = readBlock(); items > 0; items = readBlock()) {
            for (int i = 0; i < items; i++) {
                int length = readString();
                String name = new String(bytes, start, length, StandardCharsets.UTF_8);
                length = readString();
                map.put(name, new String(bytes, start, length, StandardCharsets.UTF_8));
            }
        }
        return map;
    }

    static Rejection corrupt(String message) {
        return new Rejection(DeadLetterReason.CORRUPT, "the bytes do not follow their schema: " + message);
    }
}
