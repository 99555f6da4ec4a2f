package dev.driftline.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the pages say of files, headings, classes and packages is there. */
class PagesTest {

    private static final int MOST_README_LINES = 120;
    private static final int MOST_ARCHITECTURE_LINES = 100;

    /** A class in backticks, perhaps with a member: {@code Gather}, {@code NetworkTrainer.goingOn}. */
    private static final Pattern CLASS =
            Pattern.compile("`([A-Z][a-z0-9]+(?:[A-Z][A-Za-z0-9]*)+)(?:\\.[a-zA-Z]+)?(?:\\(\\))?`");

    /** A class in a block of code: the pictures have no backticks. */
    private static final Pattern DRAWN = Pattern.compile("\\b[A-Z][a-z]+(?:[A-Z][a-z]+)+\\b");

    private static final Pattern PACKAGE = Pattern.compile("`(dev\\.driftline(?:\\.[a-z]+)+)`");
    private static final Pattern FLOOR_PACKAGE =
            Pattern.compile("^\\| \\d+ \\| ((?:`[a-z.]+`(?:, )?)+)", Pattern.MULTILINE);

    /** Names of others that look like a class of ours. */
    private static final Set<String> FOREIGN = Set.of(
            "HeaderSchemaIdSerializer",
            "CachedStateStore",
            "StateStore",
            "ProcessorContext",
            "ProcessorWrapper",
            "KafkaStreams",
            "EndTxn");

    private static final Set<String> NAMES =
            Stream.concat(sources(), alerts()).collect(Collectors.toCollection(TreeSet::new));

    /** Names of the Java files, and of the generated Avro records. */
    private static Stream<String> sources() {
        return Stream.of("schemas", "model-scorer", "subword-tokenizers", "streams-app", "tests")
                .flatMap(module -> files(module, ".java"));
    }

    private static Stream<String> alerts() {
        return Pattern.compile("alert: (\\w+)")
                .matcher(MarkdownPage.read(MarkdownPage.ROOT.resolve("deploy/prometheus/driftline.rules.yml"))
                        .text())
                .results()
                .map(alert -> alert.group(1));
    }

    private static Stream<String> files(String module, String suffix) {
        try (Stream<Path> files = Files.walk(MarkdownPage.ROOT.resolve(module))) {
            return files
                    .map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(suffix))
                    .map(name -> name.substring(0, name.length() - suffix.length()))
                    .toList()
                    .stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void shouldLinkOnlyToFilesAndHeadingsThatAreThere() {
        for (MarkdownPage page : MarkdownPage.all()) {
            for (String link : page.links()) {
                if (link.matches("[a-z]+:.*")) {
                    continue;
                }
                String[] parts = link.split("#", 2);
                Path target = parts[0].isEmpty()
                        ? page.file()
                        : page.file().resolveSibling(parts[0]).normalize();
                assertThat(target).as("link " + link + " of " + page.file()).exists();
                if (parts.length == 2) {
                    assertThat(MarkdownPage.read(target).anchors())
                            .as("heading of link " + link + " of " + page.file())
                            .contains(parts[1]);
                }
            }
        }
    }

    @Test
    void shouldBeReachedFromTheReadme() {
        Set<Path> reached = new TreeSet<>();
        List<Path> open = new ArrayList<>(List.of(MarkdownPage.ROOT.resolve("README.md")));
        while (!open.isEmpty()) {
            Path file = open.remove(open.size() - 1);
            if (reached.add(file)) {
                MarkdownPage.read(file).links().stream()
                        .map(link -> link.split("#", 2)[0])
                        .filter(link -> link.endsWith(".md") && !link.contains(":"))
                        .map(link -> file.resolveSibling(link).normalize())
                        .forEach(open::add);
            }
        }
        assertThat(reached)
                .containsAll(MarkdownPage.all().stream()
                        .map(MarkdownPage::file)
                        .filter(file -> file.startsWith(MarkdownPage.ROOT.resolve("docs"))
                                || file.startsWith(MarkdownPage.ROOT.resolve("examples")))
                        .toList());
    }

    @Test
    void shouldNameOnlyClassesThatExist() {
        for (MarkdownPage page : MarkdownPage.all()) {
            if (page.file().endsWith("CHANGELOG.md")) {
                continue;
            }
            assertThat(CLASS.matcher(page.text())
                            .results()
                            .map(name -> name.group(1))
                            .filter(name -> !NAMES.contains(name) && !FOREIGN.contains(name)))
                    .as("classes that " + page.file() + " names")
                    .isEmpty();
        }
    }

    @Test
    void shouldDrawOnlyClassesThatExist() {
        for (MarkdownPage page : MarkdownPage.all()) {
            if (!page.file().endsWith("ARCHITECTURE.md")
                    && !page.file().toString().contains("/docs/design/")) {
                continue;
            }
            for (MarkdownPage.Block block : page.blocks()) {
                assertThat(DRAWN.matcher(block.code())
                                .results()
                                .map(name -> name.group())
                                .filter(name -> !NAMES.contains(name) && !FOREIGN.contains(name)))
                        .as("classes in a picture of " + page.file())
                        .isEmpty();
            }
        }
    }

    @Test
    void shouldSayWhatToDoAboutEveryAlert() {
        String operations = MarkdownPage.read(MarkdownPage.ROOT.resolve("docs/operations.md"))
                .text();
        String rules = MarkdownPage.read(MarkdownPage.ROOT.resolve("deploy/prometheus/driftline.rules.yml"))
                .text();
        List<String> alerts = Pattern.compile("alert: (\\w+)(?s:.*?)severity: (\\w+)")
                .matcher(rules)
                .results()
                .map(alert -> "| `" + alert.group(1) + "` | " + alert.group(2) + " |")
                .toList();

        assertThat(alerts)
                .hasSizeGreaterThan(10)
                .allSatisfy(row -> assertThat(operations).contains(row));
    }

    @Test
    void shouldNameOnlyPackagesThatExist() {
        for (MarkdownPage page : MarkdownPage.all()) {
            PACKAGE.matcher(page.text())
                    .results()
                    .forEach(name -> assertThat(isPackage(name.group(1)))
                            .as("package " + name.group(1) + " of " + page.file())
                            .isTrue());
        }
        MarkdownPage architecture = MarkdownPage.read(MarkdownPage.ROOT.resolve("ARCHITECTURE.md"));
        List<String> floors = FLOOR_PACKAGE
                .matcher(architecture.text())
                .results()
                .flatMap(row -> Pattern.compile("[a-z.]+").matcher(row.group(1)).results())
                .map(name -> name.group())
                .toList();
        assertThat(floors)
                .hasSizeGreaterThan(25)
                .allSatisfy(name -> assertThat(isPackage("dev.driftline." + name))
                        .as("package " + name + " of ARCHITECTURE.md")
                        .isTrue());
        assertThat(rooms())
                .as("packages that ARCHITECTURE.md leaves out")
                .allMatch(room -> floors.stream().anyMatch(name -> name.equals(room) || name.startsWith(room + ".")));
    }

    /** The packages just below {@code dev.driftline} in the two modules that have floors. */
    private static List<String> rooms() {
        return Stream.of("model-scorer", "subword-tokenizers", "streams-app")
                .map(module -> MarkdownPage.ROOT.resolve(module).resolve("src/main/java/dev/driftline"))
                .flatMap(PagesTest::children)
                .toList();
    }

    private static Stream<String> children(Path folder) {
        try (Stream<Path> children = Files.list(folder)) {
            return children
                    .filter(Files::isDirectory)
                    .map(child -> child.getFileName().toString())
                    .toList()
                    .stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isPackage(String name) {
        return Stream.of("schemas", "model-scorer", "subword-tokenizers", "streams-app", "tests")
                .map(module -> MarkdownPage.ROOT
                        .resolve(module)
                        .resolve("src/main/java")
                        .resolve(name.replace('.', '/')))
                .anyMatch(Files::isDirectory);
    }

    @Test
    void shouldStayShort() {
        assertThat(MarkdownPage.read(MarkdownPage.ROOT.resolve("README.md"))
                        .text()
                        .lines())
                .hasSizeLessThanOrEqualTo(MOST_README_LINES);
        assertThat(MarkdownPage.read(MarkdownPage.ROOT.resolve("ARCHITECTURE.md"))
                        .text()
                        .lines())
                .hasSizeLessThanOrEqualTo(MOST_ARCHITECTURE_LINES);
    }
}
