package dev.driftline.cli.arpa;

import dev.driftline.codec.FolderTree;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A folder for what is not whole yet, on the file system of what will be. It goes when it is closed; one that a killed process left
 * goes after a day, with another.
 */
final class WorkFolder implements AutoCloseable {

    private static final String PREFIX = ".driftline-export-";

    private static final Pattern NAME = Pattern.compile(Pattern.quote(PREFIX) + "([0-9]+)-[0-9]+");

    /** A folder that others share may have one of a process on another machine. */
    private static final Duration ABANDONED = Duration.ofDays(1);

    private final Path path;

    private WorkFolder(Path path) {
        this.path = path;
    }

    /** A new folder in {@code folder}, which is made if it is not there. */
    static WorkFolder in(Path folder) throws IOException {
        Files.createDirectories(folder);
        try (DirectoryStream<Path> there = Files.newDirectoryStream(folder, PREFIX + "*")) {
            for (Path other : there) {
                Matcher name = NAME.matcher(String.valueOf(other.getFileName()));
                if (name.matches() && isAbandoned(other, Long.parseLong(name.group(1)))) {
                    FolderTree.delete(other);
                }
            }
        }
        String name = PREFIX + ProcessHandle.current().pid() + "-" + System.nanoTime();
        return new WorkFolder(Files.createDirectory(folder.resolve(name)));
    }

    private static boolean isAbandoned(Path folder, long process) throws IOException {
        return ProcessHandle.of(process).isEmpty()
                && Files.getLastModifiedTime(folder)
                        .toInstant()
                        .isBefore(Instant.now().minus(ABANDONED));
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
