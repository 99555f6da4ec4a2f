package dev.driftline.bench.process;

import dev.driftline.codec.FolderTree;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Folders that come and go with a measurement. */
public final class Folders {

    private Folders() {}

    /** The bytes of all files below {@code folder}. */
    public static long bytes(Path folder) {
        return bytes(folder, file -> true);
    }

    /** The bytes of those files below {@code folder} that {@code counted} accepts. */
    public static long bytes(Path folder, Predicate<Path> counted) {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile)
                    .filter(counted)
                    .mapToLong(Folders::size)
                    .sum();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list " + folder, e);
        }
    }

    private static long size(Path file) {
        try {
            return Files.size(file);
        } catch (NoSuchFileException e) {
            return 0; // RocksDB has removed it meanwhile
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Removes {@code folder} and what is in it. */
    public static void delete(Path folder) {
        try {
            FolderTree.delete(folder);
        } catch (IOException e) {
            System.err.println("cannot remove " + folder + ": " + e.getMessage());
        }
    }
}
