package dev.driftline.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Whether Ctrl-C reaches the processes that a test starts. */
final class CtrlC {

    private static final Path STATUS = Path.of("/proc/self/status");
    private static final String IGNORED = "SigIgn:";

    /** SIGINT is signal 2: the second bit. */
    private static final long SIGINT = 1L << 1;

    private CtrlC() {}

    /**
     * What to put before a command, so that it hears Ctrl-C. Where this JVM was started with SIGINT ignored, as behind
     * {@code &} in a script, its children inherit that, and a JVM then does not listen for it.
     */
    static List<String> heard() {
        return isIgnored() ? List.of("env", "--default-signal=INT") : List.of();
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
