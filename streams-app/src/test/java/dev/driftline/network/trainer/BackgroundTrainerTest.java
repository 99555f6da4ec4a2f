package dev.driftline.network.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.driftline.network.snapshots.PublishedSnapshot;
import dev.driftline.neural.Architecture;
import dev.driftline.neural.Cell;
import dev.driftline.neural.Network;
import dev.driftline.neural.NeuralVocabulary;
import dev.driftline.neural.online.OnlineSettings;
import dev.driftline.neural.online.ParentWatch;
import dev.driftline.neural.online.Promotion;
import dev.driftline.neural.online.TrainingBatch;
import dev.driftline.neural.online.VocabularyTurnover;
import dev.driftline.neural.snapshot.Snapshot;
import dev.driftline.neural.snapshot.SnapshotManifest;
import dev.driftline.neural.training.Optimizer;
import dev.driftline.neural.training.TrainingSettings;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class BackgroundTrainerTest {

    private static final OnlineSettings SETTINGS = new OnlineSettings(
            Architecture.recurrent(Cell.GRU, 12, 0, List.of()),
            new TrainingSettings(Optimizer.ADAM, 0.005, 1, 0, 4, 10, 1),
            new OnlineSettings.Vocabulary(new VocabularyTurnover(30, 2, 2), Optional.empty()),
            new OnlineSettings.Bootstrap(1_000, 1),
            new OnlineSettings.Rounds(600, 2, 0.5, 200),
            new OnlineSettings.Buffer(4_000, 4_000),
            new Promotion(0.001, 0.5, 1, false),
            10_000,
            Optional.empty(),
            1,
            "words");

    /** Its snapshots cannot be loaded. */
    private record Broken(Error error) implements SnapshotView {
        @Override
        public boolean caughtUp() {
            return true;
        }

        @Override
        public Optional<Snapshot> active() {
            return Optional.empty();
        }

        @Override
        public List<PublishedSnapshot> list() {
            return List.of();
        }

        @Override
        public Optional<Snapshot> snapshot(String version) {
            throw error;
        }
    }

    @Test
    void shouldSayThatARoundFailedWhateverItEndedBy() throws Exception {
        Error error = new NoClassDefFoundError("gone");
        TrainingBatch nothing = new TrainingBatch(List.of(), List.of(), List.of(), Map.of(), 0, 0, 77);
        Snapshot active = new Snapshot(
                new SnapshotManifest(
                        "000002-aaaaaa", "000001-aaaaaa", Instant.EPOCH, "gru", "words", Map.of(), Map.of(), Map.of()),
                Network.random(
                        Architecture.recurrent(Cell.GRU, 12, 0, List.of()),
                        new NeuralVocabulary(List.of("<unk>", "</s>", "a")),
                        1));
        try (BackgroundTrainer trainer =
                new BackgroundTrainer(SETTINGS, new Broken(error), ParentWatch.NONE, taught -> {})) {
            for (int round = 1; round < 3; round++) {
                trainer.begin(nothing, Optional.of(active), round);
                BackgroundTrainer.Finished finished = await().atMost(Duration.ofSeconds(10))
                        .until(trainer::take, Optional::isPresent)
                        .orElseThrow();

                assertThat(finished.failure()).contains(error);
                assertThat(finished.tokensSeen()).isEqualTo(77);
                assertThat(trainer.isBusy()).isFalse();
            }
        }
    }
}
