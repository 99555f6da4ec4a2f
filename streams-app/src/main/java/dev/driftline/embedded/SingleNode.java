package dev.driftline.embedded;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.metadata.storage.Formatter;

/** Settings and storage of a single broker that is also the controller. */
final class SingleNode {

    static final String HOST = "127.0.0.1";
    static final String CONTROLLER_LISTENER = "CONTROLLER";
    private static final int NODE_ID = 1;

    private SingleNode() {}

    /**
     * Broker settings.
     *
     * @param directory folder of the logs, which {@link #format} has prepared
     * @param port of the clients' listener
     * @param controllerPort of the controller's listener
     * @param overrides settings that replace these
     */
    static Properties properties(Path directory, int port, int controllerPort, Map<String, String> overrides) {
        Properties properties = new Properties();
        properties.put("process.roles", "broker,controller");
        properties.put("node.id", Integer.toString(NODE_ID));
        properties.put("log.dirs", directory.toAbsolutePath().toString());
        properties.put(
                "listeners",
                "PLAINTEXT://" + HOST + ":" + port + "," + CONTROLLER_LISTENER + "://" + HOST + ":" + controllerPort);
        properties.put("advertised.listeners", "PLAINTEXT://" + HOST + ":" + port);
        properties.put("inter.broker.listener.name", "PLAINTEXT");
        properties.put("controller.listener.names", CONTROLLER_LISTENER);
        properties.put("controller.quorum.voters", NODE_ID + "@" + HOST + ":" + controllerPort);

        properties.put("auto.create.topics.enable", "false");
        properties.put("num.partitions", "1");
        properties.put("default.replication.factor", "1");
        properties.put("min.insync.replicas", "1");
        properties.put("offsets.topic.replication.factor", "1");
        properties.put("offsets.topic.num.partitions", "8");
        properties.put("transaction.state.log.replication.factor", "1");
        properties.put("transaction.state.log.min.isr", "1");
        properties.put("transaction.state.log.num.partitions", "8");
        properties.put("share.coordinator.state.topic.replication.factor", "1");
        properties.put("share.coordinator.state.topic.min.isr", "1");
        properties.put("share.coordinator.state.topic.num.partitions", "1");

        // A group of one process need not wait three seconds for others; a killed member should be noticed soon.
        properties.put("group.initial.rebalance.delay.ms", "0");
        properties.put("group.min.session.timeout.ms", "1000");
        // End the open transactions of a killed client soon: they hold up every read_committed consumer.
        properties.put("transaction.abort.timed.out.transaction.cleanup.interval.ms", "1000");

        properties.put("log.cleaner.dedupe.buffer.size", Integer.toString(16 * 1024 * 1024));
        properties.put("log.retention.check.interval.ms", "60000");
        properties.put("controlled.shutdown.enable", "false");
        properties.putAll(overrides);
        return properties;
    }

    /** Makes {@code directory} a broker's log directory; if it is one, it is left as it is. */
    static void format(Path directory) {
        format(directory, NODE_ID, Uuid.randomUuid().toString());
    }

    /** As {@link #format(Path)}, for one node of several, which share the id of the cluster. */
    static void format(Path directory, int nodeId, String clusterId) {
        try (PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream())) {
            Files.createDirectories(directory);
            if (Files.exists(directory.resolve("meta.properties"))) {
                return;
            }
            new Formatter()
                    .setClusterId(clusterId)
                    .setNodeId(nodeId)
                    .addDirectory(directory.toAbsolutePath().toString())
                    .setMetadataLogDirectory(directory.toAbsolutePath().toString())
                    .setControllerListenerName(CONTROLLER_LISTENER)
                    .setIgnoreFormatted(true)
                    .setPrintStream(nowhere)
                    .run();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write the broker's folder " + directory, e);
        } catch (Exception e) {
            throw new IllegalStateException(
                    "cannot format the broker's folder " + directory + ": " + e.getMessage(), e);
        }
    }
}
