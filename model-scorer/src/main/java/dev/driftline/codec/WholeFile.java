package dev.driftline.codec;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import java.util.UUID;

/**
 * Files that appear when they are whole: they are written beside their place first, so that nobody reads half of one, and what
 * was there before stays where the writing fails. Thread-safe; of two who write one file at once, the last one wins.
 */
public final class WholeFile {

    /** What is in a file. */
    @FunctionalInterface
    public interface Content {

        /** Writes it, from the beginning of an empty file. */
        void writeTo(FileChannel file) throws IOException;
    }

    private WholeFile() {}

    /**
     * Writes a file; one that is there is replaced. Folders that lack are made.
     *
     * @throws IOException if it cannot be written; what was there before is still there
     */
    public static void write(Path file, Content content) throws IOException {
        Path target = file.toAbsolutePath().normalize();
        Path folder = Objects.requireNonNull(target.getParent(), "a file has a folder");
        // Not for a link to a folder, which Java before 20 takes for something in the way.
        if (!Files.isDirectory(folder)) {
            Files.createDirectories(folder);
        }
        Path draft = target.resolveSibling("." + target.getFileName() + "." + UUID.randomUUID() + ".part");
        try {
            // Not a temporary file of Java's, which only its owner could read once it has its name.
            try (FileChannel channel =
                    FileChannel.open(draft, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                content.writeTo(channel);
            }
            replace(draft, target);
        } finally {
            Files.deleteIfExists(draft);
        }
    }

    /** Whether {@code file} is not there, or may be replaced by a file: a folder, a device and a pipe may not. */
    public static boolean isReplaceable(Path file) {
        return !Files.exists(file) || Files.isRegularFile(file);
    }

    /**
     * Gives a complete file another name on the same file system; a file that has that name is replaced.
     *
     * @throws IOException if what has that name is no file, such as {@code /dev/null}
     */
    public static void replace(Path complete, Path file) throws IOException {
        if (!isReplaceable(file)) {
            throw new IOException(file + " is a folder, a device or a pipe, and is not replaced by a file");
        }
        try (FileChannel written = FileChannel.open(complete, StandardOpenOption.WRITE)) {
            // Otherwise a crash of the machine could leave the name without the content.
            written.force(true);
        }
        try {
            Files.move(complete, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(complete, file, StandardCopyOption.REPLACE_EXISTING);
        }
    }
}
