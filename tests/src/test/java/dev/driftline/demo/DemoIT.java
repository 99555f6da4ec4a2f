package dev.driftline.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.driftline.schemas.Document;
import dev.driftline.testing.DriftlineProcess;
import dev.driftline.testing.SmallDocuments;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
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
    void shouldScoreAFileAndLeaveNothingRunning() throws IOException {
        Set<ProcessHandle> children = new HashSet<>();
        try (DriftlineProcess demo = start()) {
            await("the end of the demo").atMost(PATIENCE).until(() -> {
                children.addAll(demo.children());
                return !demo.isAlive();
            });

            String printed = Files.readString(out, StandardCharsets.UTF_8);
            assertThat(demo.awaitExit(SOON)).as(printed).isEqualTo(0);
            assertThat(printed).contains("source-0", "source-4", "perplexity").doesNotContain("\tat ");
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
            assertThat(Files.readString(out, StandardCharsets.UTF_8)).doesNotContain("\tat ");
        }
    }

    private DriftlineProcess start() {
        List<String> arguments = List.of(
                "demo",
                "--input",
                input.toString(),
                "--order",
                "3",
                "--output",
                folder.resolve("results").toString());
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
