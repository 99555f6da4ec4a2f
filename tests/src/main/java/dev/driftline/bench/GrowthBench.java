package dev.driftline.bench;

import dev.driftline.bench.process.Folders;
import dev.driftline.bench.process.Json;
import dev.driftline.bench.process.MeasuredJvm;
import dev.driftline.bench.text.BenchCorpus;
import dev.driftline.bench.text.LongText;
import dev.driftline.corpus.CorpusDocument;
import dev.driftline.topics.Topic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * What a token costs as the model grows, through a broker: documents of a {@link LongText} are sent while earlier ones are
 * scored, so that there is always a backlog and never a large one. The cost is that of the tokens since the mark before.
 */
final class GrowthBench {

    /** Marks, in tokens. */
    private static final long[] MARKS = {
        1_000_000, 2_000_000, 5_000_000, 10_000_000, 20_000_000, 50_000_000, 100_000_000
    };

    /** Documents that may have been sent and not scored. */
    private static final int BACKLOG_DOCUMENTS = 10_000;

    private static final int BATCH = 500;

    private final BenchCorpus documents;
    private final Setup setup;

    /** @param documents already cut */
    GrowthBench(BenchCorpus documents, Setup setup) {
        this.documents = documents;
        this.setup = setup;
    }

    /** The marks up to {@code most} tokens, and that. */
    static List<Long> marks(long most) {
        List<Long> marks = new ArrayList<>();
        for (long mark : MARKS) {
            if (mark < most) {
                marks.add(mark);
            }
        }
        marks.add(most);
        return marks;
    }

    List<Results.Growth> measure(Deployment deployment, int order, long most) {
        String name = "growth-" + deployment.name() + "-" + order;
        List<Results.Growth> measured = new ArrayList<>();
        try (Cluster cluster = setup.cluster(name);
                MeasuredJvm jvm = setup.jvm("driftline", name)) {
            new EndToEndBench(documents, setup).warmUp(cluster, jvm, deployment, order);
            Map<String, String> settings = cluster.settings("measured", deployment, order, Setup.COMMIT_INTERVAL_MS);
            cluster.createTopics(settings);
            jvm.ask("start " + Json.line(settings));
            double tokensPerDocument =
                    documents.tokens() / (double) documents.documents().size();
            Iterator<CorpusDocument> text = documents.endless().iterator();
            try (KafkaProducer<byte[], byte[]> producer = cluster.producer(settings);
                    KafkaConsumer<byte[], byte[]> scores =
                            cluster.committed(List.of(Cluster.topic(settings, Topic.SCORES)))) {
                long sent = 0;
                long scored = 0;
                for (long mark : marks(most)) {
                    double cpu = jvm.cpuSeconds() + cluster.brokerCpuSeconds();
                    long start = System.nanoTime();
                    long before = scored;
                    while (scored * tokensPerDocument < mark) {
                        if (sent - scored < BACKLOG_DOCUMENTS) {
                            send(settings, producer, text);
                            sent += BATCH;
                        }
                        scored += scores.poll(Duration.ofMillis(sent - scored < BACKLOG_DOCUMENTS ? 0 : 50))
                                .count();
                        if (!jvm.isAlive()) {
                            throw new IllegalStateException("the measured JVM has ended: " + jvm.logTail());
                        }
                    }
                    double spent = jvm.cpuSeconds() + cluster.brokerCpuSeconds() - cpu;
                    double tokens = (scored - before) * tokensPerDocument;
                    Results.Growth growth = new Results.Growth(
                            "end to end, " + deployment,
                            order,
                            (long) (scored * tokensPerDocument),
                            (long) tokens,
                            1e6 * spent / tokens,
                            tokens / ((System.nanoTime() - start) / 1e9),
                            Folders.bytes(cluster.stateFolder("measured")));
                    setup.say("  " + Report.line(growth));
                    measured.add(growth);
                }
            }
            jvm.ask("close");
        }
        return measured;
    }

    private static void send(
            Map<String, String> settings, KafkaProducer<byte[], byte[]> producer, Iterator<CorpusDocument> text) {
        List<CorpusDocument> batch = new ArrayList<>(BATCH);
        for (int i = 0; i < BATCH; i++) {
            batch.add(text.next());
        }
        Cluster.eachRecord(settings, batch, (ProducerRecord<byte[], byte[]> record) -> producer.send(record));
    }
}
