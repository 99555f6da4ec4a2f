package dev.driftline.embedded;

import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Optional;

/** Where a class was loaded from. */
final class CodeSource {

    private CodeSource() {}

    /** The folder or jar that holds {@code type}. */
    static Path of(Class<?> type) {
        try {
            return Path.of(Optional.ofNullable(type.getProtectionDomain().getCodeSource())
                    .orElseThrow(() -> new IllegalStateException(type + " has no code source"))
                    .getLocation()
                    .toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(type + " has a code source that is not a path", e);
        }
    }
}
