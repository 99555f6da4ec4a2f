package dev.driftline.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.driftline.embedded.FreePorts;
import dev.driftline.testing.Cluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every command of the README, of the quickstart and of the filter's page does what the page says, in the order of the page, with this broker and
 * registry in place of the page's. Two are not run here: {@code driftline demo} is DemoIT's, and {@code mvn verify} runs
 * this.
 */
@Order(1)
class DocumentedCommandsIT {

    private static final int MINUTES = 4;

    /**
     * Starts a service that runs until the script ends, and waits until it is ready. It keeps the script's standard input,
     * which ends when this JVM does.
     */
    private static final String BACKGROUND = """
            background() { "$@" <&0 > background.log 2>&1 & running=$!; trap 'kill $running && wait $running || true' EXIT
              for i in $(seq 300); do curl -sf localhost:PORT/health/ready > /dev/null && return; sleep 0.1; done
              cat background.log; return 1; }
            """;

    @TempDir
    Path folder;

    private int port;

    @BeforeEach
    void choosePort() throws Exception {
        PageShell.assumeCommands("the quickstart", "curl", "awk", "rev");
        port = FreePorts.one();
    }

    @Test
    void shouldDoWhatTheQuickstartSays(Cluster cluster) throws Exception {
        StringBuilder script = new StringBuilder();
        for (MarkdownPage.Block block : MarkdownPage.read(MarkdownPage.ROOT.resolve("docs/quickstart.md"))
                .blocks()) {
            assertThat(block.language()).isIn("sh", "sh background");
            script.append(block.language().equals("sh") ? "" : "background ").append(block.code());
        }

        String output = run(cluster, "quickstart", script.toString());

        assertThat(output.lines().toList().get((int) output.lines().count() - 1))
                .as("the drift, in " + output)
                .contains("news")
                .containsAnyOf("warning", "drift");
        assertThat(output).contains("\"next\"");
    }

    @Test
    void shouldDoWhatTheReadmeSays(Cluster cluster) throws Exception {
        List<String> commands = commands(MarkdownPage.read(MarkdownPage.ROOT.resolve("README.md")));
        Path text = folder.resolve("text.txt");
        Files.writeString(text, "the jury said of the united states .\n".repeat(20));
        List<String> script = new ArrayList<>();
        script.add("./driftline evaluate text.txt --order 3 --state state > /dev/null");
        for (String command : commands) {
            String here = command.replace("results/demo-…/state", "state").replace("FILE…", "text.txt");
            if (command.startsWith("./driftline demo") || command.startsWith("mvn ")) {
                continue;
            }
            if (command.startsWith("./driftline run")) {
                script.add("background " + here + " --set http.port=7070");
            } else if (command.startsWith("./driftline scores")) {
                // Followed until Ctrl-C, on the page.
                script.add(here + " --limit 20 --timeout 60");
            } else {
                script.add(here);
            }
        }

        String output = run(cluster, "readme", String.join("\n", script));

        assertThat(commands)
                .as("commands of the README")
                .anyMatch(command -> command.startsWith("./driftline demo"))
                .anyMatch(command -> command.startsWith("mvn "))
                .hasSizeGreaterThanOrEqualTo(8);
        assertThat(output).contains("of the").contains("text");
    }

    @Test
    void shouldKeepTheTextThatTheFilterPageSays(Cluster cluster) throws Exception {
        PageShell.assumeCommands("the page of the filter", "awk", "gzip");
        String script = MarkdownPage.read(MarkdownPage.ROOT.resolve("docs/filter.md")).blocks().stream()
                .filter(block -> block.language().equals("sh"))
                .map(MarkdownPage.Block::code)
                .collect(Collectors.joining("\n"));

        String output =
                run(cluster, "filter", script + "\ngunzip -c kept.jsonl.gz > kept; gunzip -c scored.jsonl.gz > scored");

        assertThat(output).contains("500 documents learned in trusted", "900 rows", "540 kept");
        List<String> kept = Files.readAllLines(folder.resolve("kept"));
        assertThat(kept)
                .hasSize(540)
                .allSatisfy(row -> assertThat(row)
                        .as("a row that is not noise, as it was")
                        .matches("\\{\"url\":\"http://host/\\d+\",\"page\":\\{\"text\":\"[a-z .]+\"}}"));
        assertThat(Files.readAllLines(folder.resolve("scored")))
                .filteredOn(row -> row.contains("\"bucket\":\"head\""))
                .hasSize(270);
    }

    private static List<String> commands(MarkdownPage page) {
        return page.blocks().stream()
                .flatMap(block -> block.code().lines())
                .filter(line -> line.startsWith("./driftline ") || line.startsWith("mvn "))
                .toList();
    }

    /** What the script prints; fails where a command does. */
    private String run(Cluster cluster, String name, String commands) throws IOException, InterruptedException {
        return new PageShell(folder, cluster)
                .replacing("localhost:7070", "localhost:" + port)
                .replacing("http.port=7070", "http.port=" + port)
                .replacing("PORT", Integer.toString(port))
                .with("DRIFTLINE_TOPICS_PREFIX", name + ".")
                .with("DRIFTLINE_APPLICATION_ID", name)
                .with("DRIFTLINE_STATE_DIR", folder.resolve("service").toString())
                .run(BACKGROUND + commands, Duration.ofMinutes(MINUTES));
    }
}
