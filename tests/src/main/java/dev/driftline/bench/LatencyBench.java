package dev.driftline.bench;

import dev.driftline.bench.process.Json;
import dev.driftline.bench.process.MeasuredJvm;
import dev.driftline.bench.text.BenchCorpus;
import dev.driftline.corpus.CorpusDocument;
import dev.driftline.topics.Topic;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
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

    private static final int WARM_UP_SECONDS = 10;
    private static final int MEASURED_SECONDS = 30;
    private static final long PATIENCE_NANOS = 30_000_000_000L;

    private final BenchCorpus documents;
    private final Setup setup;

    LatencyBench(BenchCorpus documents, Setup setup) {
        this.documents = documents;
        this.setup = setup;
    }

    /**
     * Measures for half a minute at each load, after a warm-up of the JVM at full speed and one at the same load.
     *
     * @param loads in tokens a second; 0: half of what the warm-up processed
     */
    List<Results.Latency> measure(Deployment deployment, int order, List<Double> loads) {
        String name = "latency-" + deployment.name() + "-" + order;
        List<Results.Latency> measured = new ArrayList<>();
        try (Cluster cluster = setup.cluster(name);
                MeasuredJvm jvm = setup.jvm("driftline", name)) {
            double full = new EndToEndBench(documents, setup).warmUp(cluster, jvm, deployment, order);
            for (double load : loads) {
                Results.Latency latency =
                        measure(cluster, jvm, deployment, order, load == 0 ? full / 2 : load, measured.size());
                setup.say("  " + Report.line(latency));
                measured.add(latency);
            }
        }
        return measured;
    }

    private Results.Latency measure(
            Cluster cluster, MeasuredJvm jvm, Deployment deployment, int order, double tokensPerSecond, int number) {
        double documentsPerSecond = tokensPerSecond * documents.documents().size() / documents.tokens();
        Map<String, String> settings = cluster.settings("latency-" + number, deployment, order, COMMIT_INTERVAL_MS);
        cluster.createTopics(settings);
        int warmUp = (int) (documentsPerSecond * WARM_UP_SECONDS);
        int count = warmUp + (int) (documentsPerSecond * MEASURED_SECONDS);
        List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>(count);
        Iterator<CorpusDocument> text = documents.endless().iterator();
        Cluster.eachRecord(
                settings, () -> Stream.generate(text::next).limit(count).iterator(), records::add);
        jvm.ask("start " + Json.line(settings));
        double cpu = jvm.cpuSeconds();
        double brokerCpu = cluster.brokerCpuSeconds();
        Histogram micros = run(cluster, settings, records, warmUp, documentsPerSecond);
        double tokens =
                count * (double) documents.tokens() / documents.documents().size();
        double cpuMicros = 1e6 * (jvm.cpuSeconds() - cpu + cluster.brokerCpuSeconds() - brokerCpu) / tokens;
        Setup.end(cluster, jvm, settings);
        return new Results.Latency(
                deployment.shards(),
                deployment.partitions(),
                order,
                COMMIT_INTERVAL_MS,
                tokensPerSecond,
                documentsPerSecond,
                micros.getTotalCount(),
                cpuMicros,
                micros.getValueAtPercentile(50) / 1e3,
                micros.getValueAtPercentile(90) / 1e3,
                micros.getValueAtPercentile(99) / 1e3,
                micros.getMaxValue() / 1e3);
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
