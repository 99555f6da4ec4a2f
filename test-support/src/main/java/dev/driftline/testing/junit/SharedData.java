package dev.driftline.testing.junit;

import static org.junit.jupiter.api.Assumptions.abort;

import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Whole corpora and what an exact model says of them, too large for this repository: the folder
 * {@code -Ddriftline.shared.data=DIR}, else {@code shared/data} beside the checkout or a folder above it.
 */
public final class SharedData {

    private SharedData() {}

    /** The file {@code name} in the folder; skips the calling test where there is none. */
    public static Path file(String name) {
        String set = System.getProperty("driftline.shared.data", "");
        if (!set.isEmpty()) {
            return Path.of(set, name);
        }
        for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
            Path candidate = at.resolve("shared").resolve("data").resolve(name);
            if (Files.exists(candidate)) {
                return candidate;
            }
        }
        return abort("it needs a whole corpus, shared/data/" + name
                + " beside the checkout (or -Ddriftline.shared.data=DIR)");
    }
}
