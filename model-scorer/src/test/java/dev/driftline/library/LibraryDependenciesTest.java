package dev.driftline.library;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import java.io.File;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Element;
import org.w3c.dom.Node;

/** {@code docs/library.md} names the libraries that {@code model-scorer} brings, and they are enough. */
class LibraryDependenciesTest {

    private static final Pattern ROW =
            Pattern.compile("^\\| `([a-z.]+:[a-z0-9-]+)`( \\(optional[^|]*)? \\|", Pattern.MULTILINE);

    @TempDir
    Path folder;

    @Test
    void shouldNameWhatTheBuildBrings() throws Exception {
        List<String> shown = ROW.matcher(Files.readString(Path.of("../docs/library.md")))
                .results()
                .map(row -> row.group(1) + (row.group(2) == null ? "" : " optional"))
                .toList();

        assertThat(shown)
                .containsExactlyInAnyOrderElementsOf(Stream.concat(
                                dependencies(Path.of("pom.xml")).stream(), dependencies(Path.of("../pom.xml")).stream())
                        .toList());
    }

    @Test
    void shouldLearnWithIcuAlone() throws Exception {
        try (URLClassLoader alone = with("icu4j")) {
            Class<?> model = alone.loadClass("dev.driftline.library.OnlineNgramModel");
            Object counts = model.getMethod("ofOrder", int.class).invoke(null, 3);
            model.getMethod("learn", String.class).invoke(counts, "The students opened their books.");
            model.getMethod("save", Path.class).invoke(counts, folder.resolve("model"));
            Object loaded = model.getMethod("load", Path.class).invoke(null, folder.resolve("model"));

            assertThat(model.getMethod("nextWords", String.class, int.class)
                            .invoke(loaded, "The", 1)
                            .toString())
                    .contains("students");
        }
    }

    @Test
    void shouldSayWhatIsMissingWhenAFileIsCompressedWithZstd() throws Exception {
        Path file =
                Files.write(folder.resolve("text.zst"), Zstd.compress("some text".getBytes(StandardCharsets.UTF_8)));
        try (URLClassLoader alone = with("icu4j", "jackson-databind", "jackson-core", "jackson-annotations")) {
            Class<?> input = alone.loadClass("dev.driftline.corpus.TextInput");

            assertThatThrownBy(
                            () -> input.getMethod("read", Path.class, int.class).invoke(null, file, 100))
                    .cause()
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("zstd-jni");
        }
    }

    /** The classes of the library with these artifacts, and nothing else. */
    private static URLClassLoader with(String... artifacts) throws IOException {
        List<URL> urls = new ArrayList<>();
        urls.add(Path.of("target/classes").toUri().toURL());
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        for (String entry : classPath.split(File.pathSeparator)) {
            String name = Path.of(entry).getFileName().toString();
            if (Arrays.stream(artifacts).anyMatch(artifact -> name.matches(artifact + "-[0-9.]+\\.jar"))) {
                urls.add(Path.of(entry).toUri().toURL());
            }
        }
        assertThat(urls).hasSize(1 + artifacts.length);
        return new URLClassLoader(urls.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
    }

    /** {@code group:artifact} of the dependencies that are not for tests, and whether one is optional. */
    private static List<String> dependencies(Path pom) throws Exception {
        Element project = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(pom.toFile())
                .getDocumentElement();
        return children(children(project, "dependencies").get(0), "dependency").stream()
                .filter(dependency -> children(dependency, "scope").isEmpty())
                .map(dependency -> text(dependency, "groupId") + ":" + text(dependency, "artifactId")
                        + (children(dependency, "optional").isEmpty() ? "" : " optional"))
                .toList();
    }

    private static String text(Element of, String name) {
        return children(of, name).get(0).getTextContent();
    }

    private static List<Element> children(Element of, String name) {
        List<Element> children = new ArrayList<>();
        for (Node child = of.getFirstChild(); child != null; child = child.getNextSibling()) {
            if (child instanceof Element element && element.getTagName().equals(name)) {
                children.add(element);
            }
        }
        return children;
    }
}
