package dev.driftline.testing;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code driftline run} in a JVM of its own. Its log goes on in one file over all its lives. */
public final class ChildInstance implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Pattern ADDRESS = Pattern.compile("answers at (https?://\\S+);");

    private final DriftlineProcess process;
    private final Path log;
    private final int logBefore;

    private ChildInstance(DriftlineProcess process, Path log, int logBefore) {
        this.process = process;
        this.log = log;
        this.logBefore = logBefore;
    }

    static ChildInstance start(Path config, Path log) {
        int before = read(log).length();
        DriftlineProcess process = DriftlineProcess.start(
                List.of("run", "--config", config.toString()),
                builder -> builder.redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile())));
        return new ChildInstance(process, log, before);
    }

    /** Waits until its log of this life contains {@code text}. */
    public ChildInstance awaitLog(String text) {
        await(log + " to say '" + text + "'")
                .atMost(PATIENCE)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(5))
                .until(() -> {
                    if (!process.isAlive()) {
                        throw new IllegalStateException("the instance ended: " + log());
                    }
                    return log().contains(text);
                });
        return this;
    }

    /** What it has said in this life. */
    public String log() {
        return read(log).substring(logBefore);
    }

    /** Waits until it answers over HTTP and says where: {@code http://127.0.0.1:PORT}, or https. */
    public String address() {
        Matcher matcher = ADDRESS.matcher(awaitLog("answers at http").log());
        if (!matcher.find()) {
            throw new IllegalStateException("no address in " + log());
        }
        return matcher.group(1);
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Stops it where it is, until {@link #thaw()} or {@link #kill()}. */
    public void freeze() {
        process.signal("STOP");
    }

    /** Ends {@link #freeze()}. */
    public void thaw() {
        process.signal("CONT");
    }

    /** {@code kill -9}; returns when it is gone. */
    public void kill() {
        process.kill();
    }

    /** Ctrl-C; returns its exit code. */
    public int interrupt(Duration atMost) {
        process.signal("INT");
        return process.awaitExit(atMost);
    }

    /** {@code kill} without {@code -9}; returns its exit code. */
    public int terminate(Duration atMost) {
        process.signal("TERM");
        return process.awaitExit(atMost);
    }

    /** Ends it, and waits until it is gone. It need not commit before: {@link #terminate} lets it. */
    @Override
    public void close() {
        process.close();
    }

    private static String read(Path file) {
        try {
            return Files.exists(file) ? Files.readString(file, StandardCharsets.UTF_8) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
