package dev.driftline.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.driftline.schemas.Document;
import dev.driftline.testing.DriftlineProcess;
import dev.driftline.testing.SmallDocuments;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code driftline demo}, with a broker and a registry of its own. */
class DemoIT {

    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final int DOCUMENTS = 300;
    private static final Pattern DASHBOARD = Pattern.compile("dashboard stays at (http://\\S+) until Ctrl-C");

    @TempDir
    Path folder;

    private Path input;
    private Path out;

    @BeforeEach
    void write() throws IOException {
        input = folder.resolve("small.docs.tsv");
        out = folder.resolve("out.txt");
        Files.write(
                input,
                new SmallDocuments(8).next(DOCUMENTS).stream().map(DemoIT::line).toList());
    }

    @Test
    void shouldScoreAFileStayUpWithItsDashboardAndLeaveNothingRunning() throws Exception {
        Set<ProcessHandle> children = new HashSet<>();
        try (DriftlineProcess demo = start("--stay")) {
            await("the end of the stream").atMost(PATIENCE).until(() -> {
                children.addAll(demo.children());
                return !demo.isAlive() || printed().contains("until Ctrl-C");
            });
            Matcher address = DASHBOARD.matcher(printed());
            assertThat(address.find()).as(printed()).isTrue();
            HttpResponse<String> page = HttpClient.newHttpClient()
                    .send(
                            HttpRequest.newBuilder(URI.create(address.group(1)))
                                    .timeout(SOON)
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
            assertThat(page.statusCode()).isEqualTo(200);
            assertThat(page.body()).contains("<title>Driftline</title>");

            demo.signal("INT");

            assertThat(demo.awaitExit(SOON)).as("Ctrl-C is its end").isIn(0, 130);
            String printed = printed();
            assertThat(printed)
                    .contains("source-", "300 of 300 documents scored", "perplexity")
                    .doesNotContain("\tat ");
            assertThat(printed).contains(folder.resolve("results").toString());
            try (Stream<Path> results = Files.list(folder.resolve("results"))) {
                assertThat(results).isNotEmpty();
            }
            assertThat(children).as("processes that it started").isNotEmpty();
            assertThat(children).noneMatch(ProcessHandle::isAlive);
        }
    }

    @Test
    void shouldStopCleanlyOnCtrlC() throws IOException {
        try (DriftlineProcess demo = start()) {
            await("its registry").atMost(PATIENCE).until(() -> !demo.children().isEmpty());
            List<ProcessHandle> children = demo.children();

            demo.signal("INT");

            assertThat(demo.awaitExit(SOON)).isEqualTo(130);
            assertThat(children).noneMatch(ProcessHandle::isAlive);
            assertThat(printed()).doesNotContain("\tat ");
        }
    }

    private String printed() throws IOException {
        return Files.readString(out, StandardCharsets.UTF_8);
    }

    private DriftlineProcess start(String... more) {
        List<String> arguments = new ArrayList<>(List.of(
                "demo",
                "--input",
                input.toString(),
                "--order",
                "3",
                "--output",
                folder.resolve("results").toString()));
        arguments.addAll(List.of(more));
        return DriftlineProcess.start(
                arguments, builder -> builder.redirectErrorStream(true).redirectOutput(out.toFile()));
    }

    private static String line(Document document) {
        List<String> sentences = new ArrayList<>();
        document.getSentences().forEach(sentence -> sentences.add(String.join(" ", sentence)));
        return document.getId() + "\t" + document.getSource() + "\t"
                + sentences.stream().collect(Collectors.joining(" </s> "));
    }
}
