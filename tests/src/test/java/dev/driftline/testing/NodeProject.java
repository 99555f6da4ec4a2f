package dev.driftline.testing;

import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A folder with packages from npm in it, where scripts of the test resources run. */
public final class NodeProject implements AutoCloseable {

    private static final Duration INSTALL_LIMIT = Duration.ofMinutes(3);

    private final Path folder;

    private NodeProject(Path folder) {
        this.folder = folder;
    }

    /**
     * A project with these packages; skips the test where Node.js or npm is not installed or npm cannot fetch them.
     *
     * @param packages such as {@code kafkajs@2.2.4}
     */
    public static NodeProject with(String... packages) {
        try {
            NodeProject project = new NodeProject(Files.createTempDirectory("driftline-node-"));
            List<String> command = new ArrayList<>(List.of(
                    "npm",
                    "install",
                    "--no-audit",
                    "--no-fund",
                    "--no-update-notifier",
                    "--ignore-scripts",
                    "--no-package-lock",
                    "--loglevel=error",
                    "--fetch-retries=1"));
            command.addAll(List.of(packages));
            Files.writeString(project.folder.resolve("package.json"), "{\"private\": true}");
            Output output;
            try {
                output = project.execute(command, INSTALL_LIMIT);
            } catch (IOException e) {
                project.close();
                return abort("npm is not installed, and this test needs it: " + e.getMessage());
            }
            if (output.exitCode() != 0) {
                project.close();
                return abort("npm could not fetch " + String.join(", ", packages) + ": " + output.text());
            }
            return project;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Runs a script of the test resources; fails if it fails.
     *
     * @return the lines that it printed
     */
    public List<String> run(String resource, Duration atMost, String... arguments) {
        try (InputStream script = NodeProject.class.getResourceAsStream(resource)) {
            Path file = folder.resolve("script.js");
            Files.write(file, script.readAllBytes());
            List<String> command = new ArrayList<>(List.of("node", file.toString()));
            command.addAll(List.of(arguments));
            Output output = execute(command, atMost);
            if (output.exitCode() != 0) {
                throw new AssertionError(resource + " ended with " + output.exitCode() + ": " + output.text());
            }
            return output.text().lines().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private record Output(int exitCode, String text) {}

    private Output execute(List<String> command, Duration atMost) throws IOException {
        Path out = Files.createTempFile("driftline-node-", ".txt");
        try {
            Process process = new ProcessBuilder(command)
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(out.toFile())
                    .start();
            try {
                if (!process.waitFor(atMost.toMillis(), TimeUnit.MILLISECONDS)) {
                    process.descendants().forEach(ProcessHandle::destroyForcibly);
                    process.destroyForcibly();
                    throw new AssertionError(command.get(0) + " has not ended within " + atMost + ": "
                            + Files.readString(out, StandardCharsets.UTF_8));
                }
            } catch (InterruptedException e) {
                process.destroyForcibly();
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
            return new Output(process.exitValue(), Files.readString(out, StandardCharsets.UTF_8));
        } finally {
            Files.delete(out);
        }
    }

    @Override
    public void close() {
        Cluster.deleteAll(folder);
    }
}
