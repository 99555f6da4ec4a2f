package dev.driftline.torture.process;

import dev.driftline.config.DriftlineConfig;
import dev.driftline.config.keys.ModelKeys;
import dev.driftline.config.keys.NeuralKeys;
import dev.driftline.config.keys.ServiceKeys;
import dev.driftline.config.keys.TopicKeys;
import dev.driftline.embedded.BrokerNode;
import dev.driftline.embedded.RegistryProcess;
import dev.driftline.topics.TopicAdmin;
import dev.driftline.torture.proxy.KafkaProxy;
import dev.driftline.torture.proxy.Wire;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;

/**
 * Brokers, proxies in front of them, a registry and instances, on loopback ports, with their files in one folder. What closes
 * it ends every process, those that are frozen, too.
 */
public final class TormentedCluster implements AutoCloseable {

    /** After which an instance that does not answer loses its partitions. */
    public static final Duration SESSION = Duration.ofSeconds(6);

    private static final Duration START_TIMEOUT = Duration.ofSeconds(120);
    private static final int SMALL_DISK_MB = 512;
    private static final String APPLICATION = "torture";

    /**
     * How large it is.
     *
     * @param shards of the model
     * @param partitions of the input
     * @param smallDisk whether the state of the last instance lies on a {@link SmallDisk}
     */
    public record Size(int instances, int brokers, int shards, int partitions, boolean smallDisk) {}

    private final Wire wire = new Wire();
    private final List<KafkaProxy> proxies = new CopyOnWriteArrayList<>();
    private final List<Broker> brokers = new CopyOnWriteArrayList<>();
    private final List<BrokerNode> nodes = new CopyOnWriteArrayList<>();
    private final List<Instance> instances = new CopyOnWriteArrayList<>();
    private Optional<RegistryProcess> registryProcess = Optional.empty();
    private Optional<Registry> registry = Optional.empty();
    private Optional<SmallDisk> disk = Optional.empty();
    private Optional<Admin> admin = Optional.empty();
    private Optional<DriftlineConfig> config = Optional.empty();
    private volatile boolean closed;

    private TormentedCluster() {}

    /** Nothing runs yet; closing it is allowed already. */
    public static TormentedCluster prepare() {
        return new TormentedCluster();
    }

    /**
     * Starts everything, and waits until brokers and registry answer, topics and schemas are there and the instances have
     * begun to start.
     *
     * @param settings of Driftline, on top of those for small and quick
     * @throws IOException if there is no small disk
     */
    public void start(Path folder, Size size, Map<String, String> settings) throws IOException, InterruptedException {
        for (int number = 1; number <= size.brokers(); number++) {
            proxies.add(KafkaProxy.listen(number, wire));
        }
        CompletableFuture<RegistryProcess> starting =
                CompletableFuture.supplyAsync(() -> RegistryProcess.start(folder.resolve("registry")));
        nodes.addAll(
                BrokerNode.start(folder, proxies.stream().map(KafkaProxy::port).toList()));
        for (int i = 0; i < nodes.size(); i++) {
            proxies.get(i).forwardTo(nodes.get(i).clientPort());
        }
        RegistryProcess ready = starting.join();
        registryProcess = Optional.of(ready);
        registry = Optional.of(new Registry(ready));
        String direct = nodes.stream().map(BrokerNode::address).collect(Collectors.joining(","));
        awaitListening();
        Admin made = Admin.create(Map.of(
                AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG,
                direct,
                AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG,
                "3000"));
        admin = Optional.of(made);
        nodes.forEach(node -> brokers.add(new Broker(node, made)));
        await(brokers, START_TIMEOUT);

        Map<String, String> shared = new HashMap<>(small(size, ready.url()));
        shared.putAll(settings);
        Map<String, String> own = new HashMap<>(shared);
        own.put(ServiceKeys.BOOTSTRAP_SERVERS.name(), direct);
        // The load is never given up while brokers are away.
        own.put("producer.delivery.timeout.ms", "2147483647");
        own.put("producer.max.block.ms", "600000");
        DriftlineConfig direct2 = DriftlineConfig.of(own);
        config = Optional.of(direct2);
        try (TopicAdmin topics = new TopicAdmin(direct2)) {
            topics.create();
            topics.registerSchemas();
        }
        shared.put(
                ServiceKeys.BOOTSTRAP_SERVERS.name(),
                proxies.stream().map(proxy -> "127.0.0.1:" + proxy.port()).collect(Collectors.joining(",")));
        for (int i = 1; i <= size.instances(); i++) {
            String name = "instance-" + i;
            Path home = folder.resolve(name);
            Path state = home.resolve("state");
            if (size.smallDisk() && i == size.instances()) {
                disk = Optional.of(SmallDisk.mount(state, SMALL_DISK_MB));
            }
            instances.add(new Instance(name, home, settingsOf(name, home, state, shared), state));
        }
        if (closed) {
            close();
        }
    }

    private static Map<String, String> small(Size size, String registryUrl) {
        Map<String, String> settings = new HashMap<>();
        settings.put(ServiceKeys.SCHEMA_REGISTRY_URL.name(), registryUrl);
        settings.put(ServiceKeys.APPLICATION_ID.name(), APPLICATION);
        settings.put(TopicKeys.PREFIX.name(), APPLICATION + ".");
        settings.put(TopicKeys.SHARDS.name(), Integer.toString(size.shards()));
        settings.put(TopicKeys.PARTITIONS.name(), Integer.toString(size.partitions()));
        settings.put(ModelKeys.ORDER.name(), "3");
        settings.put(NeuralKeys.MODEL.name(), "rnn");
        settings.put("neural.vocabulary", "400");
        settings.put("neural.cutoffs", "full");
        settings.put("neural.size", "16");
        settings.put("neural.train.bootstrap.tokens", "4000");
        settings.put("neural.train.bootstrap.passes", "1");
        settings.put("neural.train.tokens", "8000");
        settings.put("neural.train.newest.tokens", "20000");
        settings.put("neural.train.reservoir.tokens", "20000");
        settings.put("neural.train.passes", "1");
        settings.put("neural.promotion.hold.out.tokens", "1000");
        settings.put("http.port", "0");
        // A killed instance is missed soon, its transactions do not hold readers up for long, and what does not answer
        // is
        // given up before the next fault comes.
        settings.put("consumer.session.timeout.ms", Long.toString(SESSION.toMillis()));
        settings.put("consumer.heartbeat.interval.ms", "1000");
        settings.put("producer.transaction.timeout.ms", "10000");
        settings.put("kafka.request.timeout.ms", "10000");
        settings.put("kafka.socket.connection.setup.timeout.ms", "3000");
        settings.put("kafka.reconnect.backoff.max.ms", "500");
        // Makes a restore last long enough to be met.
        settings.put("streams.restore.consumer.max.poll.records", "20");
        return settings;
    }

    private static Path settingsOf(String name, Path home, Path state, Map<String, String> shared) throws IOException {
        Properties properties = new Properties();
        properties.putAll(shared);
        properties.put(ServiceKeys.STATE_DIR.name(), state.toString());
        properties.put("streams.client.id", name);
        Files.createDirectories(home);
        Path file = home.resolve("driftline.properties");
        try (Writer writer = Files.newBufferedWriter(file, StandardCharsets.UTF_8)) {
            properties.store(writer, null);
        }
        return file;
    }

    private void awaitListening() throws InterruptedException {
        long deadline = System.nanoTime() + START_TIMEOUT.toNanos();
        while (!nodes.stream().allMatch(BrokerNode::isListening)) {
            for (BrokerNode node : nodes) {
                if (!node.process().isAlive()) {
                    throw new IllegalStateException(
                            "a broker ended at its start: " + node.process().logTail());
                }
            }
            if (System.nanoTime() > deadline || closed) {
                throw new IllegalStateException(
                        "the brokers do not listen: " + nodes.get(0).process().logTail());
            }
            TimeUnit.MILLISECONDS.sleep(100);
        }
    }

    /** Waits until all are healthy; false if they are not within {@code atMost}. */
    public boolean await(List<? extends Member> members, Duration atMost) throws InterruptedException {
        long deadline = System.nanoTime() + atMost.toNanos();
        for (Member member : members) {
            while (!member.isHealthy()) {
                if (System.nanoTime() > deadline || closed) {
                    return false;
                }
                TimeUnit.MILLISECONDS.sleep(250);
            }
        }
        return true;
    }

    /** What runs through the proxies. */
    public Wire wire() {
        return wire;
    }

    /** The brokers, in order. */
    public List<Broker> brokers() {
        return brokers;
    }

    /** The instances, in order. */
    public List<Instance> instances() {
        return instances;
    }

    /** The registry. */
    public Registry registry() {
        return registry.orElseThrow(() -> new IllegalStateException("not started"));
    }

    /** The disk of the last instance, where it has one of its own. */
    public Optional<SmallDisk> disk() {
        return disk;
    }

    /** Settings of a client that does not come through the proxies. */
    public DriftlineConfig config() {
        return config.orElseThrow(() -> new IllegalStateException("not started"));
    }

    /** Every process. */
    public List<Member> members() {
        return Stream.of(brokers.stream(), registry.stream(), instances.stream())
                .<Member>flatMap(part -> part)
                .toList();
    }

    /** Ends every process. May be called from any thread, and while it starts. */
    @Override
    public void close() {
        closed = true;
        // What is frozen or hangs is not asked.
        List.copyOf(instances).forEach(Member::kill);
        List.copyOf(nodes).forEach(node -> node.process().kill());
        registryProcess.ifPresent(one -> one.process().kill());
        List.copyOf(proxies).forEach(KafkaProxy::close);
        admin.ifPresent(one -> one.close(Duration.ZERO));
        try {
            disk.ifPresent(SmallDisk::close);
        } catch (UncheckedIOException e) {
            System.err.println("driftline torture: " + e.getMessage());
        }
        disk = Optional.empty();
    }
}
