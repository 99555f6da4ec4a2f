package dev.driftline.bench;

import dev.driftline.bench.process.Json;
import dev.driftline.bench.process.MeasuredJvm;
import dev.driftline.bench.text.BenchCorpus;
import dev.driftline.bench.text.LongText;
import dev.driftline.config.DriftlineConfig;
import dev.driftline.config.keys.DriftKeys;
import dev.driftline.config.keys.NeuralKeys;
import dev.driftline.config.keys.OutputKeys;
import dev.driftline.config.keys.TrainingKeys;
import dev.driftline.corpus.CorpusDocument;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Driftline through a broker with what is beside the n-gram model: the network, the watch for drift, the filter.
 *
 * <p>With a network the time begins when there is one: first as much text goes by as the first snapshot is made of, the service
 * makes it and takes it up, and is held; then the rest of the documents is put into their topic, and the time runs until
 * a score and a prediction of each can be read. Meanwhile the trainer goes on as it is set to. The warm-up is the same,
 * after its first snapshot, which is made in one pass.
 */
final class FeaturesBench {

    private final BenchCorpus corpus;
    private final List<CorpusDocument> documents;
    private final Setup setup;

    /** @param documents already cut */
    FeaturesBench(BenchCorpus documents, Setup setup) {
        corpus = documents;
        this.documents = documents.documents();
        this.setup = setup;
    }

    /** What is on beside the n-gram model. */
    enum Feature {
        NETWORK(Map.of(NeuralKeys.MODEL.name(), "lstm", NeuralKeys.SCORING_POLICY.name(), "wait")),
        DRIFT(Map.of(DriftKeys.DETECTORS.name(), DriftKeys.DETECTORS.defaultText())),
        FILTER(Map.of(OutputKeys.FILTER_RULES.name(), "default"));

        private final Map<String, String> settings;

        Feature(Map<String, String> settings) {
            this.settings = settings;
        }
    }

    /** Each feature alone, none, and all of them together. */
    List<Results.Features> sumOfParts(Deployment deployment, int order) {
        return List.of(
                measure(deployment, order, Set.of()),
                measure(deployment, order, Set.of(Feature.DRIFT)),
                measure(deployment, order, Set.of(Feature.FILTER)),
                measure(deployment, order, Set.of(Feature.NETWORK)),
                measure(deployment, order, Set.of(Feature.values())));
    }

    private Results.Features measure(Deployment deployment, int order, Set<Feature> features) {
        Map<String, String> settings = new LinkedHashMap<>();
        List<String> names = features.stream()
                .sorted()
                .map(feature -> feature.name().toLowerCase(Locale.ROOT))
                .toList();
        features.forEach(feature -> settings.putAll(feature.settings));
        return measure(deployment.with(settings), order, names.isEmpty() ? "n-grams alone" : String.join(" + ", names));
    }

    /** With a network under one policy of where that cannot keep up. */
    Results.Features network(Deployment deployment, int order, String policy) {
        return measure(
                deployment.with(Map.of(NeuralKeys.MODEL.name(), "lstm", NeuralKeys.SCORING_POLICY.name(), policy)),
                order,
                "network, " + policy);
    }

    private Results.Features measure(Deployment deployment, int order, String what) {
        String name = "features-" + deployment.name() + "-" + order + "-" + what.replaceAll("[^a-z]+", "-");
        try (Cluster cluster = setup.cluster(name);
                MeasuredJvm jvm = setup.jvm("driftline", name)) {
            setup.say("driftline, " + deployment + ", " + what + ": warming up");
            Map<String, String> warmUp = cluster.settings(
                    "warm-up",
                    deployment.with(Map.of(TrainingKeys.BOOTSTRAP_PASSES.name(), "1")),
                    order,
                    Setup.COMMIT_INTERVAL_MS);
            int before = begin(cluster, jvm, warmUp);
            cluster.preload(warmUp, documents.subList(before, documents.size()));
            jvm.ask("resume");
            Arrivals.await(cluster, jvm, warmUp, documents.size(), setup.warmUpSeconds());
            Setup.end(cluster, jvm, warmUp);

            Map<String, String> measured = cluster.settings("measured", deployment, order, Setup.COMMIT_INTERVAL_MS);
            before = begin(cluster, jvm, measured);
            List<CorpusDocument> rest = documents.subList(before, documents.size());
            cluster.preload(measured, rest);
            Setup.Cost cost = Setup.cost(
                    cluster,
                    jvm,
                    rest.stream().mapToLong(LongText::tokens).sum(),
                    () -> Arrivals.await(cluster, jvm, measured, documents.size()));
            Results.Features result = result(cluster, measured, deployment, order, what, before, cost);
            jvm.ask("close");
            setup.say("  " + Report.line(result));
            return result;
        }
    }

    /**
     * Starts the application and holds it, once its first snapshot is active where there is to be one; the number of documents
     * that this took.
     */
    private int begin(Cluster cluster, MeasuredJvm jvm, Map<String, String> settings) {
        DriftlineConfig config = DriftlineConfig.of(settings);
        cluster.createTopics(settings);
        jvm.ask("begin " + Json.line(settings));
        if (config.get(NeuralKeys.MODEL).equals(NeuralKeys.NO_MODEL)) {
            return 0;
        }
        long bootstrap = config.get(TrainingKeys.BOOTSTRAP_TOKENS);
        int count = 0;
        for (long tokens = 0; tokens < bootstrap; count++) {
            if (count == documents.size()) {
                throw new IllegalStateException("the text is over before the " + bootstrap
                        + " tokens of a first snapshot: take a longer one than " + tokens + " tokens");
            }
            tokens += LongText.tokens(documents.get(count));
        }
        cluster.preload(settings, documents.subList(0, count));
        jvm.ask("resume");
        Arrivals.await(cluster, jvm, settings, count);
        jvm.ask("snapshot");
        jvm.ask("hold");
        return count;
    }

    private Results.Features result(
            Cluster cluster,
            Map<String, String> settings,
            Deployment deployment,
            int order,
            String what,
            int before,
            Setup.Cost cost) {
        Set<String> measured = new HashSet<>();
        documents.subList(before, documents.size()).forEach(document -> measured.add(document.id()));
        Map<String, Long> statuses = new TreeMap<>();
        Set<String> snapshots = new HashSet<>();
        double[] bits = new double[2];
        EndToEndBench.eachScore(cluster, settings, corpus, score -> {
            if (!measured.contains(score.getId())) {
                return;
            }
            statuses.merge(String.valueOf(score.getNeuralStatus()), 1L, Long::sum);
            if (score.getSnapshotVersion() != null) {
                snapshots.add(score.getSnapshotVersion());
            }
            bits[0] += score.getNgramBitsPerToken() * score.getTokens();
            bits[1] += score.getMixtureBitsPerToken() * score.getTokens();
        });
        return new Results.Features(
                what,
                deployment.shards(),
                deployment.partitions(),
                order,
                cost.tokens(),
                corpus.tokens() - cost.tokens(),
                cost.cpuMicrosPerToken(),
                cost.brokerMicrosPerToken(),
                cost.tokensPerSecond(),
                cost.seconds(),
                Math.max(0, snapshots.size() - 1),
                statuses,
                statuses.getOrDefault("fallback", 0L) / (double) measured.size(),
                Math.pow(2, bits[0] / cost.tokens()),
                Math.pow(2, bits[1] / cost.tokens()));
    }
}
