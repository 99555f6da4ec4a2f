package dev.driftline.bench;

import dev.driftline.config.DriftlineConfig;
import dev.driftline.config.keys.ModelKeys;
import dev.driftline.config.keys.ServiceKeys;
import dev.driftline.config.keys.TopicKeys;
import dev.driftline.schemas.SchemaRegistrySerdes;
import dev.driftline.service.DriftlineService;
import dev.driftline.topics.Topic;
import dev.driftline.topics.TopicNames;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.ThreadMetadata;

/**
 * In a JVM of its own: Driftline or the naive topology, several times one after the other, as it is told on standard input.
 *
 * <pre>
 * begin SETTINGS   starts an application with these settings (JSON), its topics empty, and holds it: began
 * start SETTINGS   the same, but lets it run: began, once every store is restored
 * resume           lets it go on: resumed
 * hold             holds it again: held
 * snapshot         waits until a network is active: its version
 * close            closes it: closed
 * </pre>
 *
 * Argument: {@code driftline} or {@code naive}.
 */
final class StreamsRun {

    private static final int POLL_MS = 20;
    private static final long START_TIMEOUT_NANOS = 300_000_000_000L;

    /**
     * What {@code begin} and {@code start} answer.
     *
     * @param seconds from the start until every thread had its tasks and every store was restored
     */
    record Began(double seconds) {}

    private interface Application extends AutoCloseable {

        KafkaStreams streams();

        /** Tasks of all its sub-topologies. */
        int tasks();

        @Override
        void close();
    }

    private record Naive(KafkaStreams streams, int tasks) implements Application {

        @Override
        public void close() {
            streams.close(CloseOptions.timeout(Duration.ofSeconds(60))
                    .withGroupMembershipOperation(CloseOptions.GroupMembershipOperation.LEAVE_GROUP));
        }
    }

    private record Driftline(DriftlineService service, int tasks) implements Application {

        @Override
        public KafkaStreams streams() {
            return service.streams();
        }

        @Override
        public void close() {
            service.close();
        }
    }

    private StreamsRun() {}

    /** Called by the JVM. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        boolean naive = arguments[0].equals("naive");
        BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        Application application = null;
        for (String line = commands.readLine(); line != null; line = commands.readLine()) {
            String command = line.contains(" ") ? line.substring(0, line.indexOf(' ')) : line;
            switch (command) {
                case "begin", "start" -> {
                    Map<String, String> settings = settings(line.substring(line.indexOf(' ') + 1));
                    long start = System.nanoTime();
                    application = naive ? naive(settings) : driftline(settings);
                    awaitTasks(application, DriftlineConfig.of(settings).get(ServiceKeys.STREAM_THREADS));
                    double seconds = (System.nanoTime() - start) / 1e9;
                    if (command.equals("begin")) {
                        // Not before: paused streams do not open their stores either.
                        application.streams().pause();
                    }
                    MeasuredJvm.answer(System.out, new Began(seconds));
                }
                case "resume" -> {
                    application.streams().resume();
                    MeasuredJvm.answer(System.out, "resumed");
                }
                case "hold" -> {
                    application.streams().pause();
                    MeasuredJvm.answer(System.out, "held");
                }
                case "snapshot" -> MeasuredJvm.answer(System.out, awaitSnapshot((Driftline) application));
                case "close" -> {
                    application.close();
                    application = null;
                    MeasuredJvm.answer(System.out, "closed");
                }
                default -> throw new IllegalArgumentException("no such command: " + line);
            }
        }
        if (application != null) {
            Runtime.getRuntime().halt(1); // the benchmark is gone
        }
        System.exit(0);
    }

    @SuppressWarnings("unchecked")
    private static Map<String, String> settings(String json) {
        return new HashMap<>(Json.read(json, Map.class));
    }

    private static Application driftline(Map<String, String> settings) {
        DriftlineConfig config = DriftlineConfig.of(settings);
        DriftlineService service = new DriftlineService(config);
        service.start();
        // Documents, shards and sources; the trainer is a sub-topology of one task.
        return new Driftline(service, 3 * config.get(TopicKeys.SHARDS) + 1);
    }

    private static Application naive(Map<String, String> settings) {
        DriftlineConfig config = DriftlineConfig.of(settings);
        Properties properties = new Properties();
        properties.put(StreamsConfig.APPLICATION_ID_CONFIG, config.get(ServiceKeys.APPLICATION_ID));
        properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, config.get(ServiceKeys.BOOTSTRAP_SERVERS));
        properties.put(
                StreamsConfig.STATE_DIR_CONFIG,
                config.get(ServiceKeys.STATE_DIR).toString());
        properties.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, config.get(ServiceKeys.STREAM_THREADS));
        properties.put(
                StreamsConfig.PROCESSING_GUARANTEE_CONFIG,
                config.get(ServiceKeys.PROCESSING_GUARANTEE).text());
        properties.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, config.get(ServiceKeys.COMMIT_INTERVAL_MS));
        properties.put(StreamsConfig.DEFAULT_KEY_SERDE_CLASS_CONFIG, Serdes.StringSerde.class);
        properties.put(StreamsConfig.DEFAULT_VALUE_SERDE_CLASS_CONFIG, Serdes.StringSerde.class);
        properties.put(StreamsConfig.consumerPrefix("auto.offset.reset"), "earliest");
        NaiveTopology topology = new NaiveTopology(
                TopicNames.of(config).name(Topic.DOCUMENTS),
                config.get(ModelKeys.ORDER),
                new SchemaRegistrySerdes(config.clients().schemaRegistry()));
        KafkaStreams streams = new KafkaStreams(topology.get(), properties);
        streams.start();
        return new Naive(streams, 2 * config.get(TopicKeys.SHARDS));
    }

    private static String awaitSnapshot(Driftline driftline) throws InterruptedException {
        long deadline = System.nanoTime() + START_TIMEOUT_NANOS;
        while (driftline.service().activeSnapshot().get().isEmpty()) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("no snapshot has become active");
            }
            Thread.sleep(POLL_MS);
        }
        return driftline.service().activeSnapshot().get().orElseThrow().version();
    }

    /** Until the streams run and each thread has its share of the tasks. */
    private static void awaitTasks(Application application, int threads) throws InterruptedException {
        KafkaStreams streams = application.streams();
        long deadline = System.nanoTime() + START_TIMEOUT_NANOS;
        while (!hasTasks(streams, application.tasks(), threads)) {
            if (System.nanoTime() > deadline || streams.state().hasCompletedShutdown()) {
                throw new IllegalStateException("the streams do not run with " + application.tasks() + " tasks: "
                        + streams.state() + ", " + streams.metadataForLocalThreads());
            }
            Thread.sleep(POLL_MS);
        }
    }

    private static boolean hasTasks(KafkaStreams streams, int tasks, int threads) {
        if (streams.state() != KafkaStreams.State.RUNNING) {
            return false;
        }
        List<Integer> active = new ArrayList<>();
        for (ThreadMetadata thread : streams.metadataForLocalThreads()) {
            active.add(thread.activeTasks().size());
        }
        return active.size() == threads
                && active.stream().mapToInt(Integer::intValue).sum() == tasks
                && active.stream().allMatch(count -> count > 0);
    }
}
