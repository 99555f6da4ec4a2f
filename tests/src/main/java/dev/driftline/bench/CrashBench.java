package dev.driftline.bench;

import dev.driftline.bench.process.Folders;
import dev.driftline.bench.process.KilledInstance;
import dev.driftline.bench.text.BenchCorpus;
import dev.driftline.bench.text.LongSet;
import dev.driftline.bench.text.LongText;
import dev.driftline.config.keys.ServiceKeys;
import dev.driftline.corpus.CorpusDocument;
import dev.driftline.shards.ShardCounts;
import dev.driftline.topics.Topic;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * What {@code kill -9} costs an instance with a large state: it learns until its text had the wanted number of different
 * n-grams, then is killed in the middle of work and started again, several times. Measured is the time from the start of its
 * process until {@code /health/ready} is 200, until a score of the new process can be read, and how many records of changelogs
 * were read for that. One shard and one partition; as an operator runs it, with a broker beside it.
 */
final class CrashBench {

    /** Documents in one go, so that the text does not have to be in memory. */
    private static final int PORTION = 5_000;

    /** Of what is learned while it is killed. */
    private static final int DOCUMENTS_A_SECOND = 40;

    private static final Duration BEFORE_A_KILL = Duration.ofSeconds(12);

    private final BenchCorpus corpus;
    private final Setup setup;
    private final Path folder;

    /** @param folder for logs */
    CrashBench(BenchCorpus corpus, Setup setup, Path folder) {
        this.corpus = corpus;
        this.setup = setup;
        this.folder = folder;
    }

    /** @param ngrams different ones of all orders, at least */
    Results.Crash measure(Deployment deployment, int order, long ngrams, int kills) {
        try (Cluster cluster = setup.cluster("crash")) {
            Map<String, String> settings = cluster.settings("crash", deployment, order, 100);
            cluster.createTopics(settings);
            Iterator<CorpusDocument> text = new LongText(corpus.documents(), 1).iterator();
            // Fewer commits while it learns, only to save time.
            Map<String, String> learning = new HashMap<>(settings);
            learning.put(ServiceKeys.COMMIT_INTERVAL_MS.name(), "1000");
            // Classes are archived as the launcher archives them.
            Path archive = folder.resolve("driftline.jsa");
            KilledInstance instance =
                    KilledInstance.start(learning, jvmOptions("-XX:ArchiveClassesAtExit=" + archive), folder);
            try {
                double first = instance.awaitReady();
                long known = learn(cluster, settings, instance, text, order, ngrams);
                instance.stop();
                List<String> archived = jvmOptions("-XX:SharedArchiveFile=" + archive);
                instance = KilledInstance.start(settings, archived, folder);
                instance.awaitReady();
                setup.say(String.format(
                        Locale.ROOT, "  %,d n-grams learned; ready with none after %.1f s", known, first));
                List<Results.Restart> restarts = new ArrayList<>();
                for (int kill = 1; kill <= kills; kill++) {
                    Load load = new Load(cluster, settings, text);
                    try (load) {
                        sleep(BEFORE_A_KILL);
                        instance.kill();
                        instance = KilledInstance.start(settings, archived, folder);
                        Results.Restart restart = restart(cluster, settings, instance);
                        restarts.add(restart);
                        setup.say(String.format(
                                Locale.ROOT,
                                "  ready %.1f s after the start of the process, first score after %.1f s, %,d records"
                                        + " restored",
                                restart.readySeconds(),
                                restart.scoreSeconds(),
                                restart.restoredRecords()));
                    }
                }
                String changelog = cluster.changelog("crash", ShardCounts.STORE);
                return new Results.Crash(
                        order,
                        known,
                        Folders.bytes(cluster.stateFolder("crash")),
                        cluster.ends(changelog).values().stream()
                                .mapToLong(Long::longValue)
                                .sum(),
                        ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage(),
                        restarts);
            } finally {
                instance.close();
            }
        }
    }

    /** Has the text learned until it had so many different n-grams; says how many it had. */
    private long learn(
            Cluster cluster,
            Map<String, String> settings,
            KilledInstance instance,
            Iterator<CorpusDocument> text,
            int order,
            long ngrams) {
        LongSet seen = new LongSet();
        long tokens = 0;
        while (seen.size() < ngrams) {
            List<CorpusDocument> portion = next(text);
            cluster.preload(settings, portion);
            for (CorpusDocument document : portion) {
                BenchCorpus.addNgrams(document, order, seen);
                tokens += LongText.tokens(document);
            }
        }
        setup.say(String.format(
                Locale.ROOT, "  %,d different n-grams in %,d tokens sent, now they are learned", seen.size(), tokens));
        // Every token that was scored was learned.
        while (instance.metric("driftline_tokens_total") < tokens) {
            sleep(Duration.ofSeconds(1));
        }
        return seen.size();
    }

    private List<String> jvmOptions(String archive) {
        List<String> options = new ArrayList<>(setup.jvmOptions());
        options.addAll(List.of(archive, "-Xlog:cds=off", "-Xlog:cds+dynamic=off"));
        return options;
    }

    private List<CorpusDocument> next(Iterator<CorpusDocument> text) {
        List<CorpusDocument> portion = new ArrayList<>();
        while (portion.size() < PORTION) {
            CorpusDocument document = text.next();
            portion.addAll(new BenchCorpus(corpus.file(), corpus.name(), List.of(document), 0)
                    .cut(EndToEndBench.DOCUMENT_TOKENS)
                    .documents());
        }
        return portion;
    }

    private static Results.Restart restart(Cluster cluster, Map<String, String> settings, KilledInstance instance) {
        try (KafkaConsumer<byte[], byte[]> scores = cluster.committed(List.of(Cluster.topic(settings, Topic.SCORES)))) {
            scores.seekToEnd(scores.assignment());
            scores.assignment().forEach(scores::position);
            double ready = instance.awaitReady();
            while (scores.poll(Duration.ofMillis(20)).isEmpty()) {
                if (instance.seconds() > 600) {
                    throw new IllegalStateException("no score after a restart");
                }
            }
            return new Results.Restart(
                    ready, instance.seconds(), (long) instance.metric("driftline_restored_records_total"));
        }
    }

    /** Documents at a steady pace, so that a kill comes in the middle of work. */
    private final class Load implements AutoCloseable {

        private final AtomicBoolean going = new AtomicBoolean(true);
        private final Thread thread;

        Load(Cluster cluster, Map<String, String> settings, Iterator<CorpusDocument> text) {
            List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
            Cluster.eachRecord(settings, next(text), records::add);
            thread = new Thread(
                    () -> {
                        try (KafkaProducer<byte[], byte[]> producer = cluster.producer(settings)) {
                            for (int at = 0; going.get() && at < records.size(); at++) {
                                producer.send(records.get(at));
                                sleep(Duration.ofMillis(1000 / DOCUMENTS_A_SECOND));
                            }
                        }
                    },
                    "crash-load");
            thread.setDaemon(true);
            thread.start();
        }

        @Override
        public void close() {
            going.set(false);
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static void sleep(Duration time) {
        try {
            Thread.sleep(time.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
