package dev.driftline.bench;

import dev.driftline.bench.process.Folders;
import dev.driftline.bench.process.Json;
import dev.driftline.bench.process.MeasuredJvm;
import dev.driftline.config.DriftlineConfig;
import dev.driftline.config.keys.ServiceKeys;
import dev.driftline.corpus.CorpusDocument;
import dev.driftline.topics.TopicAdmin;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What all measurements through a broker have in common.
 *
 * @param registryUrl of a running registry
 * @param folder for brokers, state and logs
 * @param jvmOptions of every measured JVM, its heap among them
 * @param recordings where flight recordings go, if they are wanted
 * @param warmUpSeconds each measured JVM first runs the same topology over other topics for so long
 * @param progress told in a line what is done
 */
record Setup(
        String registryUrl,
        Path folder,
        List<String> jvmOptions,
        Optional<Path> recordings,
        int warmUpSeconds,
        Consumer<String> progress) {

    static final long COMMIT_INTERVAL_MS = 1000;

    void say(String line) {
        progress.accept(line);
    }

    /** A broker of its own for what {@code name} says. */
    Cluster cluster(String name) {
        return Cluster.start(folder.resolve(name), registryUrl);
    }

    /** A JVM for {@code kind}: driftline, or a baseline. */
    MeasuredJvm jvm(String kind, String name) {
        return MeasuredJvm.start(
                StreamsRun.class,
                List.of(kind),
                jvmOptions,
                folder.resolve(name + ".log"),
                recordings.map(target -> target.resolve(name + ".jfr")));
    }

    /** Starts the application and holds it, then fills its input: tasks are shared out and documents are there. */
    static void begin(
            Cluster cluster, MeasuredJvm jvm, Map<String, String> settings, Iterable<CorpusDocument> documents) {
        cluster.createTopics(settings);
        jvm.ask("begin " + Json.line(settings));
        cluster.preload(settings, documents);
    }

    /** Closes the application and deletes its topics and its state. */
    static void end(Cluster cluster, MeasuredJvm jvm, Map<String, String> settings) {
        jvm.ask("close");
        try (TopicAdmin topics = new TopicAdmin(DriftlineConfig.of(settings))) {
            topics.delete(topics.removal(true));
        }
        Folders.delete(cluster.stateFolder(settings.get(ServiceKeys.APPLICATION_ID.name())));
    }

    /**
     * What one run cost.
     *
     * @param tokens that went through
     * @param seconds from when the service was let go until everything was committed
     * @param cpuSeconds user and system time of the measured JVM
     * @param brokerCpuSeconds user and system time of the broker
     */
    record Cost(long tokens, double seconds, double cpuSeconds, double brokerCpuSeconds) {

        /** CPU time with the broker's, in microseconds. */
        double cpuMicrosPerToken() {
            return 1e6 * (cpuSeconds + brokerCpuSeconds) / tokens;
        }

        /** The broker's share of {@link #cpuMicrosPerToken()}. */
        double brokerMicrosPerToken() {
            return 1e6 * brokerCpuSeconds / tokens;
        }

        double tokensPerSecond() {
            return tokens / seconds;
        }
    }

    /** What it costs from when the application is let go until {@code end} returns. */
    static Cost cost(Cluster cluster, MeasuredJvm jvm, long tokens, Runnable end) {
        double cpu = jvm.cpuSeconds();
        double brokerCpu = cluster.brokerCpuSeconds();
        long start = System.nanoTime();
        jvm.ask("resume");
        end.run();
        double seconds = (System.nanoTime() - start) / 1e9;
        return new Cost(tokens, seconds, jvm.cpuSeconds() - cpu, cluster.brokerCpuSeconds() - brokerCpu);
    }
}
