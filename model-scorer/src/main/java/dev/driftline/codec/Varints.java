package dev.driftline.codec;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** Unsigned LEB128 integers and length-prefixed byte strings: the alphabet of every binary format in Driftline. */
public final class Varints {

    private Varints() {}

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
            int v = value;
            while ((v & ~0x7F) != 0) {
                buffer[size++] = (byte) (v | 0x80);
                v >>>= 7;
            }
            buffer[size++] = (byte) v;
        }

        /** Appends {@code value} as an unsigned varint; a negative value takes ten bytes. */
        public void writeLong(long value) {
            ensure(10);
            long v = value;
            while ((v & ~0x7FL) != 0) {
                buffer[size++] = (byte) (v | 0x80);
                v >>>= 7;
            }
            buffer[size++] = (byte) v;
        }

        /** Appends {@code value} as four bytes, little endian. */
        public void writeFloat(float value) {
            ensure(4);
            int bits = Float.floatToRawIntBits(value);
            buffer[size++] = (byte) bits;
            buffer[size++] = (byte) (bits >>> 8);
            buffer[size++] = (byte) (bits >>> 16);
            buffer[size++] = (byte) (bits >>> 24);
        }

        /** Appends {@code value} as eight bytes, little endian. */
        public void writeDouble(double value) {
            ensure(8);
            long bits = Double.doubleToRawLongBits(value);
            for (int shift = 0; shift < 64; shift += 8) {
                buffer[size++] = (byte) (bits >>> shift);
            }
        }

        /** Appends the length of {@code bytes} and then the bytes. */
        public void writeBytes(byte[] bytes) {
            writeBytes(bytes, 0, bytes.length);
        }

        /** Appends {@code length} and then that many bytes from {@code offset}. */
        public void writeBytes(byte[] bytes, int offset, int length) {
            writeInt(length);
            ensure(length);
            System.arraycopy(bytes, offset, buffer, size, length);
            size += length;
        }

        /** The number of bytes written so far. */
        public int size() {
            return size;
        }

        /** Forgets what was written and keeps the room. */
        public void reset() {
            size = 0;
        }

        /** A copy of what was written. */
        public byte[] toByteArray() {
            return Arrays.copyOf(buffer, size);
        }

        private void ensure(int more) {
            if (size + more > buffer.length) {
                buffer = Arrays.copyOf(buffer, Math.max(size + more, buffer.length * 2));
            }
        }
    }

    /** Reads what a {@link Writer} wrote. Not thread-safe. */
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

        /** The position of the next byte in the underlying array. */
        public int position() {
            return at;
        }

        /** The next byte, 0 to 255. */
        public int readByte() {
            return buffer[at++] & 0xFF;
        }

        /** The next unsigned varint. */
        public int readInt() {
            byte b = buffer[at++];
            if (b >= 0) {
                return b;
            }
            int value = b & 0x7F;
            int shift = 7;
            do {
                b = buffer[at++];
                value |= (b & 0x7F) << shift;
                shift += 7;
            } while (b < 0);
            return value;
        }

        /** The next unsigned varint of up to 64 bits. */
        public long readLong() {
            long value = 0;
            int shift = 0;
            byte b;
            do {
                b = buffer[at++];
                value |= (long) (b & 0x7F) << shift;
                shift += 7;
            } while (b < 0);
            return value;
        }

        /** The next four bytes as a float, little endian. */
        public float readFloat() {
            int bits = (buffer[at] & 0xFF)
                    | (buffer[at + 1] & 0xFF) << 8
                    | (buffer[at + 2] & 0xFF) << 16
                    | (buffer[at + 3] & 0xFF) << 24;
            at += 4;
            return Float.intBitsToFloat(bits);
        }

        /** The next eight bytes as a double, little endian. */
        public double readDouble() {
            long bits = 0;
            for (int shift = 0; shift < 64; shift += 8) {
                bits |= (buffer[at++] & 0xFFL) << shift;
            }
            return Double.longBitsToDouble(bits);
        }

        /** The next length-prefixed byte string. */
        public byte[] readBytes() {
            int length = readInt();
            byte[] bytes = Arrays.copyOfRange(buffer, at, at + length);
            at += length;
            return bytes;
        }

        /** Passes over {@code length} bytes. */
        public void skip(int length) {
            at += length;
        }
    }
}
