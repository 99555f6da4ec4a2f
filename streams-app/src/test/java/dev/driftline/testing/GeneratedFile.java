package dev.driftline.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * A file of the repository that is written by the code. A test compares it with what the code would write now, or, with
 * {@code -Ddriftline.generate=true}, writes it.
 */
public final class GeneratedFile {

    private static final String WRITE = "driftline.generate";

    private final Path path;

    private GeneratedFile(Path path) {
        this.path = path;
    }

    /** The file at {@code path} below the root of the repository, for example {@code docs/reference/settings.md}. */
    public static GeneratedFile at(String path) {
        Path start = Path.of("").toAbsolutePath();
        Path root = Stream.iterate(start, up -> up != null, Path::getParent)
                .filter(up -> Files.exists(up.resolve("deploy")) && Files.exists(up.resolve("streams-app")))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no checkout of Driftline above " + start));
        return new GeneratedFile(root.resolve(path));
    }

    /** Fails where the file does not hold {@code text}, and says how to write it. */
    public void shouldHold(String text) throws IOException {
        if (Boolean.getBoolean(WRITE)) {
            Files.createDirectories(path.getParent());
            Files.writeString(path, text);
        }
        assertThat(path)
                .as("generated file; write it again by running this test with -D%s=true", WRITE)
                .hasContent(text);
    }
}
