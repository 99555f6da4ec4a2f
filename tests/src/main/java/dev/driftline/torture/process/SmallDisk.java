package dev.driftline.torture.process;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** A file system of its own, in memory and small, that can be filled up. Mounting one takes root. */
public final class SmallDisk implements AutoCloseable {

    private static final int CHUNK_BYTES = 1 << 20;
    private static final int COMMAND_SECONDS = 10;

    private final Path folder;

    private SmallDisk(Path folder) {
        this.folder = folder;
    }

    /**
     * Mounts it.
     *
     * @param folder where; is made
     * @throws IOException if that is not permitted, with the words of {@code mount}
     */
    public static SmallDisk mount(Path folder, int megabytes) throws IOException {
        Files.createDirectories(folder);
        run("mount", "-t", "tmpfs", "-o", "size=" + megabytes + "m", "tmpfs", folder.toString());
        return new SmallDisk(folder);
    }

    /** Where it is mounted. */
    public Path folder() {
        return folder;
    }

    /** Fills it to the last byte. */
    public void fill() {
        byte[] zeros = new byte[CHUNK_BYTES];
        for (int chunk = CHUNK_BYTES; chunk >= 1; chunk /= 16) {
            try (OutputStream out = Files.newOutputStream(
                    filler(), java.nio.file.StandardOpenOption.CREATE, java.nio.file.StandardOpenOption.APPEND)) {
                while (true) {
                    out.write(zeros, 0, chunk);
                }
            } catch (IOException full) {
                // Smaller pieces may still fit.
            }
        }
    }

    /** Frees what {@link #fill} took. */
    public void free() {
        try {
            Files.deleteIfExists(filler());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot delete " + filler(), e);
        }
    }

    private Path filler() {
        return folder.resolve("filler");
    }

    /** Unmounts it, with what is on it. */
    @Override
    public void close() {
        try {
            run("umount", "-l", folder.toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void run(String... command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try {
            String output =
                    new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
            if (!process.waitFor(COMMAND_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new IOException(output.strip());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }
}
