package dev.driftline.neural.snapshot;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;

/** The bytes of a safetensors file, in memory or on disk. */
sealed interface SafetensorsSource {

    /** The size of the file in bytes. */
    long size() throws IOException;

    /** {@code length} bytes from {@code at}, little-endian. */
    ByteBuffer read(long at, int length) throws IOException;

    record InMemory(byte[] bytes) implements SafetensorsSource {
        @Override
        public long size() {
            return bytes.length;
        }

        @Override
        public ByteBuffer read(long at, int length) {
            return ByteBuffer.wrap(bytes, (int) at, length).slice().order(ByteOrder.LITTLE_ENDIAN);
        }
    }

    record InFile(FileChannel channel) implements SafetensorsSource {
        @Override
        public long size() throws IOException {
            return channel.size();
        }

        @Override
        public ByteBuffer read(long at, int length) throws IOException {
            ByteBuffer buffer = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
            while (buffer.hasRemaining()) {
                if (channel.read(buffer, at + buffer.position()) < 0) {
                    throw new InvalidSnapshotException("became shorter while it was read");
                }
            }
            return buffer.flip();
        }
    }
}
