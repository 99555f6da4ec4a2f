package dev.driftline.network.snapshots;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Where the chunks of snapshots wait until they are asked for, so that the heap holds only what is used. */
interface ChunkStore {

    /** Keeps a chunk; one that was there is replaced. */
    void put(String version, int index, byte[] chunk) throws IOException;

    /**
     * The first {@code bytes} bytes of a version, its chunks one after the other. What was never put reads as zeros.
     *
     * @throws NoSuchFileException if nothing of the version is kept
     */
    byte[] read(String version, int bytes) throws IOException;

    /** Forgets a version. */
    void drop(String version) throws IOException;

    /** Forgets everything. */
    void clear() throws IOException;

    /** Keeps nothing: for those who only want to know what there is. */
    static ChunkStore none() {
        return new ChunkStore() {
            @Override
            public void put(String version, int index, byte[] chunk) {}

            @Override
            public byte[] read(String version, int bytes) throws IOException {
                throw new NoSuchFileException(version);
            }

            @Override
            public void drop(String version) {}

            @Override
            public void clear() {}
        };
    }

    /**
     * Keeps a file for each version in {@code folder}, which is made when it is needed.
     *
     * @param wanted which versions to keep
     */
    static ChunkStore in(Path folder, Predicate<String> wanted) {
        return new InFolder(folder, wanted);
    }

    /** One file for each version, each chunk at its place. */
    record InFolder(Path folder, Predicate<String> wanted) implements ChunkStore {

        private static final String SUFFIX = ".snapshot";

        @Override
        public void put(String version, int index, byte[] chunk) throws IOException {
            if (!wanted.test(version)) {
                return;
            }
            Files.createDirectories(folder);
            try (FileChannel channel =
                    FileChannel.open(file(version), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
                ByteBuffer buffer = ByteBuffer.wrap(chunk);
                long at = (long) index * SnapshotMessages.CHUNK_BYTES;
                while (buffer.hasRemaining()) {
                    channel.write(buffer, at + buffer.position());
                }
            }
        }

        @Override
        public byte[] read(String version, int bytes) throws IOException {
            byte[] whole = new byte[bytes];
            try (FileChannel channel = FileChannel.open(file(version))) {
                ByteBuffer buffer = ByteBuffer.wrap(whole);
                while (buffer.hasRemaining() && channel.read(buffer) >= 0) {
                    // Reads on until the buffer is full or the file ends.
                }
            }
            return whole;
        }

        @Override
        public void drop(String version) throws IOException {
            Files.deleteIfExists(file(version));
        }

        @Override
        public void clear() throws IOException {
            if (Files.isDirectory(folder)) {
                List<Path> files;
                try (Stream<Path> all = Files.list(folder)) {
                    files = all.filter(file -> file.getFileName().toString().endsWith(SUFFIX))
                            .toList();
                }
                for (Path file : files) {
                    Files.deleteIfExists(file);
                }
            }
        }

        private Path file(String version) {
            return folder.resolve(version + SUFFIX);
        }
    }
}
