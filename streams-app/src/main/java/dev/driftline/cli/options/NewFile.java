package dev.driftline.cli.options;

import dev.driftline.neural.snapshot.SnapshotFolder;
import dev.driftline.terminal.CommandFailedException;
import dev.driftline.terminal.ExitCodes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Where a command writes: checked before it works, and never overwritten unasked. Use as {@code @Mixin}. */
public final class NewFile {

    @Option(
            names = "--overwrite",
            description = "Replace what is there. Default: refuse to write over an existing file or snapshot.")
    private boolean overwrite;

    /**
     * Checks that a snapshot can be written to {@code path}.
     *
     * @throws CommandFailedException if something is there that may not be replaced, or nothing can be written there
     */
    public void requireSnapshot(Path path) {
        try {
            SnapshotFolder.requireWritable(path);
        } catch (IOException e) {
            throw new CommandFailedException(e.getMessage(), ExitCodes.USAGE);
        }
        requireNew(path, isEmptyFolder(path));
        requireFolder(path);
    }

    /**
     * Checks that a file can be written to {@code path}.
     *
     * @throws CommandFailedException if something is there that may not be replaced, or nothing can be written there
     */
    public void requireFile(Path path) {
        if (Files.isDirectory(path)) {
            throw new CommandFailedException(path + " is a folder: name a file in it", ExitCodes.USAGE);
        }
        requireNew(path, false);
        Path folder = path.toAbsolutePath().getParent();
        if (folder != null && !Files.isDirectory(folder)) {
            throw new CommandFailedException(
                    "cannot write " + path + ": there is no folder " + folder, ExitCodes.USAGE);
        }
        requireFolder(path);
    }

    private void requireNew(Path path, boolean replaceable) {
        if (Files.exists(path) && !replaceable && !overwrite) {
            throw new CommandFailedException(
                    path + " exists: name another, or add --overwrite to replace it", ExitCodes.USAGE);
        }
    }

    private static boolean isEmptyFolder(Path path) {
        if (!Files.isDirectory(path)) {
            return false;
        }
        try (var files = Files.list(path)) {
            return files.findAny().isEmpty();
        } catch (IOException e) {
            return false;
        }
    }

    /** The nearest folder that exists is the one in which something is made. */
    private static void requireFolder(Path path) {
        Path folder = path.toAbsolutePath().normalize().getParent();
        while (folder != null && !Files.exists(folder)) {
            folder = folder.getParent();
        }
        if (folder == null || !Files.isDirectory(folder) || !Files.isWritable(folder)) {
            throw new CommandFailedException(
                    "cannot write " + path + ": " + folder + " is not a folder that may be" + " written to",
                    ExitCodes.USAGE);
        }
    }
}
