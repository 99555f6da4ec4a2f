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
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.common.Uuid;

/**
 * One of several brokers, each a process and each a controller, too: a quorum that goes on while most of them live. It has a
 * listener of its own for clients that are to come through a proxy. Not thread-safe.
 */
public final class BrokerNode implements AutoCloseable {

    private static final int CONNECT_MS = 300;
    private static final int COPIES = 3;

    private final int number;
    private final Path directory;
    private final Path settings;
    private final int port;
    private final int clientPort;
    private volatile ChildProcess child;

    private BrokerNode(int number, Path directory, Path settings, int port, int clientPort) {
        this.number = number;
        this.directory = directory;
        this.settings = settings;
        this.port = port;
        this.clientPort = clientPort;
        this.child = launch();
    }

    /**
     * Starts brokers 1 to {@code proxies.size()}, and does not wait for them. Topics have three copies, or as many as there
     * are brokers, of which all but one must have a record before it counts as written.
     *
     * @param directory gets a folder for each
     * @param proxies the port that each broker names to the clients that come through {@link #clientPort()}
     */
    public static List<BrokerNode> start(Path directory, List<Integer> proxies) {
        String cluster = Uuid.randomUuid().toString();
        int count = proxies.size();
        List<int[]> ports = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            ports.add(new int[] {FreePorts.one(), FreePorts.one(), FreePorts.one()});
        }
        String voters = IntStream.range(0, count)
                .mapToObj(i -> (i + 1) + "@" + SingleNode.HOST + ":" + ports.get(i)[1])
                .collect(Collectors.joining(","));
        List<BrokerNode> nodes = new ArrayList<>();
        try {
            for (int i = 0; i < count; i++) {
                Path folder = directory.resolve("broker-" + (i + 1));
                Path logs = folder.resolve("kafka-logs");
                SingleNode.format(logs, i + 1, cluster);
                int[] own = ports.get(i);
                Map<String, String> settings = new HashMap<>(copies(count));
                settings.put("node.id", Integer.toString(i + 1));
                settings.put("controller.quorum.voters", voters);
                settings.put(
                        "listeners",
                        address("PLAINTEXT", own[0]) + "," + address(SingleNode.CONTROLLER_LISTENER, own[1]) + ","
                                + address("CLIENTS", own[2]));
                settings.put(
                        "advertised.listeners",
                        address("PLAINTEXT", own[0]) + "," + address("CLIENTS", proxies.get(i)));
                settings.put(
                        "listener.security.protocol.map",
                        "PLAINTEXT:PLAINTEXT,CLIENTS:PLAINTEXT," + SingleNode.CONTROLLER_LISTENER + ":PLAINTEXT");
                // A killed broker is missed soon, and a live one on a busy machine is not.
                settings.put("broker.session.timeout.ms", "6000");
                settings.put("broker.heartbeat.interval.ms", "500");
                settings.put("replica.lag.time.max.ms", "5000");
                settings.put("num.network.threads", "2");
                settings.put("num.io.threads", "4");
                Path file = folder.resolve("server.properties");
                try (Writer writer = Files.newBufferedWriter(file, StandardCharsets.UTF_8)) {
                    SingleNode.properties(logs, own[0], own[1], settings).store(writer, null);
                }
                nodes.add(new BrokerNode(i + 1, folder, file, own[0], own[2]));
            }
        } catch (IOException e) {
            nodes.forEach(BrokerNode::kill);
            throw new UncheckedIOException("cannot write the settings of a broker", e);
        }
        return nodes;
    }

    private static Map<String, String> copies(int brokers) {
        String all = Integer.toString(Math.min(COPIES, brokers));
        String enough = Integer.toString(Math.max(1, Math.min(COPIES, brokers) - 1));
        Map<String, String> settings = new HashMap<>();
        for (String replicas : List.of(
                "default.replication.factor",
                "offsets.topic.replication.factor",
                "transaction.state.log.replication.factor",
                "share.coordinator.state.topic.replication.factor")) {
            settings.put(replicas, all);
        }
        for (String insync : List.of(
                "min.insync.replicas", "transaction.state.log.min.isr", "share.coordinator.state.topic.min.isr")) {
            settings.put(insync, enough);
        }
        return settings;
    }

    private static String address(String listener, int port) {
        return listener + "://" + SingleNode.HOST + ":" + port;
    }

    private ChildProcess launch() {
        return ChildProcess.start(
                List.of(System.getProperty("java.class.path").split(File.pathSeparator)),
                List.of("-Xmx320m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xss512k"),
                "kafka.Kafka",
                List.of(settings.toString()),
                directory.resolve("broker.log"));
    }

    /** Starts it again, if it has ended, at the same addresses. Does not wait for it. */
    public void start() {
        if (!child.isAlive()) {
            child = launch();
        }
    }

    /** 1 for the first. */
    public int number() {
        return number;
    }

    /** Where clients connect that do not come through a proxy, {@code HOST:PORT}. */
    public String address() {
        return SingleNode.HOST + ":" + port;
    }

    /** The port behind the proxy. */
    public int clientPort() {
        return clientPort;
    }

    /** The process of this life. */
    public ChildProcess process() {
        return child;
    }

    /** Whether it takes connections. */
    public boolean isListening() {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(SingleNode.HOST, port), CONNECT_MS);
            return child.isAlive();
        } catch (IOException notYet) {
            return false;
        }
    }

    private void kill() {
        child.kill();
    }

    /** Stops it; its data stays. */
    @Override
    public void close() {
        child.close();
    }
}
