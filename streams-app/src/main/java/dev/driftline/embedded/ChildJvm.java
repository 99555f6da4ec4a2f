package dev.driftline.embedded;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A main class in a JVM of its own, which does not outlive this one: see {@link ParentBound}. Ctrl-C in a terminal reaches
 * child processes, too; they ignore it, so that this process can stop everything in the right order.
 */
final class ChildJvm implements AutoCloseable {

    private static final long GRACE_SECONDS = 10;
    private static final List<String> IGNORING_CTRL_C = List.of("/bin/sh", "-c", "trap '' INT; exec \"$@\"", "sh");
    private static final int LOG_TAIL_LINES = 15;

    private final Process process;
    private final Path log;

    private ChildJvm(Process process, Path log) {
        this.process = process;
        this.log = log;
    }

    /**
     * Starts {@code mainClass}.
     *
     * @param classPath its entries in order; {@link ParentBound} is put before them
     * @param jvmOptions for example {@code -Xmx256m}
     * @param mainClass name of the class
     * @param arguments of the main class
     * @param log file for the output of the child; it is appended to
     */
    static ChildJvm start(
            List<String> classPath, List<String> jvmOptions, String mainClass, List<String> arguments, Path log) {
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        List<String> command = new ArrayList<>(IGNORING_CTRL_C);
        command.add(java.toString());
        command.addAll(jvmOptions);
        command.add(ParentBound.class.getName());
        command.add(mainClass);
        command.addAll(arguments);
        try {
            Files.createDirectories(log.toAbsolutePath().getParent());
            ProcessBuilder builder = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
            // In the environment, since a class path may be longer than a command line may be.
            builder.environment()
                    .put(
                            "CLASSPATH",
                            CodeSource.of(ParentBound.class)
                                    + File.pathSeparator
                                    + String.join(File.pathSeparator, classPath));
            return new ChildJvm(builder.start(), log);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start " + mainClass + " with " + java, e);
        }
    }

    boolean isAlive() {
        return process.isAlive();
    }

    long pid() {
        return process.pid();
    }

    /** The last lines of the child's output, for an error message. */
    String logTail() {
        try (Stream<String> lines = Files.lines(log, StandardCharsets.UTF_8)) {
            List<String> all = lines.toList();
            return String.join(
                    System.lineSeparator(), all.subList(Math.max(0, all.size() - LOG_TAIL_LINES), all.size()));
        } catch (IOException | UncheckedIOException e) {
            return "(its log " + log + " cannot be read: " + e.getMessage() + ")";
        }
    }

    /** {@code kill -9}, and waits until the process is gone. */
    void kill() {
        process.destroyForcibly();
        awaitExit(GRACE_SECONDS);
    }

    /** Asks the process to end, and kills it if it does not within ten seconds. */
    @Override
    public void close() {
        end(GRACE_SECONDS);
    }

    /** Asks the process to end, and kills it if it does not within {@code seconds}. */
    void end(long seconds) {
        process.destroy();
        if (!awaitExit(seconds)) {
            process.destroyForcibly();
            awaitExit(GRACE_SECONDS);
        }
    }

    /** The exit code of a process that has ended; empty while it runs. */
    OptionalInt exitCode() {
        return process.isAlive() ? OptionalInt.empty() : OptionalInt.of(process.exitValue());
    }

    private boolean awaitExit(long seconds) {
        try {
            return process.waitFor(seconds, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
