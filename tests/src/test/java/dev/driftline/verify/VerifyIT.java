package dev.driftline.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.driftline.cli.Driftline;
import dev.driftline.codec.Varints;
import dev.driftline.config.keys.ServiceKeys;
import dev.driftline.ngram.NgramCounts;
import dev.driftline.pages.HeapPageStore;
import dev.driftline.schemas.Document;
import dev.driftline.schemas.Retraction;
import dev.driftline.schemas.RetractionOutcome;
import dev.driftline.schemas.Score;
import dev.driftline.schemas.TextEvent;
import dev.driftline.shards.ShardCounts;
import dev.driftline.testing.Application;
import dev.driftline.testing.Cluster;
import dev.driftline.testing.RecordedTopic;
import dev.driftline.testing.SmallDocuments;
import dev.driftline.topics.Topic;
import dev.driftline.topics.TopicAdmin;
import dev.driftline.verify.log.VerifyProgress;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Deployments that are right are found right while they run; each wrong thing is found, and named with its place. */
class VerifyIT {

    private static final int DOCUMENTS = 300;
    private static final int TEXTS = 20;
    private static final Duration SOON = Duration.ofMinutes(2);

    private final SmallDocuments documents = new SmallDocuments(12);
    private final Map<String, Document> published = new HashMap<>();

    @Test
    void shouldFindADeploymentRightWhileItRunsAndWhatIsWrongOnceItIs(Cluster cluster) throws Exception {
        try (Application application = cluster.application(
                "verified",
                Map.of("shards", "4", "partitions", "3", "model.order", "3", "commit.interval.ms", "100"))) {
            try (AutoCloseable instance = application.start("one")) {
                publish(application);
                application.scores().awaitSize(DOCUMENTS, SOON);
                AtomicBoolean enough = new AtomicBoolean();
                CompletableFuture<Void> more = CompletableFuture.runAsync(() -> {
                    for (int batch = 0; batch < 20 && !enough.get(); batch++) {
                        application.publish(documents.next(10));
                    }
                });
                String said;
                try {
                    said = verify(application, 0);
                } finally {
                    enough.set(true);
                    more.join();
                }
                assertThat(said)
                        .contains("Nothing differs.", "refused records: 1;")
                        .doesNotContain("note:");
            }
            VerificationReport right = report(application);
            assertThat(right.differences()).isEmpty();
            assertThat(right.scores()).isGreaterThanOrEqualTo(DOCUMENTS).isEqualTo(right.mixtures());

            changeScores(application);
            changeCounts(application);

            VerificationReport wrong = report(application);
            assertThat(wrong.counts()).containsOnlyKeys(expectedKinds());
            assertNamed(wrong);
            assertThat(verify(application, 1)).contains("lost score: document '", "doubled score: ", "Differences: ");
        }
    }

    private static Difference.Kind[] expectedKinds() {
        return new Difference.Kind[] {
            Difference.Kind.COUNT,
            Difference.Kind.MISSING_NGRAM,
            Difference.Kind.LOST_SCORE,
            Difference.Kind.DOUBLED_SCORE,
            Difference.Kind.SCORE
        };
    }

    /** One task that reads both inputs itself, and one that readers send whole documents. */
    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void shouldFindADeploymentOfOneShardRight(int partitions, Cluster cluster) throws Exception {
        try (Application application = cluster.application(
                "verifiedone",
                Map.of(
                        "shards",
                        "1",
                        "partitions",
                        Integer.toString(partitions),
                        "model.order",
                        "5",
                        "commit.interval.ms",
                        "100"))) {
            try (AutoCloseable instance = application.start("one")) {
                publish(application);
                publishText(application);
                application.scores().awaitSize(DOCUMENTS + TEXTS, SOON);
                assertThat(verify(application, 0)).contains("Nothing differs.").doesNotContain("note:");
                retract(application);
                application.publish(documents.next(50));
                application.scores().awaitSize(DOCUMENTS + TEXTS + 50, SOON);
                assertThat(verify(application, 0)).contains("Nothing differs.", "31 retractions were replayed");
            }
            assertThat(verify(application, 0, "--sample", "10%", "--json"))
                    .contains("\"equal\" : true", "sample leaves documents out");
            assertThat(verify(application, 0, "--counts-only", "--shard", "0")).contains("Nothing differs.");
            assertThat(verify(application, 2, "--set", "model.order=3")).contains("set model.order=5");
            assertThat(verify(application, 2, "--set", "model.half.life.tokens=20000"))
                    .contains("the shards forget by these settings: none", "model.half.life.tokens=20000");
        }
    }

    private void publish(Application application) {
        List<Document> all = new ArrayList<>(documents.next(DOCUMENTS));
        all.set(7, Document.newBuilder(all.get(7)).setLearn(false).build());
        application.publish(Topic.DOCUMENTS, "bad", new byte[] {1, 2, 3});
        application.publish(all);
        all.forEach(document -> published.put(document.getId(), document));
    }

    /** After the documents or among them: the two inputs are read by turns. */
    private void publishText(Application application) {
        String topic = application.topic(Topic.TEXT);
        try (Serializer<TextEvent> values = application.serdes().serializer(TextEvent.class)) {
            for (int i = 0; i < TEXTS; i++) {
                TextEvent event = TextEvent.newBuilder()
                        .setId("text-" + i)
                        .setSource("text")
                        .setText("It rains in w" + i % 7 + " and in w" + i % 5 + ".")
                        .setPublishedAt(Instant.EPOCH)
                        .build();
                application.publish(Topic.TEXT, event.getId(), values.serialize(topic, event));
            }
        }
    }

    /** Takes some documents out, and tries it with one that is not there. */
    private void retract(Application application) {
        List<Document> out = new ArrayList<>();
        for (Score score : application.scores().values()) {
            if (score.getLearned()
                    && score.getInputTopic().equals(application.topic(Topic.DOCUMENTS))
                    && out.size() < 30) {
                out.add(Document.newBuilder(published.get(score.getId()))
                        .setLearn(false)
                        .setRetract(true)
                        .setRetractOffset(score.getInputOffset())
                        .build());
            }
        }
        out.add(Document.newBuilder(out.get(0))
                .setId("never")
                .setRetractOffset(null)
                .setSentences(List.of(List.of("nobody", "published", "this")))
                .build());
        application.publish(out);
        assertThat(application
                        .recorded(Topic.RETRACTIONS, Retraction.class)
                        .awaitSize(out.size(), SOON)
                        .values())
                .extracting(Retraction::getOutcome)
                .containsOnlyOnce(RetractionOutcome.NOT_LEARNED)
                .contains(RetractionOutcome.RETRACTED);
    }

    private static VerificationReport report(Application application) {
        return Verification.run(application.config(), VerifyOptions.everything(), VerifyProgress.NONE);
    }

    /** Runs the command, and returns what it prints. */
    private static String verify(Application application, int exitCode, String... more) {
        List<String> line = new ArrayList<>(List.of("verify"));
        application.settings().forEach((key, value) -> line.addAll(List.of("--set", key + "=" + value)));
        line.addAll(Arrays.asList(more));
        StringWriter out = new StringWriter();
        int code = Driftline.execute(new PrintWriter(out), new PrintWriter(out, true), line.toArray(String[]::new));
        assertThat(code).as("%s", out).isEqualTo(exitCode);
        return out.toString();
    }

    private String lost = "";
    private String doubled = "";
    private String changed = "";

    /** Makes the topic of the scores anew, where one is lost, one comes twice, and one has another perplexity. */
    private void changeScores(Application application) throws Exception {
        String topic = application.topic(Topic.SCORES);
        List<Score> scores = new ArrayList<>();
        try (RecordedTopic<Score> all = new RecordedTopic<>(
                topic,
                application.config().clients().consumer(),
                application.serdes().deserializer(Score.class))) {
            all.forEach(record -> scores.add(all.value(record)));
        }
        lost = scores.get(10).getId();
        doubled = scores.get(20).getId();
        changed = scores.get(30).getId();
        try (TopicAdmin admin = new TopicAdmin(application.config())) {
            admin.delete(admin.removal(List.of(topic), false));
            admin.create();
        }
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                        application.config().clients().producer(),
                        new ByteArraySerializer(),
                        new ByteArraySerializer());
                Serializer<Score> values = application.serdes().serializer(Score.class)) {
            for (Score score : scores) {
                byte[] key = score.getId().getBytes(StandardCharsets.UTF_8);
                if (score.getId().equals(changed)) {
                    score.setNgramPerplexity(score.getNgramPerplexity() * 1.000001);
                }
                byte[] value = values.serialize(topic, score);
                if (!score.getId().equals(lost)) {
                    producer.send(new ProducerRecord<>(topic, key, value));
                }
                if (score.getId().equals(doubled)) {
                    producer.send(new ProducerRecord<>(topic, key, value));
                }
            }
        }
    }

    private String counted = "";
    private String removed = "";

    /** Writes two pages of shard 2 to its changelog: one where an n-gram has another count, one where another is missing. */
    private void changeCounts(Application application) {
        String topic = application.config().get(ServiceKeys.APPLICATION_ID) + "-" + ShardCounts.STORE + "-changelog";
        HeapPageStore pages = new HeapPageStore();
        try (RecordedTopic<byte[]> changelog =
                new RecordedTopic<>(topic, application.config().clients().consumer(), new ByteArrayDeserializer())) {
            changelog.forEach(record -> {
                if (record.partition() == 2) {
                    pages.put(record.key(), record.value());
                }
            });
        }
        NgramCounts counts = new NgramCounts(3, pages, 1 << 20, 1 << 20);
        counts.load();
        TreeMap<byte[], Page> rare = new TreeMap<>(Arrays::compareUnsigned);
        pages.scan(new byte[] {'b'}, (key, value) -> {
            Page page = Page.read(value);
            if (page.ngramOfText(counts) >= 0) {
                rare.put(key, page);
            }
        });
        assertThat(rare).hasSizeGreaterThan(1);
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                application.config().clients().producer(), new ByteArraySerializer(), new ByteArraySerializer())) {
            Page first = rare.firstEntry().getValue();
            int changing = first.ngramOfText(counts);
            counted = first.ngram(changing, counts);
            producer.send(new ProducerRecord<>(topic, 2, rare.firstKey(), first.withCount(changing, 1_000)));
            Page last = rare.lastEntry().getValue();
            int going = last.ngramOfText(counts);
            removed = last.ngram(going, counts);
            producer.send(new ProducerRecord<>(topic, 2, rare.lastKey(), last.without(going)));
        }
    }

    private void assertNamed(VerificationReport report) {
        assertThat(report.counts()).containsEntry(Difference.Kind.LOST_SCORE, 1L);
        assertThat(report.counts()).containsEntry(Difference.Kind.DOUBLED_SCORE, 1L);
        assertThat(report.counts()).containsEntry(Difference.Kind.SCORE, 1L);
        assertThat(report.differences()).anySatisfy(difference -> {
            assertThat(difference.kind()).isEqualTo(Difference.Kind.LOST_SCORE);
            assertThat(difference.what()).contains("'" + lost + "'", ".documents.v1-", " at offset ");
            assertThat(difference.where()).contains(".scores.v1-");
        });
        assertThat(report.differences()).anySatisfy(difference -> {
            assertThat(difference.kind()).isEqualTo(Difference.Kind.DOUBLED_SCORE);
            assertThat(difference.where()).contains(".scores.v1-", " and ");
        });
        assertThat(report.differences()).anySatisfy(difference -> {
            assertThat(difference.kind()).isEqualTo(Difference.Kind.SCORE);
            assertThat(difference.what()).contains("'" + changed + "'").endsWith("ngram_perplexity");
        });
        assertThat(report.differences())
                .filteredOn(difference -> difference.what().equals("shard 2, '" + counted + "'"))
                .singleElement()
                .satisfies(difference -> {
                    assertThat(difference.kind()).isEqualTo(Difference.Kind.COUNT);
                    assertThat(difference.found()).isEqualTo("1000");
                    assertThat(difference.where()).endsWith("-ngram-counts-changelog-2");
                });
        assertThat(report.differences())
                .filteredOn(difference -> difference.kind() == Difference.Kind.MISSING_NGRAM)
                .extracting(Difference::what)
                .contains("shard 2, '" + removed + "'");
    }

    /** A page of tuples of order 3, as it is stored. */
    private record Page(int pages, List<long[]> tuples) {

        static Page read(byte[] bytes) {
            Varints.Reader in = new Varints.Reader(bytes);
            assertThat(in.readByte()).isEqualTo(1);
            int pages = in.readInt();
            List<long[]> tuples = new ArrayList<>();
            while (in.hasRemaining()) {
                int word = in.readInt();
                int nearest = in.readInt();
                int second = nearest == NgramCounts.BOS ? -1 : in.readInt();
                tuples.add(new long[] {word >>> 1, nearest, second, (word & 1) == 1 ? in.readLong() : 1});
            }
            return new Page(pages, tuples);
        }

        /** One that is not a note of which word came before another; −1 where there is none. */
        int ngramOfText(NgramCounts counts) {
            for (int tuple = 0; tuple < tuples.size(); tuple++) {
                if (!counts.spelling((int) tuples.get(tuple)[1]).startsWith("\0")) {
                    return tuple;
                }
            }
            return -1;
        }

        String ngram(int tuple, NgramCounts counts) {
            long[] of = tuples.get(tuple);
            return (of[2] < 0 ? "" : counts.spelling((int) of[2]) + " ") + counts.spelling((int) of[1]) + " "
                    + counts.spelling((int) of[0]);
        }

        byte[] withCount(int tuple, long count) {
            tuples.get(tuple)[3] = count;
            return write();
        }

        byte[] without(int tuple) {
            tuples.remove(tuple);
            return write();
        }

        private byte[] write() {
            Varints.Writer out = new Varints.Writer(512);
            out.writeByte(1);
            out.writeInt(pages);
            for (long[] of : tuples) {
                out.writeInt((int) of[0] << 1 | (of[3] > 1 ? 1 : 0));
                out.writeInt((int) of[1]);
                if (of[2] >= 0) {
                    out.writeInt((int) of[2]);
                }
                if (of[3] > 1) {
                    out.writeLong(of[3]);
                }
            }
            return out.toByteArray();
        }
    }
}
