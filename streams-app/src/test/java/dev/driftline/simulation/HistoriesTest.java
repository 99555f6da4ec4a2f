package dev.driftline.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.driftline.config.DriftlineConfig;
import dev.driftline.ngram.HeapPageStore;
import dev.driftline.schemas.Score;
import dev.driftline.scoring.Gather;
import dev.driftline.scoring.ShardScorer;
import dev.driftline.topics.Layout;
import dev.driftline.topics.Topic;
import dev.driftline.topology.TopologySettings;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.streams.processor.TaskId;
import org.junit.jupiter.api.Test;

/**
 * Histories of two partitions, two shards and two instances, in which a seed chooses what happens next: some records of a task,
 * a punctuation, a commit, a crash before, in or after one, a move, a clock that jumps. After each history every document has
 * been scored once, and the shards have answered as a serial replay of the log of their requests answers.
 */
class HistoriesTest {

    private static final int DOCUMENTS = 8;
    private static final int FIXED = 150;

    private static final DriftlineConfig CONFIG = DriftlineConfig.of(Map.of(
            "neural.model", "none",
            "shards", "2",
            "partitions", "2",
            "model.order", "3",
            "predictions.k", "2",
            "drift.detectors", "adwin",
            "drift.unit.tokens", "5"));

    @Test
    void shouldScoreEachDocumentOnceAsASerialReplayWhateverHappens() {
        long some = System.nanoTime();
        int histories = Integer.getInteger("driftline.histories", FIXED);
        LongStream.concat(LongStream.range(0, histories), LongStream.of(some)).forEach(HistoriesTest::check);
    }

    private static void check(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        try (Simulation simulation = new Simulation("histories", CONFIG, 2)) {
            int published = 0;
            while (published < DOCUMENTS
                    || simulation.tasks().stream()
                            .anyMatch(task -> !task.waiting().isEmpty())) {
                if (published < DOCUMENTS && random.nextInt(3) == 0) {
                    publish(simulation, random, published++);
                }
                SimulatedTask task =
                        simulation.tasks().get(random.nextInt(simulation.tasks().size()));
                step(simulation, task, random);
            }
            simulation.drain();
            verify(simulation, seed);
        }
    }

    private static void publish(Simulation simulation, SplittableRandom random, int number) {
        StringBuilder text = new StringBuilder("the");
        for (int words = random.nextInt(6); words >= 0; words--) {
            text.append(" w").append(random.nextInt(6));
        }
        simulation.publish(random.nextInt(2), "d" + number, "s" + random.nextInt(2), text.toString());
    }

    private static void step(Simulation simulation, SimulatedTask task, SplittableRandom random) {
        switch (random.nextInt(12)) {
            case 0 -> task.revive();
            case 1 -> task.reviveAfterFlush();
            case 2 -> {
                task.commit();
                task.revive();
            }
            case 3 -> simulation.move(task.id, random.nextInt(2));
            case 4 -> task.punctuate();
            case 5 -> simulation.now += random.nextInt(100_000);
            case 6, 7 -> task.commit();
            default -> {
                for (int records = 1 + random.nextInt(4); records > 0; records--) {
                    List<TopicPartition> waiting = task.waiting();
                    if (!waiting.isEmpty()) {
                        task.process(waiting.get(random.nextInt(waiting.size())));
                    }
                }
            }
        }
    }

    private static void verify(Simulation simulation, long seed) {
        List<Score> scores = simulation.records(Topic.SCORES, Score.class);
        assertThat(scores)
                .as("seed " + seed)
                .extracting(Score::getId)
                .doesNotHaveDuplicates()
                .hasSize(DOCUMENTS);
        List<String> replayed = new ArrayList<>();
        TopologySettings settings = TopologySettings.of(CONFIG, Layout.SHARDS);
        Gather gather = new Gather(settings.model(), 2);
        for (int shard = 0; shard < 2; shard++) {
            ShardScorer scorer = new ShardScorer(settings.model(), shard, 2, new HeapPageStore(), 1 << 20);
            for (SimulatedLog.Entry request :
                    simulation.log.of(new TopicPartition(simulation.topics.name(Topic.NGRAM_REQUESTS), shard))) {
                gather.split(scorer.answer(request.value()))
                        .forEach(reply -> replayed.add(HexFormat.of().formatHex(reply)));
            }
        }
        List<String> replies = simulation.log.of(simulation.topics.name(Topic.NGRAM_REPLIES)).stream()
                .flatMap(message -> gather.split(message.value()).stream())
                .map(reply -> HexFormat.of().formatHex(reply))
                .toList();
        assertThat(replies)
                .as("seed " + seed)
                .containsExactlyInAnyOrderElementsOf(replayed)
                .hasSize(2 * DOCUMENTS);
        Map<String, Map<String, String>> state = simulation.state();
        for (TaskId documents : List.of(new TaskId(0, 0), new TaskId(0, 1))) {
            assertThat(state.get(documents + " pending-documents"))
                    .as("seed " + seed)
                    .isEmpty();
        }
    }
}
