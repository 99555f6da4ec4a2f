package dev.driftline.scoring;

import java.nio.file.Files;
import java.nio.file.Path;

/** Finds the folder of corpora and golden files that stands beside a checkout, where there is one. */
final class SharedData {

    private SharedData() {}

    /** {@code shared/data} beside the checkout, or {@code null}. */
    static Path folder() {
        String set = System.getProperty("driftline.shared.data");
        if (set != null) {
            return Path.of(set);
        }
        for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
            Path candidate = at.resolveSibling("shared").resolve("data");
            if (at.getParent() != null && Files.isDirectory(candidate)) {
                return candidate;
            }
        }
        return null;
    }
}
