package dev.driftline.bench;

import dev.driftline.config.DriftlineConfig;
import dev.driftline.config.keys.NeuralKeys;
import dev.driftline.config.keys.TrainingKeys;
import dev.driftline.corpus.CorpusDocument;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Driftline through a broker with the network on, under one policy of where that cannot keep up.
 *
 * <p>The time begins with a network: first as much text goes by as the first snapshot is made of, the service makes it and
 * takes it up, and is held; then the rest of the documents is put into their topic, and the time runs until a score and a
 * prediction of each can be read. Meanwhile the trainer goes on as it is set to. The warm-up is the same, for {@value
 * EndToEndBench#WARM_UP_SECONDS} seconds after its first snapshot, which is made in one pass.
 */
final class NeuralEndToEndBench {

    private final EndToEndBench bench;
    private final List<CorpusDocument> documents;

    /** @param documents already cut */
    NeuralEndToEndBench(EndToEndBench bench, BenchCorpus documents) {
        this.bench = bench;
        this.documents = documents.documents();
    }

    Results.NeuralEndToEnd measure(int order, String policy) {
        try (Cluster cluster = bench.cluster("network-" + policy + "-" + order);
                MeasuredJvm jvm = bench.jvm("driftline", order, "-network-" + policy)) {
            bench.say("driftline with a network, " + policy + ": warming up");
            Map<String, String> warmUp = settings(cluster, "warm-up", order, policy);
            warmUp.put(TrainingKeys.BOOTSTRAP_PASSES.name(), "1");
            int before = begin(cluster, jvm, warmUp);
            cluster.preload(warmUp, documents.subList(before, documents.size()));
            jvm.ask("resume");
            EndToEndBench.awaitScores(cluster, jvm, warmUp, documents.size(), EndToEndBench.WARM_UP_SECONDS);
            EndToEndBench.endWarmUp(cluster, jvm, warmUp);

            Map<String, String> measured = settings(cluster, "measured", order, policy);
            bench.say("driftline with a network, " + policy + ": making the first snapshot");
            begin(cluster, jvm, measured);
            List<CorpusDocument> rest = documents.subList(before, documents.size());
            cluster.preload(measured, rest);
            bench.say("driftline with a network, " + policy + ": measuring");
            EndToEndBench.Time time = EndToEndBench.time(
                    cluster,
                    jvm,
                    () -> EndToEndBench.awaitScores(cluster, jvm, measured, documents.size(), Integer.MAX_VALUE));
            Results.NeuralEndToEnd result = result(cluster, measured, order, policy, before, time);
            jvm.ask("close");
            return result;
        }
    }

    private static Map<String, String> settings(Cluster cluster, String name, int order, String policy) {
        Map<String, String> settings = new HashMap<>(cluster.settings(name, order, EndToEndBench.COMMIT_INTERVAL_MS));
        settings.put(NeuralKeys.MODEL.name(), "lstm");
        settings.put(NeuralKeys.SCORING_POLICY.name(), policy);
        return settings;
    }

    /** Starts the application and holds it once its first snapshot is active; returns how many documents that took. */
    private int begin(Cluster cluster, MeasuredJvm jvm, Map<String, String> settings) {
        cluster.createTopics(settings);
        jvm.ask("begin " + Json.line(settings));
        long bootstrap = DriftlineConfig.of(settings).get(TrainingKeys.BOOTSTRAP_TOKENS);
        int count = 0;
        for (long tokens = 0; tokens < bootstrap; count++) {
            if (count == documents.size()) {
                throw new IllegalStateException("the text is over before the " + bootstrap
                        + " tokens of a first snapshot: take a longer one than " + tokens + " tokens");
            }
            tokens += BenchCorpus.tokens(documents.get(count));
        }
        cluster.preload(settings, documents.subList(0, count));
        jvm.ask("resume");
        EndToEndBench.awaitScores(cluster, jvm, settings, count, Integer.MAX_VALUE);
        jvm.ask("snapshot");
        jvm.ask("hold");
        return count;
    }

    private Results.NeuralEndToEnd result(
            Cluster cluster,
            Map<String, String> settings,
            int order,
            String policy,
            int before,
            EndToEndBench.Time time) {
        Set<String> measured = new HashSet<>();
        long tokensBefore = 0;
        for (int i = 0; i < documents.size(); i++) {
            if (i < before) {
                tokensBefore += BenchCorpus.tokens(documents.get(i));
            } else {
                measured.add(documents.get(i).id());
            }
        }
        Map<String, Long> statuses = new TreeMap<>();
        Set<String> snapshots = new HashSet<>();
        double[] bits = new double[2];
        long[] tokens = new long[1];
        bench.eachScore(cluster, settings, score -> {
            if (!measured.contains(score.getId())) {
                return;
            }
            statuses.merge(String.valueOf(score.getNeuralStatus()), 1L, Long::sum);
            if (score.getSnapshotVersion() != null) {
                snapshots.add(score.getSnapshotVersion());
            }
            tokens[0] += score.getTokens();
            bits[0] += score.getNgramBitsPerToken() * score.getTokens();
            bits[1] += score.getMixtureBitsPerToken() * score.getTokens();
        });
        return new Results.NeuralEndToEnd(
                order,
                policy,
                tokens[0],
                tokensBefore,
                tokens[0] / time.seconds(),
                time.seconds(),
                time.cpuSeconds(),
                Math.max(0, snapshots.size() - 1),
                statuses,
                statuses.getOrDefault("fallback", 0L) / (double) measured.size(),
                Math.pow(2, bits[0] / tokens[0]),
                Math.pow(2, bits[1] / tokens[0]));
    }
}
