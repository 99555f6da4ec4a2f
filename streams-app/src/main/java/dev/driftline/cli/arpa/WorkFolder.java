package dev.driftline.cli.arpa;

import dev.driftline.codec.FolderTree;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A folder for what is not whole yet, on the file system of what will be. It goes when it is closed; one that a killed process left
 * goes with the next.
 */
final class WorkFolder implements AutoCloseable {

    private static final String PREFIX = ".driftline-export-";

    private static final Pattern NAME = Pattern.compile(Pattern.quote(PREFIX) + "([0-9]+)");

    private final Path path;

    private WorkFolder(Path path) {
        this.path = path;
    }

    /** A new folder in {@code folder}, which is made if it is not there. */
    static WorkFolder in(Path folder) throws IOException {
        Files.createDirectories(folder);
        long own = ProcessHandle.current().pid();
        try (DirectoryStream<Path> there = Files.newDirectoryStream(folder, PREFIX + "*")) {
            for (Path other : there) {
                Matcher name = NAME.matcher(String.valueOf(other.getFileName()));
                if (name.matches() && isGone(Long.parseLong(name.group(1)), own)) {
                    FolderTree.delete(other);
                }
            }
        }
        return new WorkFolder(Files.createDirectories(folder.resolve(PREFIX + own)));
    }

    private static boolean isGone(long process, long own) {
        return process == own || ProcessHandle.of(process).isEmpty();
    }

    /** A path in it. */
    Path resolve(String name) {
        return path.resolve(name);
    }

    @Override
    public void close() {
        try {
            FolderTree.delete(path);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot delete " + path, e);
        }
    }
}
