package dev.driftline.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.driftline.config.MisconfiguredException;
import dev.driftline.config.keys.ServiceKeys;
import dev.driftline.schemas.Document;
import dev.driftline.schemas.Score;
import dev.driftline.testing.Application;
import dev.driftline.testing.Cluster;
import dev.driftline.testing.CommandLine;
import dev.driftline.testing.DriftlineProcess.Result;
import dev.driftline.testing.LocalInstance;
import dev.driftline.testing.NgramCensus;
import dev.driftline.testing.RecordedTopic;
import dev.driftline.testing.SmallDocuments;
import dev.driftline.topics.Changelogs;
import dev.driftline.topics.Layout;
import dev.driftline.topics.Topic;
import dev.driftline.topics.TopicAdmin;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.Test;

/** Whose topics, offsets and stores are: what happens when somebody else's come into reach, or one's own get lost. */
class IdentityIT {

    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final int ORDER = 3;
    private static final int WAVE = 40;
    private static final Map<String, String> SETTINGS = Map.of(
            "shards", "1",
            "partitions", "1",
            "model.order", Integer.toString(ORDER));

    @Test
    void shouldRefuseASecondApplicationOnAPrefixUntilItTakesTheTopicsOver(Cluster cluster) {
        try (Application application = cluster.application("owner", SETTINGS)) {
            List<Document> documents = new SmallDocuments(1).next(WAVE);
            application.publish(documents);
            LocalInstance first = application.start("one");
            RecordedTopic<Score> scores = application.scores().awaitSize(WAVE, PATIENCE);
            String owner = name(application);
            String second = owner + "-two";
            Map<String, String> renamed = Map.of("application.id", second);

            assertThatThrownBy(() -> application.start("two", renamed))
                    .isInstanceOf(MisconfiguredException.class)
                    .hasMessageContaining("belong to the application " + owner)
                    .hasMessageContaining("driftline reset --take-over " + owner);
            assertThat(reset(application, renamed, "--take-over", owner, "--yes", second)
                            .err())
                    .contains("instances of " + owner + " run");
            first.close();
            Result taken = reset(application, renamed, "--take-over", owner, "--yes", second);
            assertThat(taken.exitCode()).as(taken.err()).isZero();

            assertThatThrownBy(() -> application.start("one"))
                    .isInstanceOf(MisconfiguredException.class)
                    .hasMessageContaining("belong to the application " + second);
            application.start("two", renamed);
            scores.awaitSize(2 * WAVE, PATIENCE);
            assertThat(scores.values().get(WAVE).getUnknownTokens())
                    .as("the model of the second one was empty")
                    .isEqualTo(scores.values().get(0).getUnknownTokens());
        }
    }

    @Test
    void shouldTeachNoDocumentTwiceWhenTheConsumerGroupIsDeleted(Cluster cluster) throws Exception {
        try (Application application = cluster.application("lost-group", SETTINGS)) {
            SmallDocuments stream = new SmallDocuments(2);
            List<Document> documents = stream.next(WAVE);
            application.publish(documents);
            LocalInstance before = application.start("one");
            RecordedTopic<Score> scores = application.scores().awaitSize(WAVE, PATIENCE);
            before.close();
            try (Admin admin = Admin.create(application.config().clients().admin())) {
                admin.deleteConsumerGroups(List.of(name(application))).all().get();
            }

            LocalInstance after = application.start("one");
            List<Document> more = stream.next(WAVE);
            application.publish(more);
            scores.awaitSize(2 * WAVE, PATIENCE);
            after.close();

            assertThat(after.service().counters().recordsPassedOver()).isEqualTo(WAVE);
            assertThat(scores.records()).hasSize(2 * WAVE);
            assertCounts(application, documents, more);
        }
    }

    @Test
    void shouldKeepTheModelAndBeginOffsetsAnewWhenTopicsAreMadeAgain(Cluster cluster) throws Exception {
        try (Application application = cluster.application("made-again", SETTINGS)) {
            SmallDocuments stream = new SmallDocuments(3);
            List<Document> documents = stream.next(WAVE);
            application.publish(documents);
            LocalInstance before = application.start("one");
            RecordedTopic<Score> scores = application.scores().awaitSize(WAVE, PATIENCE);
            before.close();
            try (TopicAdmin admin = new TopicAdmin(application.config())) {
                admin.delete(admin.removal(
                        List.of(
                                application.topic(Topic.DOCUMENTS),
                                application.topic(Topic.NGRAM_REQUESTS),
                                application.topic(Topic.NGRAM_REPLIES),
                                application.topic(Topic.OBSERVATIONS)),
                        false));
                admin.create();
            }

            List<Document> more = stream.next(WAVE);
            application.publish(more);
            LocalInstance after = application.start("one");
            scores.awaitSize(2 * WAVE, PATIENCE);
            after.close();

            assertThat(scores.values().get(WAVE).getInputOffset())
                    .as("of the topic of today")
                    .isZero();
            assertThat(after.service().counters().recordsPassedOver()).isZero();
            assertCounts(application, documents, more);
        }
    }

    @Test
    void shouldStartOverForEveryInstanceWhenItIsToldTheName(Cluster cluster) {
        try (Application application = cluster.application("reset", SETTINGS)) {
            List<Document> documents = new SmallDocuments(4).next(WAVE);
            application.publish(documents);
            LocalInstance one = application.start("one").awaitRunning();
            RecordedTopic<Score> scores = application.scores().awaitSize(WAVE, PATIENCE);
            String name = name(application);

            assertThat(reset(application, Map.of(), "--yes", name).err()).contains("instances of " + name + " run");
            one.close();
            // Its state is a copy of what is about to go.
            LocalInstance two = application.start("two").awaitRunning();
            two.close();
            Result unasked = reset(application, Map.of());
            assertThat(unasked.exitCode()).isEqualTo(1);
            assertThat(unasked.out()).contains(Changelogs.of(name));
            assertThat(reset(application, Map.of(), "--yes", "driftline").err()).contains("is not its name");
            Result done = reset(application, Map.of(), "--yes", name);
            assertThat(done.exitCode()).as(done.err()).isZero();

            application.start("one").awaitRunning();
            scores.awaitSize(2 * WAVE, PATIENCE);
            application.start("two").awaitRunning();
            assertThat(scores.values().get(WAVE).getUnknownTokens())
                    .isEqualTo(scores.values().get(0).getUnknownTokens());
            await("the counts of one pass")
                    .atMost(PATIENCE)
                    .untilAsserted(() -> assertCounts(application, documents, List.of()));

            // As it is where instances of 0.3.0 run, which note nothing.
            try (TopicAdmin admin = new TopicAdmin(application.config())) {
                admin.delete(admin.removal(List.of(application.topic(Topic.IDENTITY)), false));
                admin.create();
            }
            assertThatThrownBy(() -> application.start("three"))
                    .isInstanceOf(MisconfiguredException.class)
                    .hasMessageContaining("of an earlier version")
                    .hasMessageContaining("stop all of them");
        }
    }

    @Test
    void shouldRefuseAnotherModelOnTheSameState(Cluster cluster) {
        try (Application application = cluster.application("changed", SETTINGS)) {
            LocalInstance one = application.start("one").awaitRunning();

            assertThatThrownBy(() -> application.start("two", Map.of("tokenizer", "characters")))
                    .isInstanceOf(MisconfiguredException.class)
                    .hasMessageContaining("set tokenizer=words")
                    .hasMessageContaining("driftline reset");
            assertThatThrownBy(() -> application.start("two", Map.of("model.smoothing", "witten-bell")))
                    .isInstanceOf(MisconfiguredException.class)
                    .hasMessageContaining("stop all of them");
            one.close();
            application.start("one", Map.of("model.smoothing", "witten-bell")).awaitRunning();
        }
    }

    @Test
    void shouldDeleteTheChangelogsOfNoApplicationWhoseNameOnlyBeginsAlike(Cluster cluster) throws Exception {
        try (Application application = cluster.application("delete", SETTINGS);
                Admin brokers = Admin.create(application.config().clients().admin());
                TopicAdmin admin = new TopicAdmin(application.config())) {
            String name = name(application);
            String own = name + "-ngram-counts-changelog";
            String neighbour = name + "-eu-ngram-counts-changelog";
            brokers.createTopics(List.of(new NewTopic(own, 1, (short) 1), new NewTopic(neighbour, 1, (short) 1)))
                    .all()
                    .get();

            await().atMost(PATIENCE)
                    .until(() -> admin.ids(Set.of(own, neighbour)).size() == 2);
            TopicAdmin.Removal removal = admin.removal(true);
            assertThat(removal.names()).contains(own).doesNotContain(neighbour);
            admin.delete(removal);

            assertThat(admin.ids(Set.of(own, neighbour))).containsOnlyKeys(neighbour);
            assertThat(admin.removal(true).isEmpty()).isTrue();
        }
    }

    @Test
    void shouldGoOnBehindReadersWhenAnInputTopicHasGotMorePartitions(Cluster cluster) throws Exception {
        try (Application application = cluster.application("grown", SETTINGS)) {
            SmallDocuments stream = new SmallDocuments(6);
            List<Document> documents = stream.next(WAVE);
            application.publish(documents);
            LocalInstance running = application
                    .start("one", Map.of("consumer.metadata.max.age.ms", "500"))
                    .awaitRunning();
            RecordedTopic<Score> scores = application.scores().awaitSize(WAVE, PATIENCE);
            String topic = application.topic(Topic.DOCUMENTS);
            try (Admin admin = Admin.create(application.config().clients().admin())) {
                admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(2)))
                        .all()
                        .get();
            }

            assertThat(running.service().stopped().toCompletableFuture())
                    .failsWithin(PATIENCE)
                    .withThrowableThat()
                    .withMessageContaining("topic " + topic + " has 2 partitions");
            assertThatThrownBy(() -> application.start("one"))
                    .isInstanceOf(MisconfiguredException.class)
                    .hasMessageContaining("topic " + topic + " has 2 partitions")
                    .hasMessageContaining("stop every instance")
                    .hasMessageContaining("driftline topics create")
                    .hasMessageNotContaining("set partitions=2 if");

            try (TopicAdmin admin = new TopicAdmin(application.config())) {
                assertThat(admin.create().created()).containsExactly(application.topic(Topic.NGRAM_DOCUMENTS));
            }
            List<Document> more = stream.next(WAVE);
            application.publish(more);
            LocalInstance after = application.start("one");
            scores.awaitSize(2 * WAVE, PATIENCE);
            after.close();
            assertThat(after.service().layout()).contains(Layout.ONE_SHARD);
            assertThat(scores.records()).hasSize(2 * WAVE);
            assertCounts(application, documents, more);
        }
    }

    private static String name(Application application) {
        return application.config().get(ServiceKeys.APPLICATION_ID);
    }

    private static Result reset(Application application, Map<String, String> renamed, String... more) {
        List<String> arguments = new ArrayList<>(List.of("reset"));
        Map<String, String> settings = new HashMap<>(application.settings());
        settings.putAll(renamed);
        settings.forEach((key, value) -> arguments.addAll(List.of("--set", key + "=" + value)));
        arguments.addAll(List.of(more));
        return CommandLine.run(arguments);
    }

    private static void assertCounts(Application application, List<Document> documents, List<Document> more) {
        NgramCensus census = new NgramCensus(ORDER);
        documents.forEach(document -> census.add(document.getSentences()));
        more.forEach(document -> census.add(document.getSentences()));
        application.changelogCounts().assertEqual(census);
    }
}
