package dev.driftline.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.driftline.config.DriftlineConfig;
import dev.driftline.network.snapshots.TestSnapshots;
import dev.driftline.schemas.Document;
import dev.driftline.schemas.DriftEvent;
import dev.driftline.schemas.Prediction;
import dev.driftline.schemas.Score;
import dev.driftline.shards.ShardCounts;
import dev.driftline.topics.Topic;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.streams.processor.TaskId;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whatever task is revived, moved or made a standby, at whatever moment and on whatever instance, the scores and the state are
 * those of an undisturbed run. {@code topology.LifetimesTest} does it to one task of Kafka Streams' own; this, to all tasks on two
 * instances.
 */
class DisturbancesTest {

    private static final int DOCUMENTS = 120;
    private static final Map<String, String> SETTINGS = Map.of(
            "neural.model", "none",
            "shards", "2",
            "partitions", "1",
            "model.order", "3",
            "drift.unit.tokens", "10",
            "drift.burn.in.tokens", "200",
            "drift.reference.tokens", "300",
            "filter.rules", "default");

    private static final Blueprint BLUEPRINT = new Blueprint(DriftlineConfig.of(SETTINGS));

    private static Seen undisturbed;

    private enum Disturbance {
        REVIVED_BEFORE_THE_WRITE_BACK((simulation, id) -> simulation.task(id).revive()),
        REVIVED_BEFORE_THE_COMMIT((simulation, id) -> simulation.task(id).reviveAfterFlush()),
        REVIVED_AFTER_THE_COMMIT((simulation, id) -> {
            simulation.task(id).commit();
            simulation.task(id).revive();
        }),
        STANDBY_AND_BACK((simulation, id) -> {
            simulation.move(id, 1);
            simulation.move(id, 0);
        }),
        MOVED((simulation, id) -> simulation.move(id, 1));

        private final BiConsumer<Simulation, TaskId> of;

        Disturbance(BiConsumer<Simulation, TaskId> of) {
            this.of = of;
        }
    }

    private static Simulation simulation() {
        return new Simulation(BLUEPRINT, 2);
    }

    private static void publish(Simulation simulation) {
        publish(simulation, "d", true);
    }

    /** Asks for the scores of everything, without teaching it: what the counts, the spelling and the sources are now. */
    private static void probe(Simulation simulation) {
        publish(simulation, "probe", false);
        simulation.drain();
    }

    private static void publish(Simulation simulation, String name, boolean learn) {
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < DOCUMENTS; i++) {
            StringBuilder text = new StringBuilder("the");
            for (int word = 0; word < 12; word++) {
                // For the last third a language of ever new words, for drift and the filter.
                text.append(
                        i < DOCUMENTS * 2 / 3
                                ? " w" + random.nextInt(1 + random.nextInt(30))
                                : " v" + random.nextInt(100_000));
            }
            simulation.publish(0, name + i, i % 6 == 0 ? "wire" : "news", text.toString(), learn);
        }
    }

    /** What can be seen of a run, without what depends on the moment. */
    private record Seen(
            List<Score> scores,
            List<List<Object>> drift,
            List<String> kept,
            int predictions,
            Map<String, Map<String, String>> state) {

        static Seen of(Simulation simulation) {
            return new Seen(
                    simulation.records(Topic.SCORES, Score.class),
                    simulation.records(Topic.DRIFT, DriftEvent.class).stream()
                            .map(event -> List.<Object>of(
                                    event.getSource(),
                                    event.getSeries(),
                                    event.getState(),
                                    event.getDocumentId(),
                                    event.getStatistic()))
                            .toList(),
                    simulation.blueprint.routed.stream()
                            .flatMap(topic -> simulation.records(topic, Document.class).stream())
                            .map(Document::getId)
                            .toList(),
                    simulation.records(Topic.PREDICTIONS, Prediction.class).size(),
                    simulation.state());
        }
    }

    @BeforeAll
    static void runUndisturbed() {
        undisturbed = undisturbed();
    }

    private static Seen undisturbed() {
        try (Simulation simulation = simulation()) {
            publish(simulation);
            simulation.drain();
            probe(simulation);
            return Seen.of(simulation);
        }
    }

    private static void assertSame(Seen disturbed, Seen undisturbed) {
        assertThat(disturbed.scores()).isEqualTo(undisturbed.scores());
        assertThat(disturbed.drift()).isEqualTo(undisturbed.drift());
        assertThat(disturbed.kept()).isEqualTo(undisturbed.kept());
        assertThat(disturbed.predictions()).isEqualTo(undisturbed.predictions());
        // The bytes of a page of counts depend on when it was written; the probes say what they mean.
        undisturbed.state().forEach((store, entries) -> {
            if (!store.endsWith(ShardCounts.STORE)) {
                assertThat(disturbed.state().get(store)).as(store).isEqualTo(entries);
            }
        });
    }

    @Test
    void shouldScoreWatchAndFilterInTheSimulationAsInTheService() {
        Seen seen = undisturbed;

        assertThat(seen.scores()).hasSize(2 * DOCUMENTS);
        assertThat(seen.scores().get(0).getUnknownTokens()).isEqualTo(13);
        assertThat(seen.scores().get(DOCUMENTS / 2 - 1).getPerplexity())
                .isLessThan(seen.scores().get(0).getPerplexity());
        assertThat(seen.predictions()).isEqualTo(2 * DOCUMENTS);
        assertThat(seen.kept()).hasSizeBetween(DOCUMENTS, 2 * DOCUMENTS);
        assertThat(seen.drift()).isNotEmpty();
        assertThat(seen.state().keySet())
                .containsExactly(
                        "0_0 pending-documents",
                        "0_0 sources",
                        "1_0 ngram-counts",
                        "1_1 ngram-counts",
                        "2_0 filter-quantiles",
                        "2_0 watched-sources",
                        "3_0 replay-buffer");
    }

    @ParameterizedTest
    @EnumSource(Disturbance.class)
    void shouldGiveTheSameScoresAndStateWhereverATaskIsDisturbed(Disturbance disturbance) {
        int tasks;
        try (Simulation counted = simulation()) {
            tasks = counted.tasks().size();
        }
        for (int task = 0; task < tasks; task++) {
            try (Simulation simulation = simulation()) {
                publish(simulation);
                TaskId id = simulation.tasks().get(task).id;
                SplittableRandom random = new SplittableRandom(task);
                run(simulation, random, () -> {
                    if (random.nextInt(6) == 0) {
                        disturbance.of.accept(simulation, id);
                    }
                });
                probe(simulation);
                assertSame(Seen.of(simulation), undisturbed);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void shouldGiveTheSameScoresAndStateWhateverHappensToAllTasks(long seed) {
        try (Simulation simulation = simulation()) {
            publish(simulation);
            SplittableRandom random = new SplittableRandom(seed);
            run(simulation, random, () -> {
                if (random.nextInt(4) == 0) {
                    SimulatedTask any = simulation
                            .tasks()
                            .get(random.nextInt(simulation.tasks().size()));
                    Disturbance[] all = Disturbance.values();
                    all[random.nextInt(all.length)].of.accept(simulation, any.id);
                }
            });
            probe(simulation);
            assertSame(Seen.of(simulation), undisturbed);
        }
    }

    /**
     * Both shards have replied and the network has not, when the task is rolled back to where it had one reply: what the object
     * remembers of the document must not send it out with that one.
     */
    @Test
    void shouldWaitForEveryReplyAgainWhenTheTaskIsRolledBack() {
        Score undisturbed;
        try (Simulation simulation = withNetwork()) {
            simulation.publish(0, "a", "news", "the w1 w2");
            simulation.drain();
            simulation.instance(0).neural.orElseThrow().start();
            undisturbed = scored(simulation);
        }
        try (Simulation simulation = withNetwork()) {
            simulation.publish(0, "a", "news", "the w1 w2");
            SimulatedTask documents = simulation.tasks().get(0);
            TopicPartition replies = new TopicPartition(simulation.topics.name(Topic.NGRAM_REPLIES), 0);
            documents.process(documents.waiting().get(0));
            documents.commit();
            for (SimulatedTask shard : simulation.tasks().subList(1, 3)) {
                shard.process(shard.waiting().get(0));
                shard.commit();
            }
            documents.process(replies);
            documents.commit();
            documents.process(replies);
            documents.revive();
            for (int tick = 0; tick < 40; tick++) {
                simulation.now += 25;
                documents.punctuate();
            }
            documents.commit();
            assertThat(simulation.instance(0).neural.orElseThrow().tokensUnderWay())
                    .as("tokens that the network was asked for, of a document that is not complete")
                    .isZero();
            assertThat(simulation.records(Topic.SCORES, Score.class)).isEmpty();

            simulation.instance(0).neural.orElseThrow().start();
            assertThat(documents.waiting()).containsExactly(replies);
            documents.process(replies);
            Score score = scored(simulation);
            assertThat(score.getMixtureBits()).isEqualTo(undisturbed.getMixtureBits());
            assertThat(score.getNeuralStatus()).isEqualTo("scored");
            assertThat(score.getExperts()).isEqualTo(undisturbed.getExperts());
        }
    }

    private static Simulation withNetwork() {
        Map<String, String> settings = new HashMap<>(SETTINGS);
        settings.put("neural.model", "gru");
        settings.put("neural.scoring.policy", "wait");
        Simulation simulation = new Simulation(new Blueprint(DriftlineConfig.of(settings)), 1);
        simulation.instance(0).active.set(TestSnapshots.snapshot(1, null));
        return simulation;
    }

    /** The one score, once the network has read the document. */
    private static Score scored(Simulation simulation) {
        await().until(() -> {
            simulation.now += 25;
            simulation.tasks().forEach(SimulatedTask::punctuate);
            simulation.tasks().forEach(SimulatedTask::commit);
            return !simulation.records(Topic.SCORES, Score.class).isEmpty();
        });
        return simulation.records(Topic.SCORES, Score.class).get(0);
    }

    /** What a punctuation of the life before knows has not been used since; what this life knows is used all the time. */
    @Test
    void shouldKeepSourcesThatAreUsedWhenTheTaskWasRevivedBefore() {
        assertSame(afterTenMinutesOfNews(SimulatedTask::revive), afterTenMinutesOfNews(task -> {}));
    }

    private static Seen afterTenMinutesOfNews(Consumer<SimulatedTask> before) {
        Map<String, String> settings = new HashMap<>(SETTINGS);
        settings.put("sources.idle.ms", "60000");
        try (Simulation simulation = new Simulation(new Blueprint(DriftlineConfig.of(settings)), 1)) {
            publish(simulation);
            simulation.drain();
            simulation.tasks().forEach(before);
            for (int i = 0; i < 30; i++) {
                simulation.pass(20);
                // What is not learned is a use, and writes nothing that would hide that the source has been deleted.
                simulation.publish(0, "n" + i, "news", "the w1 w2 w3", false);
                simulation.drain();
            }
            Map<String, Map<String, String>> state = simulation.state();
            String wire = HexFormat.of().formatHex("wire".getBytes(StandardCharsets.UTF_8));
            assertThat(state.get("0_0 sources").keySet()).as("idle").noneMatch(key -> key.contains(wire));
            probe(simulation);
            return Seen.of(simulation);
        }
    }

    /** Takes steps in an order by chance until all that waits is processed and committed. */
    private static void run(Simulation simulation, SplittableRandom random, Runnable disturb) {
        int quiet = 0;
        for (int step = 0; quiet < 2; step++) {
            Set<TaskId> busy = new HashSet<>();
            for (SimulatedTask task : simulation.tasks()) {
                List<TopicPartition> waiting = new ArrayList<>(task.waiting());
                if (waiting.isEmpty()) {
                    continue;
                }
                busy.add(task.id);
                if (random.nextBoolean()) {
                    for (int records = random.nextInt(5); records > 0; records--) {
                        List<TopicPartition> now = task.waiting();
                        if (!now.isEmpty()) {
                            task.process(now.get(random.nextInt(now.size())));
                        }
                    }
                }
                if (random.nextInt(3) == 0) {
                    task.commit();
                }
            }
            // Disturbed to the end it would never end.
            if (step < 400) {
                disturb.run();
            }
            if (busy.isEmpty()) {
                simulation.tasks().forEach(SimulatedTask::commit);
                quiet++;
            } else {
                quiet = 0;
            }
        }
        simulation.drain();
    }
}
