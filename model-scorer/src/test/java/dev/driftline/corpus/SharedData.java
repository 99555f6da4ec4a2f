package dev.driftline.corpus;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Finds the folder of corpora and golden files that may lie beside the repository: {@code -Ddriftline.shared.data=DIR},
 * else {@code shared/data} beside a parent of the working directory.
 */
public final class SharedData {

    private SharedData() {}

    /** The file {@code name} in the folder; skips the calling test where there is none. */
    public static Path file(String name) {
        String set = System.getProperty("driftline.shared.data", "");
        Path found = set.isEmpty() ? null : Path.of(set, name);
        for (Path at = Path.of("").toAbsolutePath(); found == null && at != null; at = at.getParent()) {
            Path candidate = at.resolve("shared").resolve("data").resolve(name);
            found = Files.exists(candidate) ? candidate : null;
        }
        assumeTrue(
                found != null && Files.exists(found),
                () -> "no shared data: " + name + " is needed; set -Ddriftline.shared.data=DIR");
        return found;
    }
}
