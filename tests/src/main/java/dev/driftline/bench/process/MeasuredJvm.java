package dev.driftline.bench.process;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A JVM of its own for what is measured, so that no measurement inherits another's compiled code or heap.
 *
 * <p>Lines in both directions over its standard input and output; what it answers starts with {@value #MARK}. It ends when
 * this process does, however that ends: see {@link #endWithParent}.
 */
public final class MeasuredJvm implements AutoCloseable {

    public static final String MARK = "@";

    private static final int LOG_TAIL_LINES = 25;

    private final Process process;
    private final Writer commands;
    private final BufferedReader answers;
    private final Path log;

    private MeasuredJvm(Process process, Path log) {
        this.process = process;
        this.commands = process.outputWriter(StandardCharsets.UTF_8);
        this.answers = process.inputReader(StandardCharsets.UTF_8);
        this.log = log;
    }

    /**
     * Starts {@code main}.
     *
     * @param options of the JVM, such as the heap
     * @param log gets its standard error
     * @param recording where a flight recording goes, if one is wanted
     */
    public static MeasuredJvm start(
            Class<?> main, List<String> arguments, List<String> options, Path log, Optional<Path> recording) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.add("--add-modules=jdk.incubator.vector");
        command.add("-Dorg.apache.avro.SERIALIZABLE_PACKAGES=dev.driftline.schemas");
        if (Runtime.version().feature() >= 24) {
            command.add("--enable-native-access=ALL-UNNAMED");
        }
        recording.ifPresent(file -> {
            command.add("-XX:StartFlightRecording:settings=profile,filename=" + file.toAbsolutePath());
            command.add("-XX:+UnlockDiagnosticVMOptions");
            command.add("-XX:+DebugNonSafepoints");
        });
        command.add(main.getName());
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(log.toFile());
        builder.environment().put("CLASSPATH", absolute(System.getProperty("java.class.path")));
        try {
            return new MeasuredJvm(builder.start(), log);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start " + main.getName(), e);
        }
    }

    private static String absolute(String classPath) {
        return Stream.of(classPath.split(File.pathSeparator))
                .map(entry -> Path.of(entry).toAbsolutePath().toString())
                .reduce((left, right) -> left + File.pathSeparator + right)
                .orElseThrow();
    }

    /** Sends a line. */
    public void tell(String line) {
        try {
            commands.write(line + "\n");
            commands.flush();
        } catch (IOException e) {
            throw new IllegalStateException("the measured JVM has ended: " + logTail(), e);
        }
    }

    /**
     * Waits for the next answer.
     *
     * @throws IllegalStateException with the end of its log, if the JVM has ended
     */
    public String hear() {
        try {
            for (String line = answers.readLine(); line != null; line = answers.readLine()) {
                if (line.startsWith(MARK)) {
                    return line.substring(MARK.length());
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read from the measured JVM", e);
        }
        throw new IllegalStateException("the measured JVM has ended: " + logTail());
    }

    /** {@link #tell} and {@link #hear}. */
    public String ask(String line) {
        tell(line);
        return hear();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** User and system time so far, in seconds. */
    public double cpuSeconds() {
        return cpuSeconds(process.toHandle());
    }

    public static double cpuSeconds(ProcessHandle process) {
        return process.info().totalCpuDuration().map(Duration::toNanos).orElse(0L) / 1e9;
    }

    /** The end of its log, for an error message. */
    public String logTail() {
        try {
            List<String> all = Files.readAllLines(log);
            return String.join(
                    System.lineSeparator(), all.subList(Math.max(0, all.size() - LOG_TAIL_LINES), all.size()));
        } catch (IOException e) {
            return "(its log " + log + " cannot be read)";
        }
    }

    /** Lets it end by itself, as it does when its input ends, and waits for that. */
    @Override
    public void close() {
        try {
            commands.close();
        } catch (IOException e) {
            process.destroyForcibly();
        }
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    /** Answers the benchmark. */
    public static void answer(PrintStream out, Object value) {
        out.println(MARK + (value instanceof String text ? text : Json.line(value)));
        out.flush();
    }

    /** For a measured JVM that takes no commands: ends it once the benchmark is gone. */
    public static void endWithParent() {
        Thread watch = new Thread(
                () -> {
                    try {
                        int read = 0;
                        while (read >= 0) {
                            read = System.in.read();
                        }
                    } catch (IOException e) {
                        System.err.println("the benchmark is gone: " + e.getMessage());
                    }
                    System.exit(0);
                },
                "parent-watch");
        watch.setDaemon(true);
        watch.start();
    }
}
