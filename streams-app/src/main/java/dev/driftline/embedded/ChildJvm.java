package dev.driftline.embedded;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A main class running in a JVM of its own that does not outlive this one: {@link ParentBound} sees to that. Ctrl-C in a
 * terminal reaches children as well; they ignore it, so that this process can stop things in the right order.
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
     * @param classPath entries, first one first; {@link ParentBound} is put in front
     * @param jvmOptions for example {@code -Xmx256m}
     * @param mainClass what runs
     * @param arguments of the main class
     * @param log file that gets what the child prints
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
            // In the environment, a class path may be longer than a command line may be.
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

    /** The end of what the child printed, for an error message. */
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

    /** Sends a signal by name, for example {@code STOP}. */
    void signal(String name) {
        try {
            Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                    .inheritIO()
                    .start();
            if (kill.waitFor() != 0) {
                throw new IllegalStateException("kill -" + name + " " + process.pid() + " failed");
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot run kill", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits until the signal STOP has had its effect, which on a busy machine is a while after it was sent. */
    void awaitStopped() {
        try {
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(GRACE_SECONDS);
            while (!state().startsWith("T")) {
                if (System.nanoTime() > deadline) {
                    throw new IllegalStateException("process " + process.pid() + " does not stop");
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot run ps", e);
        }
    }

    /** The state letter of {@code ps}; T is stopped. Slim Linux images have no {@code ps}, other systems no {@code /proc}. */
    private String state() throws IOException {
        Path stat = Path.of("/proc", Long.toString(process.pid()), "stat");
        if (Files.exists(stat)) {
            String text = Files.readString(stat, StandardCharsets.ISO_8859_1);
            return text.substring(text.lastIndexOf(')') + 1).strip();
        }
        Process ps = new ProcessBuilder("ps", "-o", "state=", "-p", Long.toString(process.pid())).start();
        try (InputStream output = ps.getInputStream()) {
            return new String(output.readAllBytes(), StandardCharsets.US_ASCII).strip();
        }
    }

    /** Asks the process to end, and kills it if it has not within ten seconds. */
    @Override
    public void close() {
        process.destroy();
        if (!awaitExit(GRACE_SECONDS)) {
            process.destroyForcibly();
            awaitExit(GRACE_SECONDS);
        }
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
