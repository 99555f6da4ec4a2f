package dev.driftline.embedded;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;

/**
 * A Kafka broker in a JVM of its own, for tests and benchmarks: it can be killed, frozen and started again at the same
 * address. It ends with this JVM, however that ends. Not thread-safe.
 */
public final class BrokerProcess implements AutoCloseable {

    /**
     * After a kill, the controller accepts the broker again only when its old session has ended. Shorter than Kafka's nine
     * seconds, but long enough that a busy machine does not end the session of a live broker.
     */
    private static final Map<String, String> SESSION =
            Map.of("broker.session.timeout.ms", "5000", "broker.heartbeat.interval.ms", "500");

    private static final long START_TIMEOUT_MS = 60_000;
    private static final int POLL_MS = 100;
    private static final int ATTEMPTS = 5;
    private static final String HEAP = "-Xmx512m";

    private final Path directory;
    private final Path settings;
    private final List<String> jvmOptions;
    private final String bootstrapServers;
    private ChildProcess child;

    private BrokerProcess(Path directory, Path settings, List<String> jvmOptions, String bootstrapServers) {
        this.directory = directory;
        this.settings = settings;
        this.jvmOptions = jvmOptions;
        this.bootstrapServers = bootstrapServers;
        this.child = launch();
    }

    /**
     * Starts a broker and waits until it answers, three to five seconds. What runs for minutes does not pay for the JVM's second
     * compiler, which takes half of the processor time that a young broker needs: this one goes without.
     *
     * @param directory gets the broker's data, its {@code server.properties} and its log {@code broker.log}
     * @throws IllegalStateException with the end of its log, if it does not start
     */
    public static BrokerProcess start(Path directory) {
        return start(directory, List.of(HEAP, "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    }

    /** As {@link #start(Path)}, with both compilers, for measurements. */
    public static BrokerProcess startForMeasurements(Path directory) {
        return start(directory, List.of(HEAP, "-XX:+UseSerialGC"));
    }

    private static BrokerProcess start(Path directory, List<String> jvmOptions) {
        Path logs = directory.resolve("kafka-logs");
        SingleNode.format(logs);
        for (int attempt = 1; ; attempt++) {
            int[] ports = FreePorts.several(2);
            Path settings = directory.resolve("server.properties");
            try (Writer writer = Files.newBufferedWriter(settings, StandardCharsets.UTF_8)) {
                SingleNode.properties(logs, ports[0], ports[1], SESSION).store(writer, null);
            } catch (IOException e) {
                throw new UncheckedIOException("cannot write " + settings, e);
            }
            BrokerProcess broker = new BrokerProcess(directory, settings, jvmOptions, SingleNode.HOST + ":" + ports[0]);
            try {
                broker.awaitAnswer();
                return broker;
            } catch (IllegalStateException e) {
                if (attempt == ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    /**
     * Starts the broker again after {@link #kill()} or {@link #close()}, at the same address, and waits until it answers.
     *
     * @throws IllegalStateException if it is running, or does not start
     */
    public void start() {
        if (child.isAlive()) {
            throw new IllegalStateException("the broker is running");
        }
        child = launch();
        awaitAnswer();
    }

    private ChildProcess launch() {
        return ChildProcess.start(
                List.of(System.getProperty("java.class.path").split(File.pathSeparator)),
                jvmOptions,
                "kafka.Kafka",
                List.of(settings.toString()),
                directory.resolve("broker.log"));
    }

    /** Where clients connect, {@code HOST:PORT}; the same for the whole life of this object. */
    public String bootstrapServers() {
        return bootstrapServers;
    }

    /** Process id of the broker. */
    public long pid() {
        return child.pid();
    }

    /** {@code kill -9}. */
    public void kill() {
        child.kill();
    }

    /** Freezes the broker: connections stay open and nothing answers, as when the network is cut. Returns when it is frozen. */
    public void freeze() {
        child.freeze();
    }

    /** Ends {@link #freeze()}. */
    public void thaw() {
        child.thaw();
    }

    /** Stops the broker; its data stays. */
    @Override
    public void close() {
        child.close();
    }

    /** Waits until the broker answers, and kills it if it does not. */
    private void awaitAnswer() {
        try {
            pollUntilAnswer();
        } catch (IllegalStateException e) {
            child.kill();
            throw e;
        }
    }

    private void pollUntilAnswer() {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(START_TIMEOUT_MS);
        CountDownLatch pause = new CountDownLatch(1);
        try {
            // A client that finds the port closed logs a warning at each attempt, so wait for the port first.
            while (!isListening()) {
                checkStarting(deadline);
                pause.await(POLL_MS, TimeUnit.MILLISECONDS);
            }
            try (Admin admin = Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers))) {
                while (!answers(admin)) {
                    checkStarting(deadline);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for the broker", e);
        }
    }

    private void checkStarting(long deadline) {
        if (!child.isAlive()) {
            throw new IllegalStateException("the broker ended at its start: " + child.logTail());
        }
        if (System.nanoTime() > deadline) {
            throw new IllegalStateException("the broker does not answer: " + child.logTail());
        }
    }

    private boolean isListening() {
        String port = bootstrapServers.substring(bootstrapServers.lastIndexOf(':') + 1);
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(SingleNode.HOST, Integer.parseInt(port)), POLL_MS);
            return true;
        } catch (IOException notYet) {
            return false;
        }
    }

    private static boolean answers(Admin admin) throws InterruptedException {
        try {
            return !admin.describeCluster().nodes().get(1, TimeUnit.SECONDS).isEmpty();
        } catch (ExecutionException | TimeoutException notYet) {
            return false;
        }
    }
}
