package dev.driftline.testing.junit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDirFactory;

/**
 * Makes the folders of tests in memory, where a write need not wait for the disk: opening one RocksDB waits some ten times.
 * What a killed process wrote is still there. On a machine without a large file system in memory, the folders are made where
 * temporary files are.
 */
public final class FoldersInMemory implements TempDirFactory {

    private static final Path MEMORY = Path.of("/dev/shm");

    /** A container often has 64 MiB there; all the tests together write less than this. */
    private static final long ENOUGH_BYTES = 2L << 30;

    @Override
    public Path createTempDirectory(AnnotatedElementContext element, ExtensionContext context) throws IOException {
        return create();
    }

    /** A new folder, which the caller deletes. */
    public static Path create() throws IOException {
        String prefix = "driftline-test-";
        return isLarge(MEMORY) ? Files.createTempDirectory(MEMORY, prefix) : Files.createTempDirectory(prefix);
    }

    private static boolean isLarge(Path folder) throws IOException {
        return Files.isWritable(folder) && Files.getFileStore(folder).getUsableSpace() >= ENOUGH_BYTES;
    }
}
