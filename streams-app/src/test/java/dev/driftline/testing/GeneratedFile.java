package dev.driftline.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * A file of the repository that the code writes, whole or in part. A test compares it with what the code would write now,
 * or, with {@code -Ddriftline.generate=true}, writes it.
 */
public final class GeneratedFile {

    private static final String WRITE = "driftline.generate";

    /** Tests run side by side, and a part is written with the rest of its file. */
    private static final Object ONE_AT_A_TIME = new Object();

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

    /**
     * Fails where a part of the file does not hold {@code text}. The part lies between two comments of Markdown,
     * {@code <!-- generated: NAME -->} and {@code <!-- end of NAME -->}, and the rest of the file is written by hand.
     */
    public void shouldHoldPart(String name, String text) throws IOException {
        synchronized (ONE_AT_A_TIME) {
            String file = Files.readString(path);
            String begin = "<!-- generated: " + name + " -->\n";
            String end = "<!-- end of " + name + " -->\n";
            int from = file.indexOf(begin);
            int to = file.indexOf(end);
            assertThat(from).as("place of \"%s\" in %s", begin.strip(), path).isNotNegative();
            assertThat(to).as("place of \"%s\" in %s", end.strip(), path).isGreaterThan(from);
            shouldHold(file.substring(0, from + begin.length()) + "\n" + text + "\n" + file.substring(to));
        }
    }
}
