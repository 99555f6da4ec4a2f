package dev.driftline.bench;

import dev.driftline.bench.baseline.Baseline;
import dev.driftline.bench.process.MeasuredJvm;
import dev.driftline.bench.text.BenchCorpus;
import dev.driftline.config.keys.ServiceKeys;
import dev.driftline.topics.Topic;
import java.util.Map;
import java.util.function.BooleanSupplier;

/**
 * The baselines, measured as {@link EndToEndBench} measures Driftline: a fresh broker and a fresh JVM of equal heap, the same
 * documents, guarantee, commit interval, input partitions and threads, and warmed up alike.
 */
final class BaselineBench {

    private static final long WARM_UP_TOKENS_PER_SECOND = 100_000;
    private static final int POLL_MS = 200;

    private final BenchCorpus documents;
    private final Setup setup;

    /** @param documents already cut */
    BaselineBench(BenchCorpus documents, Setup setup) {
        this.documents = documents;
        this.setup = setup;
    }

    Results.BaselineRun measure(Baseline baseline, Deployment deployment, int order) {
        String name = baseline + "-" + order;
        try (Cluster cluster = setup.cluster(name);
                MeasuredJvm jvm = setup.jvm(baseline.toString(), name)) {
            setup.say(baseline + ", order " + order + ": warming up, " + setup.warmUpSeconds() + " s");
            Map<String, String> warmUp = cluster.settings("warm-up", deployment, order, Setup.COMMIT_INTERVAL_MS);
            Setup.begin(
                    cluster,
                    jvm,
                    warmUp,
                    documents.endless().tokens(setup.warmUpSeconds() * WARM_UP_TOKENS_PER_SECOND));
            jvm.ask("resume");
            await(jvm, setup.warmUpSeconds(), () -> isDone(baseline, cluster, warmUp));
            Setup.end(cluster, jvm, warmUp);

            Map<String, String> measured = cluster.settings("measured", deployment, order, Setup.COMMIT_INTERVAL_MS);
            Setup.begin(cluster, jvm, measured, documents.documents());
            Setup.Cost cost = Setup.cost(
                    cluster,
                    jvm,
                    documents.tokens(),
                    () -> await(jvm, 3600, () -> isDone(baseline, cluster, measured)));
            check(baseline, cluster, measured, order);
            jvm.ask("close");
            Results.BaselineRun run = Results.BaselineRun.of(baseline, order, deployment.partitions(), cost);
            setup.say("  " + Report.line(run));
            return run;
        }
    }

    /** Whether every n-gram has been counted and the transaction that did it is committed. */
    private static boolean isDone(Baseline baseline, Cluster cluster, Map<String, String> settings) {
        String application = settings.get(ServiceKeys.APPLICATION_ID.name());
        pause();
        return cluster.hasRead(application, Cluster.topic(settings, Topic.DOCUMENTS))
                && cluster.hasRead(application, baseline.repartitionTopic(application));
    }

    private void check(Baseline baseline, Cluster cluster, Map<String, String> settings, int order) {
        String topic = baseline.repartitionTopic(settings.get(ServiceKeys.APPLICATION_ID.name()));
        long records =
                cluster.ends(topic).values().stream().mapToLong(Long::longValue).sum();
        long expected = baseline.sendsNgrams()
                ? documents.ngrams(order)
                : documents.documents().size();
        if (records < expected) {
            throw new IllegalStateException(
                    baseline + " has sent " + records + " records to be counted, at least " + expected + " expected");
        }
    }

    private static void await(MeasuredJvm jvm, int limitSeconds, BooleanSupplier done) {
        long start = System.nanoTime();
        while (System.nanoTime() - start < limitSeconds * 1_000_000_000L && !done.getAsBoolean()) {
            if (!jvm.isAlive()) {
                throw new IllegalStateException("the measured JVM has ended: " + jvm.logTail());
            }
        }
    }

    private static void pause() {
        try {
            Thread.sleep(POLL_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
