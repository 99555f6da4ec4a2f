package dev.driftline.bench.process;

import dev.driftline.embedded.FreePorts;
import dev.driftline.embedded.ParentBound;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;

/**
 * {@code driftline run} in a JVM of its own, as an operator starts it, to be killed and started again. One thread.
 */
public final class KilledInstance implements AutoCloseable {

    private static final int POLL_MS = 10;
    private static final long START_TIMEOUT_NANOS = 600_000_000_000L;

    private final Process process;
    private final int port;
    private final Path log;
    private final long started = System.nanoTime();

    private KilledInstance(Process process, int port, Path log) {
        this.process = process;
        this.port = port;
        this.log = log;
    }

    /**
     * Starts it; it is not ready yet.
     *
     * @param folder of its settings and its log, which goes on over all its lives
     */
    public static KilledInstance start(Map<String, String> settings, List<String> jvmOptions, Path folder) {
        int port = FreePorts.one();
        Properties properties = new Properties();
        properties.putAll(settings);
        properties.put("http.port", Integer.toString(port));
        Path file = folder.resolve("driftline.properties");
        Path log = folder.resolve("driftline.log");
        try {
            Files.createDirectories(folder);
            try (var writer = Files.newBufferedWriter(file, StandardCharsets.UTF_8)) {
                properties.store(writer, null);
            }
            List<String> command = new ArrayList<>();
            command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
            command.addAll(jvmOptions);
            command.addAll(List.of(
                    "-Dlogback.configurationFile=logback.xml",
                    // Ends it when the benchmark ends, however that ends.
                    ParentBound.class.getName(),
                    "dev.driftline.cli.Driftline",
                    "run",
                    "--config",
                    file.toString()));
            ProcessBuilder builder = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
            builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
            builder.environment().keySet().removeIf(name -> name.startsWith("DRIFTLINE_"));
            return new KilledInstance(builder.start(), port, log);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start driftline run", e);
        }
    }

    /** Waits until {@code /health/ready} is 200, and says how many seconds after the start of the process that was. */
    public double awaitReady() {
        while (status("/health/ready") != 200) {
            if (!process.isAlive() || System.nanoTime() - started > START_TIMEOUT_NANOS) {
                throw new IllegalStateException("driftline run did not become ready: see " + log);
            }
            try {
                Thread.sleep(POLL_MS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted", e);
            }
        }
        return seconds();
    }

    /** Seconds since the process was started. */
    public double seconds() {
        return (System.nanoTime() - started) / 1e9;
    }

    private int status(String path) {
        try {
            HttpURLConnection connection = open(path);
            try {
                return connection.getResponseCode();
            } finally {
                connection.disconnect();
            }
        } catch (IOException e) {
            return 0; // not listening yet
        }
    }

    private HttpURLConnection open(String path) throws IOException {
        HttpURLConnection connection = (HttpURLConnection)
                URI.create("http://127.0.0.1:" + port + path).toURL().openConnection();
        connection.setConnectTimeout(1000);
        connection.setReadTimeout(10_000);
        return connection;
    }

    /** The value of a metric without labels, such as {@code driftline_restored_records_total}. */
    public double metric(String name) {
        try (InputStream in = open("/metrics").getInputStream()) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> line.startsWith(name + " "))
                    .mapToDouble(line -> Double.parseDouble(line.substring(line.indexOf(' ') + 1)))
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException("no metric " + name));
        } catch (IOException e) {
            throw new UncheckedIOException("no metrics: see " + log, e);
        }
    }

    /** {@code kill -9}; returns when it is gone. */
    public void kill() {
        try {
            process.destroyForcibly().waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** Stops it in an orderly way, as Ctrl-C does; returns when it is gone. */
    public void stop() {
        process.destroy();
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    @Override
    public void close() {
        kill();
    }
}
