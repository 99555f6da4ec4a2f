package dev.driftline.testing;

import dev.driftline.embedded.ParentBound;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/** The {@code driftline} command in a JVM of its own, with the code under test. */
public final class DriftlineProcess implements AutoCloseable {

    private static final Duration GRACE = Duration.ofSeconds(40);

    private final Process process;
    /** What it leaves when it ends, if this one was chosen for that. */
    private final Optional<ClassArchive> archive;

    private DriftlineProcess(Process process, Optional<ClassArchive> archive) {
        this.process = process;
        this.archive = archive;
    }

    /**
     * Starts {@code driftline} with these arguments.
     *
     * @param wiring says where its output goes
     */
    public static DriftlineProcess start(List<String> arguments, UnaryOperator<ProcessBuilder> wiring) {
        List<String> command = new ArrayList<>(CtrlC.heard());
        Optional<ClassArchive> archive = ClassArchive.toMake(arguments);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(archive.map(ClassArchive::making).orElseGet(ClassArchive::options));
        command.addAll(List.of(
                "-Xmx512m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Dfile.encoding=UTF-8",
                "-Dlogback.configurationFile=logback.xml",
                // Ends it when this JVM ends, however that ends.
                ParentBound.class.getName(),
                "dev.driftline.cli.Driftline"));
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command);
        // In the environment, a class path may be longer than a command line may be.
        builder.environment().put("CLASSPATH", ClassArchive.CLASS_PATH);
        builder.environment().keySet().removeIf(name -> name.startsWith("DRIFTLINE_"));
        try {
            return new DriftlineProcess(wiring.apply(builder).start(), archive);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start driftline", e);
        }
    }

    /**
     * What a command line gave.
     *
     * @param exitCode its exit code
     * @param out what it printed to standard output
     * @param err what it printed to standard error
     */
    public record Result(int exitCode, String out, String err) {}

    /** Runs a command to its end. Fails if it takes longer than {@code atMost}. */
    public static Result run(Duration atMost, List<String> arguments) {
        try {
            Path out = Files.createTempFile("driftline-out-", ".txt");
            Path err = Files.createTempFile("driftline-err-", ".txt");
            try (DriftlineProcess process = start(
                    arguments, builder -> builder.redirectOutput(out.toFile()).redirectError(err.toFile()))) {
                int exitCode = process.awaitExit(atMost);
                return new Result(
                        exitCode,
                        Files.readString(out, StandardCharsets.UTF_8),
                        Files.readString(err, StandardCharsets.UTF_8));
            } finally {
                Files.delete(out);
                Files.delete(err);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether it has not ended. */
    public boolean isAlive() {
        return process.isAlive();
    }

    /** The processes that it has started and that run now. */
    public List<ProcessHandle> children() {
        return process.descendants().toList();
    }

    /** Sends a signal by its name, such as {@code INT}. */
    public void signal(String name) {
        try {
            int code = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                    .start()
                    .waitFor();
            if (code != 0) {
                throw new IllegalStateException("kill -" + name + " ended with " + code);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** {@code kill -9}; returns when it is gone. */
    public void kill() {
        process.destroyForcibly();
        awaitExit(GRACE);
    }

    /** Waits for its end and returns its exit code; a process that takes longer than {@code atMost} fails. */
    public int awaitExit(Duration atMost) {
        try {
            if (!process.waitFor(atMost.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
                throw new IllegalStateException("driftline has not ended within " + atMost);
            }
            int exitCode = process.exitValue();
            archive.ifPresent(left -> left.ended(exitCode));
            return exitCode;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        if (process.isAlive()) {
            process.destroy();
            awaitExit(GRACE);
        }
    }
}
