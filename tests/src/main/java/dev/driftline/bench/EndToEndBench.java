package dev.driftline.bench;

import dev.driftline.bench.process.Folders;
import dev.driftline.bench.process.Json;
import dev.driftline.bench.process.MeasuredJvm;
import dev.driftline.bench.text.BenchCorpus;
import dev.driftline.config.DriftlineConfig;
import dev.driftline.config.keys.ServiceKeys;
import dev.driftline.schemas.SchemaRegistrySerdes;
import dev.driftline.schemas.Score;
import dev.driftline.shards.ShardCounts;
import dev.driftline.topics.Topic;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.Deserializer;

/**
 * Driftline through a real broker, a process on the same machine, in a fresh JVM.
 *
 * <p>The JVM is warmed up: the same topology first runs over the same documents under another name, and is closed. Then it
 * begins anew with nothing, documents already in their topic and the tasks shared out, and is held; the time runs from
 * when it is let go until everything that it had to write was committed. Several times in the same JVM, each time anew.
 */
final class EndToEndBench {

    static final int DOCUMENT_TOKENS = 130;

    /** Of a warm-up: more than any layout processes. */
    private static final long WARM_UP_TOKENS_PER_SECOND = 300_000;

    private final BenchCorpus documents;
    private final Setup setup;

    /** @param documents already cut */
    EndToEndBench(BenchCorpus documents, Setup setup) {
        this.documents = documents;
        this.setup = setup;
    }

    /** What one deployment did; {@code state} and {@code restore} only if they were asked for. */
    record Measured(Results.EndToEnd endToEnd, Results.State state, Results.Restore restore) {}

    /**
     * Runs Driftline several times.
     *
     * @param restore whether to restore what the last run has learned
     */
    Measured measure(Deployment deployment, int order, int runs, boolean restore) {
        String name = "driftline-" + deployment.name() + "-" + order;
        List<Results.Run> measured = new ArrayList<>();
        try (Cluster cluster = setup.cluster(name)) {
            Map<String, String> settings = Map.of();
            try (MeasuredJvm jvm = setup.jvm("driftline", name)) {
                warmUp(cluster, jvm, deployment, order);
                for (int run = 1; run <= runs; run++) {
                    settings = cluster.settings("measured-" + run, deployment, order, Setup.COMMIT_INTERVAL_MS);
                    measured.add(run(cluster, jvm, settings));
                    if (run < runs) {
                        Setup.end(cluster, jvm, settings);
                    }
                }
                jvm.ask("close");
            }
            Results.EndToEnd endToEnd = Results.EndToEnd.of(deployment, order, measured);
            if (!restore) {
                return new Measured(endToEnd, null, null);
            }
            Results.State state = state(cluster, settings, order);
            return new Measured(endToEnd, state, restore(cluster, settings, order, state));
        }
    }

    private Results.Run run(Cluster cluster, MeasuredJvm jvm, Map<String, String> settings) {
        Setup.begin(cluster, jvm, settings, documents.documents());
        Arrivals[] heard = new Arrivals[1];
        Setup.Cost cost = Setup.cost(
                cluster,
                jvm,
                documents.tokens(),
                () -> heard[0] = Arrivals.await(
                        cluster, jvm, settings, documents.documents().size()));
        double tokensPerDocument =
                documents.tokens() / (double) documents.documents().size();
        double[] bits = new double[1];
        eachScore(cluster, settings, documents, score -> bits[0] += score.getNgramBitsPerToken() * score.getTokens());
        Results.Run run = Results.Run.of(
                cost,
                heard[0].first(),
                heard[0].steadyPerSecond() * tokensPerDocument,
                Math.pow(2, bits[0] / documents.tokens()));
        setup.say("  " + Report.line(run));
        return run;
    }

    /** Runs Driftline for the time of a warm-up; the tokens a second that it did in the second half of it. */
    double warmUp(Cluster cluster, MeasuredJvm jvm, Deployment deployment, int order) {
        setup.say("driftline, " + deployment + ", order " + order + ": warming up, " + setup.warmUpSeconds() + " s");
        Map<String, String> settings = cluster.settings("warm-up", deployment, order, Setup.COMMIT_INTERVAL_MS);
        long tokens = setup.warmUpSeconds() * WARM_UP_TOKENS_PER_SECOND;
        Setup.begin(cluster, jvm, settings, documents.endless().tokens(tokens));
        jvm.ask("resume");
        // No document has less than a token.
        double rate = Arrivals.await(cluster, jvm, settings, Math.toIntExact(tokens), setup.warmUpSeconds())
                .laterPerSecond();
        Setup.end(cluster, jvm, settings);
        return rate * documents.tokens() / documents.documents().size();
    }

    /** Reads the score of each document. */
    static void eachScore(Cluster cluster, Map<String, String> settings, BenchCorpus documents, Consumer<Score> each) {
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
        String application = settings.get(ServiceKeys.APPLICATION_ID.name());
        String changelog = cluster.changelog(application, ShardCounts.STORE);
        Path state = cluster.stateFolder(application);
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
        setup.say("driftline, order " + order + ": restoring");
        Folders.delete(cluster.stateFolder(settings.get(ServiceKeys.APPLICATION_ID.name())));
        try (MeasuredJvm jvm = setup.jvm("driftline", "restore-" + order)) {
            StreamsRun.Began began = Json.read(jvm.ask("start " + Json.line(settings)), StreamsRun.Began.class);
            jvm.ask("close");
            return new Results.Restore(
                    order, began.seconds(), state.changelogBytes(), state.distinctNgrams() / began.seconds());
        }
    }
}
