package dev.driftline.cli.options;

import dev.driftline.codec.WholeFile;
import dev.driftline.terminal.CommandFailedException;
import dev.driftline.terminal.ExitCodes;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A file or folder that a command will write when its work is done: looked at before the work begins. */
public final class OutputPath {

    private OutputPath() {}

    /**
     * Checks that {@code path} can be written and that nothing is lost by it.
     *
     * @param option the name of the option that gave it
     * @param overwrite whether what is there may be replaced
     * @throws CommandFailedException if there is something already, or its folder cannot be written to
     */
    public static void check(String option, Path path, boolean overwrite) {
        if (!overwrite && Files.exists(path) && !isEmptyFolder(path)) {
            throw new CommandFailedException(
                    option + " " + path + " exists: name another, or replace it with --overwrite", ExitCodes.USAGE);
        }
        Path folder = existing(path.toAbsolutePath().getParent());
        if (folder == null || !Files.isDirectory(folder) || !Files.isWritable(folder)) {
            throw new CommandFailedException(
                    option + " " + path + " cannot be written: " + folder
                            + " is not a folder that this user may write to",
                    ExitCodes.USAGE);
        }
    }

    /**
     * Checks that {@code path} is, or can be, a file, which appears when it is whole: the same, and not a folder, a device or a pipe.
     *
     * @param option the name of the option that gave it
     * @param overwrite whether a file that is there may be replaced
     * @throws CommandFailedException if it is something else, or there is something already, or its folder cannot be written to
     */
    public static void checkFile(String option, Path path, boolean overwrite) {
        if (Files.isDirectory(path)) {
            throw new CommandFailedException(option + " " + path + " is a folder: name a file", ExitCodes.USAGE);
        }
        if (!WholeFile.isReplaceable(path)) {
            throw new CommandFailedException(
                    option + " " + path
                            + " is a device or a pipe, which no file can replace: name a file, or give - and redirect the"
                            + " standard output where that is taken",
                    ExitCodes.USAGE);
        }
        check(option, path, overwrite);
    }

    /** The same for an option that need not be given. */
    public static void check(String option, Optional<Path> path, boolean overwrite) {
        path.ifPresent(given -> check(option, given, overwrite));
    }

    private static boolean isEmptyFolder(Path path) {
        String[] names = path.toFile().list();
        return names != null && names.length == 0;
    }

    /** The folder, or the nearest above it that is there: those between are made later. */
    private static @Nullable Path existing(@Nullable Path folder) {
        Path at = folder;
        while (at != null && !Files.exists(at)) {
            at = at.getParent();
        }
        return at;
    }
}
