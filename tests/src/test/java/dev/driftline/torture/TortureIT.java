package dev.driftline.torture;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.driftline.testing.junit.SmallBrown;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A short run of {@code driftline torture}: one fault of each of five kinds. */
@Order(1)
class TortureIT {

    @TempDir
    Path folder;

    @Test
    void shouldStayExactWhileProcessesAreKilledFrozenCutOffAndDamaged() throws Exception {
        Path corpus = folder.resolve("corpus.tsv");
        Files.writeString(
                corpus,
                SmallBrown.documents().stream()
                        .map(document -> document.id() + "\t" + document.source() + "\t"
                                + document.sentences().stream()
                                        .map(sentence -> String.join(" ", sentence))
                                        .collect(Collectors.joining(" </s> ")))
                        .collect(Collectors.joining("\n", "", "\n")));
        Path report = folder.resolve("report.json");
        StringWriter out = new StringWriter();

        int code = Torture.run(
                new PrintWriter(out, true),
                "--minutes",
                "0.4",
                "--every",
                "4",
                "--seed",
                "4",
                "--rate",
                "10",
                // The network has nothing to do with these kinds, and its training takes the time of the test.
                "--set",
                "neural.model=none",
                "--only",
                "kill-instance,freeze-instance,kill-broker,cut-commit,truncated-sst",
                "--corpus",
                corpus.toString(),
                "--folder",
                folder.resolve("run").toString(),
                "--json",
                report.toString());

        assertThat(code).as(out.toString()).isZero();
        JsonNode json = new ObjectMapper().readTree(report.toFile());
        for (String kind : List.of("kill-instance", "freeze-instance", "kill-broker", "cut-commit", "truncated-sst")) {
            assertThat(json.path("by_kind").path(kind).asInt())
                    .as(kind + " in " + out)
                    .isPositive();
        }
        assertThat(json.path("verification").path("records").asInt()).isPositive();
        assertThat(folder.resolve("run")).doesNotExist();
    }
}
