package dev.driftline.rows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.driftline.testing.CommandLine;
import dev.driftline.testing.DriftlineProcess.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Parquet that another library wrote is scored, and another library reads what comes of it: hyparquet, for JavaScript. */
class OtherParquetIT {

    private static final String PACKAGES = "hyparquet@1.33.0 hyparquet-writer@0.17.0 hyparquet-compressors@1.1.2";

    private static final String WRITES = """
            import { parquetWriteFile } from 'hyparquet-writer'
            const rows = [...Array(60).keys()]
            parquetWriteFile({ filename: 'in.parquet', columnData: [
              { name: 'id', data: rows.map(i => 'd' + i), type: 'STRING' },
              { name: 'body', data: rows.map(i => 'the jury said of the united states number ' + i), type: 'STRING' },
              { name: 'meta', data: rows.map(i => ({ a: i, b: [1, 2, i] })), type: 'JSON' },
              { name: 'at', data: rows.map(i => new Date(1700000000000 + i)), type: 'TIMESTAMP' },
              { name: 'flag', data: rows.map(i => i % 2 == 0), type: 'BOOLEAN' }] })
            """;

    private static final String READS = """
            import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet'
            import { compressors } from 'hyparquet-compressors'
            const plain = (key, value) => typeof value === 'bigint' ? Number(value) : value
            for (const name of process.argv.slice(2)) {
              const file = await asyncBufferFromFile(name)
              console.log(JSON.stringify(await parquetReadObjects({ file, compressors }), plain))
            }
            """;

    @TempDir
    Path folder;

    @BeforeEach
    void install() throws Exception {
        assumeTrue(
                run("npm install --ignore-scripts --no-audit --no-fund --loglevel=error --fetch-retries=1 " + PACKAGES),
                "this test needs node, and npm that can fetch " + PACKAGES);
        Files.writeString(folder.resolve("write.mjs"), WRITES);
        Files.writeString(folder.resolve("read.mjs"), READS);
    }

    @Test
    void shouldReadWhatOthersWroteAndWriteWhatOthersRead() throws Exception {
        assertThat(run("node write.mjs")).isTrue();
        Path text = Files.writeString(folder.resolve("text.txt"), "the jury said of the united states\n".repeat(20));
        Result learned = CommandLine.run(List.of("learn", text.toString(), "--state", path("state")));
        assertThat(learned.exitCode()).as(learned.err()).isZero();

        Result scored = CommandLine.run(List.of(
                "score",
                path("in.parquet"),
                "--state",
                path("state"),
                "--text-field",
                "body",
                "--per",
                "line",
                "--bucket",
                "head,tail",
                "--output",
                path("out.parquet")));

        assertThat(scored.exitCode()).as(scored.err()).isZero();
        assertThat(run("node read.mjs in.parquet out.parquet > rows.txt")).isTrue();
        List<JsonNode> read = Files.readAllLines(folder.resolve("rows.txt")).stream()
                .map(OtherParquetIT::json)
                .toList();
        JsonNode before = read.get(0);
        JsonNode after = read.get(1);
        assertThat(after).hasSize(60);
        for (int i = 0; i < 60; i++) {
            JsonNode row = after.get(i);
            before.get(i)
                    .properties()
                    .forEach(field -> assertThat(row.get(field.getKey()))
                            .as(field.getKey())
                            .isEqualTo(field.getValue()));
            assertThat(row.get("tokens").asInt()).isEqualTo(10);
            assertThat(row.get("perplexity").asDouble()).isGreaterThan(1);
            assertThat(row.get("bucket").asText()).isIn("head", "tail");
            assertThat(row.get("lines")).hasSize(1);
            assertThat(row.get("lines").get(0).get("tokens").asInt()).isEqualTo(10);
            assertThat(row.get("error").isNull()).isTrue();
        }
    }

    private String path(String name) {
        return folder.resolve(name).toString();
    }

    private static JsonNode json(String line) {
        try {
            return new ObjectMapper().readTree(line);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private boolean run(String command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder("bash", "-c", command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log.txt").toFile())
                .start();
        if (!process.waitFor(2, TimeUnit.MINUTES)) {
            process.destroyForcibly();
            return false;
        }
        return process.exitValue() == 0;
    }
}
