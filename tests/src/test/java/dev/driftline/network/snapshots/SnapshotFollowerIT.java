package dev.driftline.network.snapshots;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.driftline.config.DriftlineConfig;
import dev.driftline.network.snapshots.SnapshotMessages.Message;
import dev.driftline.neural.snapshot.Snapshot;
import dev.driftline.testing.Cluster;
import dev.driftline.testing.LargeSnapshots;
import dev.driftline.topics.Topic;
import dev.driftline.topics.TopicAdmin;
import dev.driftline.topics.TopicNames;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Snapshots over a real broker. */
class SnapshotFollowerIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Snapshot FIRST = LargeSnapshots.snapshot(1, null);
    private static final Snapshot SECOND = LargeSnapshots.snapshot(2, FIRST.version());
    private static final Snapshot THIRD = LargeSnapshots.snapshot(3, SECOND.version());

    @TempDir
    static Path directory;

    private static Cluster cluster;

    @BeforeAll
    static void share(Cluster shared) {
        cluster = shared;
    }

    private static DriftlineConfig config(String name) {
        DriftlineConfig config = DriftlineConfig.of(Map.of(
                "bootstrap.servers",
                cluster.bootstrapServers(),
                "schema.registry.url",
                "mock://" + name,
                "application.id",
                name,
                "topics.prefix",
                name + ".",
                "state.dir",
                directory.resolve(name).toString()));
        try (TopicAdmin admin = new TopicAdmin(config)) {
            admin.create();
        }
        return config;
    }

    @Test
    void shouldSwapToWhatThePointerNamesAndFindItAgainAfterARestart() throws Exception {
        DriftlineConfig config = config("swap");
        ActiveSnapshot active = new ActiveSnapshot();
        try (SnapshotFollower follower = new SnapshotFollower(config, active)) {
            follower.start();
            assertThat(follower.awaitCaughtUp(PATIENCE)).isTrue();
            assertThat(active.get()).isEmpty();

            publish(config, FIRST, true);
            awaitActive(active, FIRST);
            publish(config, SECOND, true);
            awaitActive(active, SECOND);
            assertThat(active.get()
                            .orElseThrow()
                            .network()
                            .parameters()
                            .tensor("decoder.bias")
                            .data())
                    .containsExactly(
                            SECOND.network().parameters().tensor("decoder.bias").data());
            assertThat(follower.list())
                    .extracting(PublishedSnapshot::version)
                    .containsExactly(FIRST.version(), SECOND.version());

            send(config, List.of(SnapshotMessages.activate(FIRST.version())));
            awaitActive(active, FIRST);
            assertThat(follower.snapshot(SECOND.version()).orElseThrow().manifest())
                    .isEqualTo(SECOND.manifest());
            assertThat(follower.snapshot("000009-abcdef")).isEmpty();
            assertThat(follower.refused()).isZero();
        }
        try (Stream<Path> left = Files.list(directory.resolve("swap/swap-snapshots"))) {
            assertThat(left).isEmpty();
        }
        ActiveSnapshot again = new ActiveSnapshot();
        try (SnapshotFollower follower = new SnapshotFollower(config, again)) {
            follower.start();
            assertThat(follower.awaitCaughtUp(PATIENCE)).isTrue();
            assertThat(again.get().map(Snapshot::version)).contains(FIRST.version());
            assertThat(follower.list()).hasSize(2);
        }
    }

    @Test
    void shouldStayWithTheOldOneWhileTheNewIsTornOrCorrupt() throws Exception {
        DriftlineConfig config = config("torn");
        ActiveSnapshot active = new ActiveSnapshot();
        try (SnapshotFollower follower = new SnapshotFollower(config, active)) {
            follower.start();
            publish(config, FIRST, true);
            awaitActive(active, FIRST);

            List<Message> corrupt = new ArrayList<>(SnapshotMessages.publish(SECOND));
            byte[] chunk = corrupt.get(1).value().clone();
            chunk[1000] ^= 4;
            corrupt.set(1, new Message(corrupt.get(1).key(), chunk));
            corrupt.add(SnapshotMessages.activate(SECOND.version()));
            send(config, corrupt);
            await().atMost(PATIENCE).until(() -> follower.refused() == 1);
            assertThat(active.get().map(Snapshot::version)).contains(FIRST.version());
            assertThat(follower.pointer()).contains(SECOND.version());
            assertThat(follower.list().get(1).problem().orElseThrow()).contains("corrupt: chunk 2 of 3");

            // A torn one, while its writer is still at it; whole when the rest has come.
            List<Message> torn = new ArrayList<>(SnapshotMessages.publish(THIRD));
            Message last = torn.remove(2);
            torn.add(SnapshotMessages.activate(THIRD.version()));
            send(config, torn);
            await().atMost(PATIENCE).until(() -> follower.refused() == 2);
            assertThat(active.get().map(Snapshot::version)).contains(FIRST.version());
            send(config, List.of(last));
            awaitActive(active, THIRD);
        }
    }

    @Test
    void shouldNotSeeWhatAWriterTookBack() throws Exception {
        DriftlineConfig config = config("aborted");
        ActiveSnapshot active = new ActiveSnapshot();
        publish(config, FIRST, true);
        Map<String, Object> properties = new HashMap<>(config.clients().producer());
        properties.put("transactional.id", "aborting");
        try (KafkaProducer<String, byte[]> producer =
                new KafkaProducer<>(properties, new StringSerializer(), new ByteArraySerializer())) {
            producer.initTransactions();
            producer.beginTransaction();
            for (Message message : messages(SECOND, true)) {
                producer.send(new ProducerRecord<>(topic(config), 0, message.key(), message.value()));
            }
            producer.flush();
            producer.abortTransaction();
        }
        try (SnapshotFollower follower = new SnapshotFollower(config, active)) {
            follower.start();
            assertThat(follower.awaitCaughtUp(PATIENCE)).isTrue();
            assertThat(active.get().map(Snapshot::version)).contains(FIRST.version());
            assertThat(follower.list()).hasSize(1);
        }
    }

    @Test
    void shouldTurnTheNetworkOffWhenThePointerIsRemoved() {
        DriftlineConfig config = config("off");
        ActiveSnapshot active = new ActiveSnapshot();
        try (SnapshotFollower follower = new SnapshotFollower(config, active)) {
            follower.start();
            publish(config, FIRST, true);
            awaitActive(active, FIRST);
            send(config, List.of(new Message(SnapshotMessages.ACTIVE, null)));
            await().atMost(PATIENCE).until(() -> active.get().isEmpty());
            send(config, List.of(SnapshotMessages.activate(FIRST.version())));
            awaitActive(active, FIRST);
        }
    }

    private static void awaitActive(ActiveSnapshot active, Snapshot expected) {
        await().atMost(PATIENCE)
                .until(() -> active.get().map(Snapshot::version).equals(Optional.of(expected.version())));
    }

    private static void publish(DriftlineConfig config, Snapshot snapshot, boolean activate) {
        new SnapshotPublisher(config).send(messages(snapshot, activate), Optional.empty(), sent -> {});
    }

    private static List<Message> messages(Snapshot snapshot, boolean activate) {
        List<Message> messages = new ArrayList<>(SnapshotMessages.publish(snapshot));
        if (activate) {
            messages.add(SnapshotMessages.activate(snapshot.version()));
        }
        return messages;
    }

    private static void send(DriftlineConfig config, List<Message> messages) {
        new SnapshotPublisher(config).send(messages, Optional.empty(), sent -> {});
    }

    private static String topic(DriftlineConfig config) {
        return TopicNames.of(config).name(Topic.SNAPSHOTS);
    }
}
