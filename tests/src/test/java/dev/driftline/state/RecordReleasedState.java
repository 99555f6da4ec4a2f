package dev.driftline.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.driftline.config.keys.ServiceKeys;
import dev.driftline.network.snapshots.PublishedSnapshot;
import dev.driftline.pending.PendingDocuments;
import dev.driftline.schemas.Document;
import dev.driftline.shards.ShardCounts;
import dev.driftline.sources.FilterSources;
import dev.driftline.sources.SourceModels;
import dev.driftline.sources.WatchedSources;
import dev.driftline.testing.Application;
import dev.driftline.testing.Cluster;
import dev.driftline.testing.LocalInstance;
import dev.driftline.testing.RecordedTopic;
import dev.driftline.topics.Topic;
import dev.driftline.topology.TrainerProcessor;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import java.util.zip.GZIPOutputStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * Keeps the state and the internal messages of a version as a test resource of {@code streams-app}, for later versions to
 * read: {@code -Ddriftline.released=0.3.0}. A folder that is there is never written again.
 */
@EnabledIfSystemProperty(
        named = RecordReleasedState.VERSION,
        matches = ".+",
        disabledReason = "it writes the state of a new version: -D" + RecordReleasedState.VERSION + "=VERSION")
class RecordReleasedState {

    static final String VERSION = "driftline.released";

    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final int SETTLED = 260;
    private static final int DRIFTED = 40;
    private static final int PENDING = 6;

    /** A document that is taken out again, after so many. */
    private static final int RETRACTED = 190;

    private static final int RETRACTED_AFTER = 200;

    /** Of each internal topic, the newest messages of a partition. */
    private static final int MESSAGES = 12;

    private static final Map<String, String> SETTINGS = new TreeMap<>(Map.ofEntries(
            Map.entry("shards", "2"),
            Map.entry("partitions", "1"),
            Map.entry("model.order", "3"),
            Map.entry("model.state.max.ngrams", "10000"),
            Map.entry("model.half.life.tokens", "10000"),
            Map.entry("drift.unit.tokens", "20"),
            Map.entry("drift.burn.in.tokens", "300"),
            Map.entry("drift.reference.tokens", "600"),
            Map.entry("drift.accept.units", "64"),
            Map.entry("filter.rules", "default"),
            Map.entry("neural.model", "gru"),
            Map.entry("neural.size", "8"),
            Map.entry("neural.vocabulary", "100"),
            Map.entry("neural.cutoffs", "10"),
            Map.entry("neural.dropout", "0"),
            Map.entry("neural.snapshots.keep", "2"),
            Map.entry("neural.train.bootstrap.tokens", "1000"),
            Map.entry("neural.train.bootstrap.passes", "1"),
            Map.entry("neural.train.tokens", "1500"),
            Map.entry("neural.train.seconds", "0"),
            Map.entry("neural.train.newest.tokens", "2000"),
            Map.entry("neural.train.reservoir.tokens", "1000"),
            Map.entry("neural.train.streams", "2"),
            Map.entry("neural.promotion.hold.out.tokens", "100")));

    @Test
    void shouldWriteTheStateOfThisVersion(Cluster cluster) throws Exception {
        Path folder = Path.of("../streams-app/src/test/resources/released", System.getProperty(VERSION));
        assertThat(folder).as("written before, and kept as it is").doesNotExist();
        // A thread for each task: one that is held up must not hold up another.
        Map<String, String> settings = new TreeMap<>(SETTINGS);
        settings.put(ServiceKeys.STREAM_THREADS.name(), "8");
        try (Application application = cluster.application("released", settings)) {
            LocalInstance instance = application.start("one").awaitRunning();
            List<Document> documents = new WeatherReports().next(SETTLED, DRIFTED);
            application.publish(documents.subList(0, RETRACTED_AFTER));
            application.publish(List.of(Document.newBuilder(documents.get(RETRACTED))
                    .setLearn(false)
                    .setRetract(true)
                    .setRetractOffset((long) RETRACTED)
                    .build()));
            application.publish(documents.subList(RETRACTED_AFTER, documents.size()));
            application.scores().awaitSize(documents.size(), PATIENCE);
            await("a snapshot")
                    .atMost(PATIENCE)
                    .until(() -> instance.service().snapshots().orElseThrow().list().stream()
                            .anyMatch(PublishedSnapshot::active));
            CountDownLatch held = new CountDownLatch(1);
            CountDownLatch written = new CountDownLatch(1);
            CompletableFuture<Boolean> holder = CompletableFuture.supplyAsync(() -> instance.service()
                    .shards()
                    .ask(1, shard -> {
                        held.countDown();
                        try {
                            return written.await(2, TimeUnit.MINUTES);
                        } catch (InterruptedException e) {
                            throw new IllegalStateException(e);
                        }
                    })
                    .orElseThrow());
            assertThat(held.await(1, TimeUnit.MINUTES)).isTrue();
            application.publish(new WeatherReports().next(PENDING, 0));
            await("documents that wait for a shard")
                    .atMost(PATIENCE)
                    .until(() -> live(application, PendingDocuments.STORE).size() >= PENDING);
            Map<String, List<String>> lines = new LinkedHashMap<>();
            await("a state that changes no more")
                    .atMost(PATIENCE)
                    .pollInterval(Duration.ofSeconds(1))
                    .until(() -> {
                        Map<String, List<String>> before = Map.copyOf(lines);
                        lines.clear();
                        lines.putAll(state(application));
                        return before.equals(lines);
                    });
            written.countDown();
            assertThat(holder.get(1, TimeUnit.MINUTES)).isTrue();
            write(folder, application.config().get(ServiceKeys.APPLICATION_ID), lines);
        }
    }

    private static Map<String, List<String>> state(Application application) {
        Map<String, List<String>> lines = new LinkedHashMap<>();
        for (String store : List.of(
                ShardCounts.STORE,
                PendingDocuments.STORE,
                SourceModels.STORE,
                WatchedSources.STORE,
                FilterSources.STORE,
                TrainerProcessor.REPLAY_STORE)) {
            lines.put(
                    store,
                    live(application, store).values().stream()
                            .map(record -> line(store, record))
                            .toList());
        }
        lines.put(
                Topic.SNAPSHOTS.suffix(),
                live(read(application, application.topic(Topic.SNAPSHOTS))).values().stream()
                        .map(record -> line(Topic.SNAPSHOTS.suffix(), record))
                        .toList());
        for (Topic topic : List.of(Topic.NGRAM_REQUESTS, Topic.NGRAM_REPLIES, Topic.OBSERVATIONS, Topic.TRAINING)) {
            Map<Integer, List<ConsumerRecord<byte[], byte[]>>> records =
                    read(application, application.topic(topic)).stream()
                            .collect(Collectors.groupingBy(
                                    ConsumerRecord::partition, TreeMap::new, Collectors.toList()));
            lines.put(
                    topic.suffix(),
                    records.values().stream()
                            .flatMap(found ->
                                    found.subList(Math.max(0, found.size() - MESSAGES), found.size()).stream())
                            .map(record -> line(topic.suffix(), record))
                            .toList());
        }
        return lines;
    }

    /** The newest record of each key that has a value, in the order of partitions and keys. */
    private static Map<String, ConsumerRecord<byte[], byte[]>> live(Application application, String store) {
        return live(
                read(application, application.config().get(ServiceKeys.APPLICATION_ID) + "-" + store + "-changelog"));
    }

    private static Map<String, ConsumerRecord<byte[], byte[]>> live(List<ConsumerRecord<byte[], byte[]>> records) {
        Map<String, ConsumerRecord<byte[], byte[]>> newest = new TreeMap<>();
        for (ConsumerRecord<byte[], byte[]> record : records) {
            String key = record.partition() + " " + HexFormat.of().formatHex(record.key());
            if (record.value() == null) {
                newest.remove(key);
            } else {
                newest.put(key, record);
            }
        }
        return newest;
    }

    private static List<ConsumerRecord<byte[], byte[]>> read(Application application, String topic) {
        try (RecordedTopic<byte[]> recorded =
                new RecordedTopic<>(topic, application.config().clients().consumer(), new ByteArrayDeserializer())) {
            return List.copyOf(recorded.records());
        }
    }

    private static String line(String where, ConsumerRecord<byte[], byte[]> record) {
        HexFormat hex = HexFormat.of();
        return String.join(
                "\t",
                where,
                Integer.toString(record.partition()),
                record.key() == null ? "-" : hex.formatHex(record.key()),
                hex.formatHex(record.value()),
                StreamSupport.stream(record.headers().spliterator(), false)
                        .map(header -> header.key() + "=" + hex.formatHex(header.value()))
                        .collect(Collectors.joining(",")));
    }

    private static void write(Path folder, String id, Map<String, List<String>> lines) throws IOException {
        Files.createDirectories(folder);
        // Messages say whose they are.
        Map<String, String> settings = new TreeMap<>(SETTINGS);
        settings.put(ServiceKeys.APPLICATION_ID.name(), id);
        Files.write(
                folder.resolve("settings.properties"),
                settings.entrySet().stream()
                        .map(setting -> setting.getKey() + "=" + setting.getValue())
                        .toList());
        Path file = folder.resolve("state.tsv.gz");
        try (Writer out =
                new OutputStreamWriter(new GZIPOutputStream(Files.newOutputStream(file)), StandardCharsets.UTF_8)) {
            for (List<String> of : lines.values()) {
                for (String line : of) {
                    out.write(line);
                    out.write('\n');
                }
            }
        }
        assertThat(file.toFile().length()).as("bytes of " + file).isLessThan(200_000);
        assertThat(Arrays.asList(lines.values().toArray())).doesNotContain(List.of());
    }
}
