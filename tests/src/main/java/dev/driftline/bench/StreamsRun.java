package dev.driftline.bench;

import dev.driftline.bench.baseline.Baseline;
import dev.driftline.bench.process.Json;
import dev.driftline.bench.process.MeasuredJvm;
import dev.driftline.config.DriftlineConfig;
import dev.driftline.config.keys.ServiceKeys;
import dev.driftline.service.DriftlineService;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.ThreadMetadata;

/**
 * In a JVM of its own: Driftline or a baseline, several times one after the other, as it is told on standard input.
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
 * Argument: {@code driftline} or a {@link Baseline}.
 */
final class StreamsRun {

    private static final int POLL_MS = 20;
    private static final long SETTLED_NANOS = 1_500_000_000L;
    private static final long START_TIMEOUT_NANOS = 300_000_000_000L;

    /**
     * What {@code begin} and {@code start} answer.
     *
     * @param seconds from the start until every thread had its tasks and every store was restored
     */
    record Began(double seconds) {}

    private interface Application extends AutoCloseable {

        KafkaStreams streams();

        @Override
        void close();
    }

    private record Counting(KafkaStreams streams) implements Application {

        @Override
        public void close() {
            streams.close(CloseOptions.timeout(Duration.ofSeconds(60))
                    .withGroupMembershipOperation(CloseOptions.GroupMembershipOperation.LEAVE_GROUP));
        }
    }

    private record Driftline(DriftlineService service) implements Application {

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
        String kind = arguments[0];
        BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        Application application = null;
        for (String line = commands.readLine(); line != null; line = commands.readLine()) {
            String command = line.contains(" ") ? line.substring(0, line.indexOf(' ')) : line;
            switch (command) {
                case "begin", "start" -> {
                    Map<String, String> settings = settings(line.substring(line.indexOf(' ') + 1));
                    long start = System.nanoTime();
                    application = kind.equals("driftline") ? driftline(settings) : baseline(kind, settings);
                    long settled =
                            awaitTasks(application, DriftlineConfig.of(settings).get(ServiceKeys.STREAM_THREADS));
                    double seconds = (settled - start) / 1e9;
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
        DriftlineService service = new DriftlineService(DriftlineConfig.of(settings));
        service.start();
        return new Driftline(service);
    }

    private static Application baseline(String kind, Map<String, String> settings) {
        DriftlineConfig config = DriftlineConfig.of(settings);
        Baseline baseline = Baseline.named(kind);
        KafkaStreams streams = new KafkaStreams(baseline.topology(config), baseline.properties(config));
        streams.start();
        return new Counting(streams);
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

    /**
     * Until the streams run, each thread has its share of the tasks and nothing of that has changed for a while: how many tasks
     * there are depends on the layout.
     *
     * @return {@link System#nanoTime()} of when that began
     */
    private static long awaitTasks(Application application, int threads) throws InterruptedException {
        KafkaStreams streams = application.streams();
        long deadline = System.nanoTime() + START_TIMEOUT_NANOS;
        Map<String, Integer> before = Map.of();
        long since = System.nanoTime();
        while (before.isEmpty() || System.nanoTime() - since < SETTLED_NANOS) {
            if (System.nanoTime() > deadline || streams.state().hasCompletedShutdown()) {
                throw new IllegalStateException(
                        "the streams do not run: " + streams.state() + ", " + streams.metadataForLocalThreads());
            }
            Thread.sleep(POLL_MS);
            Map<String, Integer> now = tasks(streams, threads);
            if (!now.equals(before)) {
                before = now;
                since = System.nanoTime();
            }
        }
        return since;
    }

    /** The number of tasks of each thread; empty while some thread has none that it could have. */
    private static Map<String, Integer> tasks(KafkaStreams streams, int threads) {
        Map<String, Integer> tasks = new HashMap<>();
        if (streams.state() == KafkaStreams.State.RUNNING) {
            for (ThreadMetadata thread : streams.metadataForLocalThreads()) {
                tasks.put(thread.threadName(), thread.activeTasks().size());
            }
        }
        int all = tasks.values().stream().mapToInt(Integer::intValue).sum();
        long busy = tasks.values().stream().filter(count -> count > 0).count();
        return tasks.size() == threads && busy > 0 && busy >= Math.min(threads, all) ? tasks : Map.of();
    }
}
