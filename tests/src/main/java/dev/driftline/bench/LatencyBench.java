package dev.driftline.bench;

import dev.driftline.corpus.CorpusDocument;
import dev.driftline.topics.Topic;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * How long a document takes from when it is due to be sent until its score can be read, at a steady load. Documents leave
 * at fixed times whatever comes back, and the time counts from then, so that a stall is charged to every document that it
 * holds up.
 */
final class LatencyBench {

    static final long COMMIT_INTERVAL_MS = 100;

    private static final int WARM_UP_SECONDS = 20;
    private static final int MEASURED_SECONDS = 30;
    private static final long PATIENCE_NANOS = 30_000_000_000L;

    private final BenchCorpus documents;
    private final Path folder;
    private final String registryUrl;

    LatencyBench(BenchCorpus documents, String registryUrl, Path folder) {
        this.documents = documents;
        this.registryUrl = registryUrl;
        this.folder = folder;
    }

    /**
     * Measures for half a minute, after a warm-up of the JVM at full speed and one at the same load.
     *
     * @param endToEnd starts the JVM
     * @param tokensPerSecond the load
     */
    Results.Latency measure(EndToEndBench endToEnd, int order, double tokensPerSecond) {
        double documentsPerSecond = tokensPerSecond * documents.documents().size() / documents.tokens();
        try (Cluster cluster = Cluster.start(folder.resolve("latency-" + order), registryUrl);
                MeasuredJvm jvm = endToEnd.jvm("driftline", order, "-latency")) {
            endToEnd.warmUp(cluster, jvm, order);
            Map<String, String> settings = endToEnd.settings(cluster, "latency", order, COMMIT_INTERVAL_MS);
            cluster.createTopics(settings);
            int warmUp = (int) (documentsPerSecond * WARM_UP_SECONDS);
            int measured = (int) (documentsPerSecond * MEASURED_SECONDS);
            List<ProducerRecord<byte[], byte[]>> records = records(settings, warmUp + measured);
            jvm.ask("start " + Json.line(settings));
            Histogram micros = run(cluster, settings, records, warmUp, documentsPerSecond);
            jvm.ask("close");
            return new Results.Latency(
                    order,
                    COMMIT_INTERVAL_MS,
                    tokensPerSecond,
                    documentsPerSecond,
                    micros.getTotalCount(),
                    micros.getValueAtPercentile(50) / 1e3,
                    micros.getValueAtPercentile(90) / 1e3,
                    micros.getValueAtPercentile(99) / 1e3,
                    micros.getMaxValue() / 1e3);
        }
    }

    /** That many documents: the corpus, again from its beginning under new ids when it ends. */
    private List<ProducerRecord<byte[], byte[]>> records(Map<String, String> settings, int count) {
        List<CorpusDocument> sent = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            int round = i / documents.documents().size();
            CorpusDocument document =
                    documents.documents().get(i % documents.documents().size());
            sent.add(
                    round == 0
                            ? document
                            : new CorpusDocument(document.id() + "#" + round, document.source(), document.sentences()));
        }
        return Cluster.records(settings, sent);
    }

    private static Histogram run(
            Cluster cluster,
            Map<String, String> settings,
            List<ProducerRecord<byte[], byte[]>> records,
            int warmUp,
            double documentsPerSecond) {
        Map<String, Long> due = new ConcurrentHashMap<>(2 * records.size());
        Histogram micros = new Histogram(3);
        try (KafkaConsumer<byte[], byte[]> consumer =
                        cluster.committed(List.of(Cluster.topic(settings, Topic.SCORES)));
                KafkaProducer<byte[], byte[]> producer = cluster.producer(settings)) {
            consumer.poll(Duration.ofMillis(500));
            Thread sender = new Thread(() -> send(producer, records, due, documentsPerSecond), "sender");
            sender.start();
            int left = records.size();
            long heard = System.nanoTime();
            // In the order of records, so that the first ones are the warm-up.
            Map<String, Integer> number = new ConcurrentHashMap<>();
            for (int i = 0; i < records.size(); i++) {
                number.put(new String(records.get(i).key(), StandardCharsets.UTF_8), i);
            }
            while (left > 0) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(10))) {
                    heard = System.nanoTime();
                    String id = new String(record.key(), StandardCharsets.UTF_8);
                    if (number.get(id) >= warmUp) {
                        micros.recordValue((heard - due.get(id)) / 1000);
                    }
                    left--;
                }
                if (System.nanoTime() - heard > PATIENCE_NANOS) {
                    throw new IllegalStateException(left + " documents are not scored, and none has been for 30 s");
                }
            }
            sender.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
        return micros;
    }

    private static void send(
            KafkaProducer<byte[], byte[]> producer,
            List<ProducerRecord<byte[], byte[]>> records,
            Map<String, Long> due,
            double documentsPerSecond) {
        long start = System.nanoTime();
        for (int i = 0; i < records.size(); i++) {
            long at = start + (long) (i * 1e9 / documentsPerSecond);
            while (System.nanoTime() < at) {
                LockSupport.parkNanos(at - System.nanoTime());
            }
            due.put(new String(records.get(i).key(), StandardCharsets.UTF_8), at);
            producer.send(records.get(i));
        }
        producer.flush();
    }
}
