package dev.driftline.embedded;

import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.utils.Time;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A Kafka broker inside this JVM: one node, on a free loopback port, with transactions, without auto-creation of topics.
 * Starts in about three seconds. Close it once, from any thread.
 *
 * <p>Containers are not used, since {@code driftline demo} and the tests must run without Docker.
 */
public final class EmbeddedBroker implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedBroker.class);
    private static final int ATTEMPTS = 5;

    private final KafkaRaftServer server;
    private final String bootstrapServers;
    private boolean closed;

    private EmbeddedBroker(KafkaRaftServer server, String bootstrapServers) {
        this.server = server;
        this.bootstrapServers = bootstrapServers;
    }

    /**
     * Starts a broker with its data in {@code directory}: a new folder, or that of an earlier broker, whose topics it then
     * has.
     *
     * @throws IllegalStateException if the broker does not start
     */
    public static EmbeddedBroker start(Path directory) {
        return start(directory, Map.of());
    }

    /**
     * As {@link #start(Path)}.
     *
     * @param overrides broker settings that replace Driftline's
     */
    public static EmbeddedBroker start(Path directory, Map<String, String> overrides) {
        Objects.requireNonNull(directory);
        SingleNode.format(directory);
        for (int attempt = 1; ; attempt++) {
            int[] ports = FreePorts.several(2);
            KafkaConfig config =
                    new KafkaConfig(SingleNode.properties(directory, ports[0], ports[1], overrides), false);
            KafkaRaftServer server = new KafkaRaftServer(config, Time.SYSTEM);
            try {
                server.startup();
                return new EmbeddedBroker(server, SingleNode.HOST + ":" + ports[0]);
            } catch (RuntimeException e) {
                server.shutdown();
                server.awaitShutdown();
                if (attempt == ATTEMPTS) {
                    throw new IllegalStateException("the embedded broker did not start: " + e.getMessage(), e);
                }
                LOG.warn("broker did not start on port {}, trying another: {}", ports[0], e.getMessage());
            }
        }
    }

    /** Where clients connect, {@code HOST:PORT}. */
    public String bootstrapServers() {
        return bootstrapServers;
    }

    /** Stops the broker, in about half a second. Its data stays in the folder. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        server.shutdown();
        server.awaitShutdown();
    }
}
