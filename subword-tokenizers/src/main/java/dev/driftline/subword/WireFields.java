package dev.driftline.subword;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The fields of a Protocol Buffers message, one after another, as the wire format writes them. Lengths are checked before
 * anything is allocated. Not thread-safe.
 *
 * <p>Every method throws an {@link IllegalArgumentException} that names the byte where the message is broken.
 */
final class WireFields {

    private static final int VARINT = 0;
    private static final int FIXED_64 = 1;
    private static final int LENGTH = 2;
    private static final int FIXED_32 = 5;

    private final byte[] bytes;
    private final int end;
    private int at;
    private int number;
    private int type;
    private long value;
    private int from;

    WireFields(byte[] bytes) {
        this(bytes, 0, bytes.length);
    }

    private WireFields(byte[] bytes, int from, int end) {
        this.bytes = bytes;
        this.at = from;
        this.end = end;
    }

    /** Goes to the next field; false where there is none. */
    boolean next() {
        if (at == end) {
            return false;
        }
        from = at;
        long tag = varint();
        type = (int) (tag & 7);
        long field = tag >>> 3;
        if (field == 0 || field >= 1 << 29) {
            throw broken("has a field " + Long.toUnsignedString(field) + ", which no message has");
        }
        number = (int) field;
        switch (type) {
            case VARINT -> value = varint();
            case FIXED_64 -> skip(Long.BYTES);
            case LENGTH -> {
                long length = varint();
                if (length < 0 || length > end - at) {
                    throw broken(
                            "says that " + Long.toUnsignedString(length) + " bytes follow, and " + (end - at) + " do");
                }
                from = at;
                at += (int) length;
            }
            case FIXED_32 -> {
                from = at;
                skip(Integer.BYTES);
            }
            default -> throw broken("has a field of the type " + type + ", which this format has not");
        }
        return true;
    }

    /** The number of the field. */
    int number() {
        return number;
    }

    int integer() {
        require(VARINT);
        return (int) value;
    }

    boolean flag() {
        require(VARINT);
        return value != 0;
    }

    float decimal() {
        require(FIXED_32);
        return ByteBuffer.wrap(bytes, from, Float.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .getFloat();
    }

    String text() {
        require(LENGTH);
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes, from, at - from))
                    .toString();
        } catch (CharacterCodingException e) {
            throw broken("has a text that is not UTF-8");
        }
    }

    byte[] content() {
        require(LENGTH);
        return Arrays.copyOfRange(bytes, from, at);
    }

    WireFields message() {
        require(LENGTH);
        return new WireFields(bytes, from, at);
    }

    private void require(int expected) {
        if (type != expected) {
            throw broken("has the field " + number + " with the type " + type + " where " + expected + " is expected");
        }
    }

    private void skip(int length) {
        if (length > end - at) {
            throw broken("ends in the middle of a number");
        }
        at += length;
    }

    private long varint() {
        long read = 0;
        for (int shift = 0; shift < Long.SIZE; shift += 7) {
            if (at == end) {
                throw broken("ends in the middle of a number");
            }
            byte next = bytes[at++];
            read |= (long) (next & 0x7F) << shift;
            if (next >= 0) {
                return read;
            }
        }
        throw broken("has a number of more than 64 bits");
    }

    private IllegalArgumentException broken(String what) {
        return new IllegalArgumentException("the message at byte " + from + " " + what);
    }
}
