package dev.driftline.codec;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * Unsigned LEB128 integers, little-endian numbers of fixed width, and length-prefixed byte strings: the alphabet of every
 * binary format in Driftline.
 */
public final class Varints {

    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private Varints() {}

    /** The CRC-32C of {@code length} bytes from {@code offset}. */
    public static int checksum(byte[] bytes, int offset, int length) {
        CRC32C checksum = new CRC32C();
        checksum.update(bytes, offset, length);
        return (int) checksum.getValue();
    }

    /** A growing byte buffer that is written front to back. Not thread-safe. */
    public static final class Writer {
        private byte[] buffer;
        private int size;

        /** A writer with room for {@code capacity} bytes before it grows. */
        public Writer(int capacity) {
            buffer = new byte[Math.max(16, capacity)];
        }

        /** Appends one byte. */
        public void writeByte(int value) {
            ensure(1);
            buffer[size++] = (byte) value;
        }

        /** Appends {@code value} as an unsigned varint; a negative value takes five bytes. */
        public void writeInt(int value) {
            ensure(5);
            byte[] bytes = buffer;
            int at = size;
            int v = value;
            while ((v & ~0x7F) != 0) {
                bytes[at++] = (byte) (v | 0x80);
                v >>>= 7;
            }
            bytes[at++] = (byte) v;
            size = at;
        }

        /** Appends {@code value} so that it is short where it is near 0, above or below. */
        public void writeSignedLong(long value) {
            writeLong(value << 1 ^ value >> 63);
        }

        /** Appends {@code value} as an unsigned varint; a negative value takes ten bytes. */
        public void writeLong(long value) {
            ensure(10);
            byte[] bytes = buffer;
            int at = size;
            long v = value;
            while ((v & ~0x7FL) != 0) {
                bytes[at++] = (byte) (v | 0x80);
                v >>>= 7;
            }
            bytes[at++] = (byte) v;
            size = at;
        }

        /** Appends {@code value} as four bytes, little endian. */
        public void writeFixedInt(int value) {
            ensure(Integer.BYTES);
            INT.set(buffer, size, value);
            size += Integer.BYTES;
        }

        /** Appends {@code value} as eight bytes, little endian. */
        public void writeFixedLong(long value) {
            ensure(Long.BYTES);
            LONG.set(buffer, size, value);
            size += Long.BYTES;
        }

        /** Appends {@code value} as four bytes, little endian. */
        public void writeFloat(float value) {
            writeFixedInt(Float.floatToRawIntBits(value));
        }

        /** Appends {@code value} as eight bytes, little endian. */
        public void writeDouble(double value) {
            writeFixedLong(Double.doubleToRawLongBits(value));
        }

        /** Appends the length of {@code bytes} and then the bytes. */
        public void writeBytes(byte[] bytes) {
            writeBytes(bytes, 0, bytes.length);
        }

        /** Appends {@code length} and then that many bytes from {@code offset}. */
        public void writeBytes(byte[] bytes, int offset, int length) {
            writeInt(length);
            append(bytes, offset, length);
        }

        /** Appends the CRC-32C of everything written so far, as four bytes, little endian. */
        public void writeChecksum() {
            writeFixedInt(checksum(buffer, 0, size));
        }

        /** The number of bytes written so far. */
        public int size() {
            return size;
        }

        /** Forgets what was written and keeps the room. */
        public void reset() {
            size = 0;
        }

        /**
         * Forgets what was written after the first {@code size} bytes.
         *
         * @throws IllegalArgumentException if fewer were written
         */
        public void truncate(int size) {
            if (size < 0 || size > this.size) {
                throw new IllegalArgumentException(size + " bytes of the " + this.size + " that were written");
            }
            this.size = size;
        }

        /** Appends what {@code other} has from byte {@code from} on, without a length. */
        public void append(Writer other, int from) {
            int length = other.size - from;
            ensure(length);
            System.arraycopy(other.buffer, from, buffer, size, length);
            size += length;
        }

        /** Appends bytes, without their length. */
        public void append(byte[] bytes, int offset, int length) {
            ensure(length);
            System.arraycopy(bytes, offset, buffer, size, length);
            size += length;
        }

        /** A copy of what was written. */
        public byte[] toByteArray() {
            return Arrays.copyOf(buffer, size);
        }

        /** Copies what was written into {@code into}, from byte {@code to} on. */
        public void copyTo(byte[] into, int to) {
            System.arraycopy(buffer, 0, into, to, size);
        }

        private void ensure(int more) {
            if (size + more > buffer.length) {
                buffer = Arrays.copyOf(buffer, Math.max(size + more, buffer.length * 2));
            }
        }
    }

    /**
     * Reads what a {@link Writer} wrote. Not thread-safe.
     *
     * <p>Every method throws {@link MalformedBytesException} where the bytes end before the value does; a length is
     * checked against the bytes that are left before anything is allocated for it.
     */
    public static final class Reader {
        private final byte[] buffer;
        private final int end;
        private int at;

        /** A reader over {@code bytes}. */
        public Reader(byte[] bytes) {
            this(bytes, 0, bytes.length);
        }

        /** A reader over {@code length} bytes of {@code bytes} from {@code offset}. */
        public Reader(byte[] bytes, int offset, int length) {
            buffer = bytes;
            at = offset;
            end = offset + length;
        }

        /** A reader over what remains in an array-backed {@code buffer}. */
        public Reader(ByteBuffer buffer) {
            this(buffer.array(), buffer.arrayOffset() + buffer.position(), buffer.remaining());
        }

        /** True while bytes are left. */
        public boolean hasRemaining() {
            return at < end;
        }

        /** The number of bytes that are left. */
        public int remaining() {
            return end - at;
        }

        /** The position of the next byte in the underlying array. */
        public int position() {
            return at;
        }

        private byte next() {
            if (at >= end) {
                throw tooShort(1);
            }
            return buffer[at++];
        }

        /** The next byte, 0 to 255. */
        public int readByte() {
            return next() & 0xFF;
        }

        /** The next unsigned varint. */
        public int readInt() {
            byte b = next();
            if (b >= 0) {
                return b;
            }
            int value = b & 0x7F;
            int shift = 7;
            do {
                b = next();
                value |= (b & 0x7F) << shift;
                shift += 7;
            } while (b < 0);
            return value;
        }

        /** The next number of {@link Writer#writeSignedLong}. */
        public long readSignedLong() {
            long folded = readLong();
            return folded >>> 1 ^ -(folded & 1);
        }

        /** The next unsigned varint of up to 64 bits. */
        public long readLong() {
            byte b = next();
            if (b >= 0) {
                return b;
            }
            long value = b & 0x7F;
            int shift = 7;
            do {
                b = next();
                value |= (long) (b & 0x7F) << shift;
                shift += 7;
            } while (b < 0);
            return value;
        }

        /**
         * The next unsigned varint, as a number of elements that follow: at most as many as there are bytes left.
         *
         * @param bytes the fewest bytes that one element takes, 1 or more
         */
        public int readCount(int bytes) {
            int count = readInt();
            if (count < 0 || count > (end - at) / bytes) {
                throw new MalformedBytesException("a count of " + Integer.toUnsignedString(count) + " elements of "
                        + bytes + " or more bytes stands before the last " + (end - at) + " bytes");
            }
            return count;
        }

        /** The next four bytes as an integer, little endian. */
        public int readFixedInt() {
            require(Integer.BYTES);
            int value = (int) INT.get(buffer, at);
            at += Integer.BYTES;
            return value;
        }

        /** The next eight bytes as an integer, little endian. */
        public long readFixedLong() {
            require(Long.BYTES);
            long value = (long) LONG.get(buffer, at);
            at += Long.BYTES;
            return value;
        }

        /** The next four bytes as a float, little endian. */
        public float readFloat() {
            return Float.intBitsToFloat(readFixedInt());
        }

        /** The next eight bytes as a double, little endian. */
        public double readDouble() {
            return Double.longBitsToDouble(readFixedLong());
        }

        /** The next length-prefixed byte string. */
        public byte[] readBytes() {
            int length = readInt();
            require(length);
            byte[] bytes = Arrays.copyOfRange(buffer, at, at + length);
            at += length;
            return bytes;
        }

        /** Copies the next {@code length} bytes. */
        public void readInto(byte[] into, int to, int length) {
            require(length);
            System.arraycopy(buffer, at, into, to, length);
            at += length;
        }

        /** Passes over {@code length} bytes. */
        public void skip(int length) {
            require(length);
            at += length;
        }

        private void require(int length) {
            if (length < 0 || length > end - at) {
                throw tooShort(length);
            }
        }

        private MalformedBytesException tooShort(int length) {
            return new MalformedBytesException(
                    Integer.toUnsignedString(length) + " bytes are expected and " + (end - at) + " are left");
        }
    }
}
