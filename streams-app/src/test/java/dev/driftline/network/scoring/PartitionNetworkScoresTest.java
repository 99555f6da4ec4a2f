package dev.driftline.network.scoring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.driftline.counters.ServiceCounters;
import dev.driftline.network.snapshots.ActiveSnapshot;
import dev.driftline.neural.Architecture;
import dev.driftline.neural.Cell;
import dev.driftline.neural.Network;
import dev.driftline.neural.NeuralVocabulary;
import dev.driftline.neural.snapshot.Snapshot;
import dev.driftline.neural.snapshot.SnapshotManifest;
import dev.driftline.scoring.DocumentTokens;
import dev.driftline.scoring.Vocabulary;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class PartitionNetworkScoresTest {

    private static final long BUDGET_NANOS = TimeUnit.MILLISECONDS.toNanos(WaitBudget.WAIT_MS);
    private static final DocumentTokens DOCUMENT = DocumentTokens.of(List.of(List.of("a", "b", "a")));

    /** A network whose threads never begin, and a queue with room for one document. */
    private static NeuralScoring stuck(NeuralPolicy policy) {
        Network network = Network.random(
                Architecture.recurrent(Cell.RNN, 4, 0, List.of()),
                new NeuralVocabulary(List.of("<unk>", "</s>", "a", "b")),
                1);
        ActiveSnapshot active = new ActiveSnapshot();
        active.set(new Snapshot(
                new SnapshotManifest(
                        "000001-aaaaaa", null, Instant.EPOCH, "rnn", "words", Map.of(), Map.of(), Map.of()),
                network));
        NeuralScoringSettings settings = new NeuralScoringSettings("rnn", 1, 4, policy, 0, null);
        return new NeuralScoring(settings, false, Vocabulary.growing(), active, new ServiceCounters());
    }

    @Test
    void shouldHoldAThreadUpForNoLongerThanItsBudgetWhateverItsPartitionsAndDocuments() {
        try (NeuralScoring scoring = stuck(NeuralPolicy.WAIT)) {
            long start = System.nanoTime();
            for (int ticket = 0; ticket < 20; ticket++) {
                scoring.partition(ticket % 4).scattered(ticket, DOCUMENT);
            }
            assertThat(System.nanoTime() - start).as("waited").isGreaterThanOrEqualTo(BUDGET_NANOS);
            assertThat(scoring.waitBudget().left()).as("left of the budget").isZero();

            scoring.partition(0).tick();
            assertThat(scoring.waitBudget().left()).as("after a tick").isEqualTo(BUDGET_NANOS);
            scoring.partition(1).scattered(20, DOCUMENT);
            assertThat(scoring.waitBudget().left())
                    .as("after the next document")
                    .isZero();
            assertThat(scoring.tokensUnderWay()).isEqualTo(4);
        }
    }

    @Test
    void shouldNotHoldAThreadUpWhenDocumentsMayGoWithoutTheNetwork() {
        try (NeuralScoring scoring = stuck(NeuralPolicy.NGRAM_ONLY)) {
            for (int ticket = 0; ticket < 20; ticket++) {
                scoring.partition(0).scattered(ticket, DOCUMENT);
            }

            assertThat(scoring.waitBudget().left()).as("left of the budget").isEqualTo(BUDGET_NANOS);
            assertThat(scoring.partition(0).fetch(19, DOCUMENT, 0)).contains(NeuralOutcome.NotScored.FALLBACK);
        }
    }
}
