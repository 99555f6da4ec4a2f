package dev.driftline.bench;

import dev.driftline.config.DriftlineConfig;
import dev.driftline.config.keys.ServiceKeys;
import dev.driftline.schemas.SchemaRegistrySerdes;
import dev.driftline.schemas.Score;
import dev.driftline.shards.ShardCounts;
import dev.driftline.topics.Topic;
import dev.driftline.topics.TopicAdmin;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.Deserializer;

/**
 * Driftline and the naive topology through a real broker: each in a fresh JVM of equal heap with a fresh broker process
 * beside it, the same documents, guarantee, commit interval, partitions and threads.
 *
 * <p>Both are warmed up alike: the same topology first runs over the same documents under another name, again and again
 * for {@value #WARM_UP_SECONDS} seconds, and is closed. Then it begins anew with nothing, documents already in their topic and
 * the tasks shared out, and is held; the time runs from when it is let go until everything it had to write was committed.
 */
final class EndToEndBench {

    static final String GUARANTEE = "exactly_once_v2";
    static final long COMMIT_INTERVAL_MS = 1000;
    static final int SHARDS = 4;
    static final int THREADS = 2;
    static final int PREDICTIONS = 10;
    static final int DOCUMENT_TOKENS = 130;
    static final int WARM_UP_SECONDS = 60;

    static final String WARM_UP =
            "each topology first runs over the same documents under another name, again and again for "
                    + WARM_UP_SECONDS + " s, in the same JVM";

    /** So many that neither topology works them off in the time for warming up. */
    private static final int WARM_UP_COPIES = 24;

    private static final long STALL_NANOS = 120_000_000_000L;

    private final BenchCorpus documents;
    private final String registryUrl;
    private final Path folder;
    private final List<String> jvmOptions;
    private final Map<String, String> moreSettings;
    private final Optional<Path> recordings;
    private final Consumer<String> progress;

    /**
     * @param documents already cut
     * @param registryUrl of a running registry
     * @param folder for brokers, state and logs
     * @param jvmOptions of every measured JVM, its heap among them
     * @param moreSettings of Driftline, beside those that both topologies share
     * @param recordings where flight recordings go, if they are wanted
     * @param progress told in a line what is done
     */
    EndToEndBench(
            BenchCorpus documents,
            String registryUrl,
            Path folder,
            List<String> jvmOptions,
            Map<String, String> moreSettings,
            Optional<Path> recordings,
            Consumer<String> progress) {
        this.documents = documents;
        this.registryUrl = registryUrl;
        this.folder = folder;
        this.jvmOptions = jvmOptions;
        this.moreSettings = moreSettings;
        this.recordings = recordings;
        this.progress = progress;
    }

    /** One topology's time: seconds, CPU seconds of its JVM and of the broker. */
    record Time(double seconds, double cpuSeconds, double brokerCpuSeconds) {}

    /**
     * When scores came, in seconds after the beginning: the first, and that of a tenth and of nine tenths of the documents.
     */
    record Arrivals(double first, double tenth, double nineTenths) {}

    /** Driftline's run; what it left is there only if it was asked for. */
    record Driftline(Time time, Arrivals arrivals, double perplexity, Results.State state, Results.Restore restore) {}

    /** Runs Driftline, and restores what it has learned if {@code restore}. */
    Driftline driftline(int order, boolean restore) {
        Path place = folder.resolve("driftline-" + order);
        try (Cluster cluster = Cluster.start(place, registryUrl)) {
            Time time;
            Map<String, String> measured = settings(cluster, "measured", order, COMMIT_INTERVAL_MS);
            double perplexity;
            Arrivals arrivals;
            try (MeasuredJvm jvm = jvm("driftline", order, "")) {
                progress.accept("driftline, order " + order + ": warming up, " + WARM_UP_SECONDS + " s");
                warmUp(cluster, jvm, order);
                begin(cluster, jvm, measured, 1);
                progress.accept("driftline, order " + order + ": measuring");
                Arrivals[] heard = new Arrivals[1];
                time = time(cluster, jvm, () -> heard[0] = awaitScores(cluster, jvm, measured, Integer.MAX_VALUE));
                arrivals = heard[0];
                perplexity = perplexity(cluster, measured);
                jvm.ask("close");
            }
            if (!restore) {
                return new Driftline(time, arrivals, perplexity, null, null);
            }
            Results.State state = state(cluster, measured, order);
            return new Driftline(time, arrivals, perplexity, state, restore(cluster, measured, order, state));
        }
    }

    /** Runs the naive topology. */
    Time naive(int order) {
        Path place = folder.resolve("naive-" + order);
        try (Cluster cluster = Cluster.start(place, registryUrl);
                MeasuredJvm jvm = jvm("naive", order, "")) {
            progress.accept("naive, order " + order + ": warming up, " + WARM_UP_SECONDS + " s");
            warmUp(cluster, jvm, order, settings -> awaitCounts(cluster, jvm, settings, order, WARM_UP_SECONDS));
            Map<String, String> measured = settings(cluster, "measured", order, COMMIT_INTERVAL_MS);
            begin(cluster, jvm, measured, 1);
            progress.accept("naive, order " + order + ": measuring");
            Time time = time(cluster, jvm, () -> awaitCounts(cluster, jvm, measured, order, Integer.MAX_VALUE));
            jvm.ask("close");
            return time;
        }
    }

    /** Settings of the application {@code name} and those asked for beside them. */
    Map<String, String> settings(Cluster cluster, String name, int order, long commitIntervalMs) {
        Map<String, String> settings = new HashMap<>(cluster.settings(name, order, commitIntervalMs));
        settings.putAll(moreSettings);
        return settings;
    }

    /** Driftline running with {@code settings} in a JVM of its own, as the latency wants it. */
    MeasuredJvm jvm(String kind, int order, String what) {
        String name = kind + "-" + order + what;
        return MeasuredJvm.start(
                StreamsRun.class,
                List.of(kind),
                jvmOptions,
                folder.resolve(name + ".log"),
                recordings.map(target -> target.resolve(name + ".jfr")));
    }

    /** Runs Driftline for the time of a warm-up, so that a latency is not that of code not yet compiled. */
    void warmUp(Cluster cluster, MeasuredJvm jvm, int order) {
        int wanted = WARM_UP_COPIES * documents.documents().size();
        warmUp(cluster, jvm, order, settings -> awaitScores(cluster, jvm, settings, wanted, WARM_UP_SECONDS));
    }

    private void warmUp(Cluster cluster, MeasuredJvm jvm, int order, Consumer<Map<String, String>> end) {
        Map<String, String> settings = settings(cluster, "warm-up", order, COMMIT_INTERVAL_MS);
        begin(cluster, jvm, settings, WARM_UP_COPIES);
        jvm.ask("resume");
        end.accept(settings);
        endWarmUp(cluster, jvm, settings);
    }

    static void endWarmUp(Cluster cluster, MeasuredJvm jvm, Map<String, String> settings) {
        jvm.ask("close");
        try (TopicAdmin topics = new TopicAdmin(DriftlineConfig.of(settings))) {
            topics.delete(topics.removal(true));
        }
        Folders.delete(cluster.stateFolder("warm-up"));
    }

    Cluster cluster(String name) {
        return Cluster.start(folder.resolve(name), registryUrl);
    }

    void say(String line) {
        progress.accept(line);
    }

    /** Starts the application and holds it, then fills its input: tasks are shared out and documents are there. */
    private void begin(Cluster cluster, MeasuredJvm jvm, Map<String, String> settings, int copies) {
        cluster.createTopics(settings);
        jvm.ask("begin " + Json.line(settings));
        for (int copy = 0; copy < copies; copy++) {
            cluster.preload(settings, documents.documents());
        }
    }

    static Time time(Cluster cluster, MeasuredJvm jvm, Runnable end) {
        double cpu = jvm.cpuSeconds();
        double brokerCpu = cluster.brokerCpuSeconds();
        long start = System.nanoTime();
        jvm.ask("resume");
        end.run();
        double seconds = (System.nanoTime() - start) / 1e9;
        return new Time(seconds, jvm.cpuSeconds() - cpu, cluster.brokerCpuSeconds() - brokerCpu);
    }

    private Arrivals awaitScores(Cluster cluster, MeasuredJvm jvm, Map<String, String> settings, int limitSeconds) {
        return awaitScores(cluster, jvm, settings, documents.documents().size(), limitSeconds);
    }

    /** Until a score and a prediction of so many documents can be read by those who read what is committed. */
    static Arrivals awaitScores(
            Cluster cluster, MeasuredJvm jvm, Map<String, String> settings, int wanted, int limitSeconds) {
        String scores = Cluster.topic(settings, Topic.SCORES);
        Map<String, Integer> seen = new HashMap<>();
        long start = System.nanoTime();
        double[] arrived = new double[wanted];
        try (KafkaConsumer<byte[], byte[]> consumer =
                cluster.committed(List.of(scores, Cluster.topic(settings, Topic.PREDICTIONS)))) {
            await(jvm, limitSeconds, () -> {
                ConsumerRecords<byte[], byte[]> polled = consumer.poll(Duration.ofMillis(100));
                double now = (System.nanoTime() - start) / 1e9;
                for (ConsumerRecord<byte[], byte[]> record : polled) {
                    int count = seen.merge(record.topic(), 1, Integer::sum);
                    if (record.topic().equals(scores) && count <= wanted) {
                        arrived[count - 1] = now;
                    }
                }
                return seen.size() == 2 && seen.values().stream().allMatch(count -> count >= wanted);
            });
        }
        if (seen.values().stream().anyMatch(count -> count > wanted)) {
            throw new IllegalStateException("more scores or predictions than " + wanted + " documents: " + seen);
        }
        return new Arrivals(arrived[0], arrived[wanted / 10], arrived[wanted * 9 / 10]);
    }

    /** Until every n-gram has been counted and the transaction that did it is committed. */
    private void awaitCounts(
            Cluster cluster, MeasuredJvm jvm, Map<String, String> settings, int order, int limitSeconds) {
        String application = settings.get(ServiceKeys.APPLICATION_ID.name());
        String repartition = application + "-" + NaiveTopology.COUNTS_STORE + "-repartition";
        boolean whole = await(jvm, limitSeconds, () -> {
            pause(200);
            return cluster.hasRead(application, Cluster.topic(settings, Topic.DOCUMENTS))
                    && cluster.hasRead(application, repartition);
        });
        long records = cluster.ends(repartition).values().stream()
                .mapToLong(Long::longValue)
                .sum();
        if (whole && records < documents.ngrams(order)) {
            throw new IllegalStateException(
                    "the naive topology counted " + records + " n-grams of " + documents.ngrams(order));
        }
    }

    private static boolean await(MeasuredJvm jvm, int limitSeconds, BooleanSupplier done) {
        long start = System.nanoTime();
        long limit = limitSeconds == Integer.MAX_VALUE ? 30 * STALL_NANOS : limitSeconds * 1_000_000_000L;
        while (!done.getAsBoolean()) {
            if (!jvm.isAlive()) {
                throw new IllegalStateException("the measured JVM has ended: " + jvm.logTail());
            }
            if (System.nanoTime() - start > limit) {
                if (limitSeconds == Integer.MAX_VALUE) {
                    throw new IllegalStateException("not done after an hour: " + jvm.logTail());
                }
                return false;
            }
        }
        return true;
    }

    private static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** Of the top order over all documents, from the scores themselves. */
    private double perplexity(Cluster cluster, Map<String, String> settings) {
        double[] bits = new double[1];
        eachScore(cluster, settings, score -> bits[0] += score.getNgramBitsPerToken() * score.getTokens());
        return Math.pow(2, bits[0] / documents.tokens());
    }

    void eachScore(Cluster cluster, Map<String, String> settings, Consumer<Score> each) {
        String topic = Cluster.topic(settings, Topic.SCORES);
        SchemaRegistrySerdes serdes =
                new SchemaRegistrySerdes(DriftlineConfig.of(settings).clients().schemaRegistry());
        long tokens = 0;
        int left = documents.documents().size();
        try (KafkaConsumer<byte[], byte[]> consumer = cluster.committed(List.of(topic));
                Deserializer<Score> deserializer = serdes.deserializer(Score.class)) {
            while (left > 0) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofSeconds(1))) {
                    Score score = deserializer.deserialize(topic, record.value());
                    each.accept(score);
                    tokens += score.getTokens();
                    left--;
                }
            }
        }
        if (tokens != documents.tokens()) {
            throw new IllegalStateException("scored " + tokens + " tokens of " + documents.tokens());
        }
    }

    private Results.State state(Cluster cluster, Map<String, String> settings, int order) {
        String changelog = cluster.changelog(settings.get(ServiceKeys.APPLICATION_ID.name()), ShardCounts.STORE);
        Path state = cluster.stateFolder("measured");
        long stateBytes = Folders.bytes(state, file -> file.toString().contains("/" + ShardCounts.STORE + "/"));
        long records = cluster.ends(changelog).values().stream()
                .mapToLong(Long::longValue)
                .sum();
        long bytes = cluster.bytesOnDisk(changelog);
        long ngrams = documents.distinctNgrams(order);
        double scored = documents.documents().size();
        return new Results.State(
                order,
                ngrams,
                stateBytes,
                stateBytes / (double) ngrams,
                records,
                records / (double) documents.tokens(),
                bytes,
                bytes / (double) ngrams,
                cluster.bytesOnDisk(Cluster.topic(settings, Topic.SCORES)) / scored,
                cluster.bytesOnDisk(Cluster.topic(settings, Topic.PREDICTIONS)) / scored);
    }

    private Results.Restore restore(Cluster cluster, Map<String, String> settings, int order, Results.State state) {
        progress.accept("driftline, order " + order + ": restoring");
        Folders.delete(cluster.stateFolder("measured"));
        try (MeasuredJvm jvm = jvm("driftline", order, "-restore")) {
            StreamsRun.Began began = Json.read(jvm.ask("start " + Json.line(settings)), StreamsRun.Began.class);
            jvm.ask("close");
            return new Results.Restore(
                    order, began.seconds(), state.changelogBytes(), state.distinctNgrams() / began.seconds());
        }
    }
}
