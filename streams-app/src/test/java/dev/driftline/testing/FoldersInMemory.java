package dev.driftline.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDirFactory;

/**
 * Makes the folders of tests in memory, where writes need not wait for a disk. On a machine without a large file system in
 * memory they are made where temporary files are. What a killed process wrote is there in both.
 */
public final class FoldersInMemory implements TempDirFactory {

    private static final Path MEMORY = Path.of("/dev/shm");

    /** A container often has 64 MiB there; all the tests together write less than this. */
    private static final long ENOUGH_BYTES = 2L << 30;

    @Override
    public Path createTempDirectory(AnnotatedElementContext element, ExtensionContext context) throws IOException {
        return isLarge(MEMORY)
                ? Files.createTempDirectory(MEMORY, "driftline-test-")
                : Files.createTempDirectory("driftline-test-");
    }

    private static boolean isLarge(Path folder) throws IOException {
        return Files.isWritable(folder) && Files.getFileStore(folder).getUsableSpace() >= ENOUGH_BYTES;
    }
}
