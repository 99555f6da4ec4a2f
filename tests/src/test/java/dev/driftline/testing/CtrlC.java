package dev.driftline.testing;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Whether Ctrl-C reaches the processes that a test starts. */
public final class CtrlC {

    private static final Path STATUS = Path.of("/proc/self/status");
    private static final String IGNORED = "SigIgn:";

    /** SIGINT is signal 2: the second bit. */
    private static final long SIGINT = 1L << 1;

    private CtrlC() {}

    /**
     * Skips the test where this JVM was started with SIGINT ignored, as behind {@code &} in a script: its children inherit
     * that, and a JVM then does not listen for it either.
     */
    public static void assumeHeard() {
        assumeTrue(
                !isIgnored(),
                "SIGINT is ignored by whoever started the tests (as in a script's background), and so by every process"
                        + " that a test starts: run them in the foreground to test Ctrl-C");
    }

    private static boolean isIgnored() {
        if (!Files.isReadable(STATUS)) {
            return false;
        }
        try {
            return Files.readAllLines(STATUS).stream()
                    .filter(line -> line.startsWith(IGNORED))
                    .mapToLong(line -> Long.parseUnsignedLong(
                            line.substring(IGNORED.length()).strip(), 16))
                    .anyMatch(mask -> (mask & SIGINT) != 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
