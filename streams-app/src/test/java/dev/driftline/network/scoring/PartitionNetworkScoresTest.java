package dev.driftline.network.scoring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.driftline.counters.ServiceCounters;
import dev.driftline.heap.HeapBudget;
import dev.driftline.heap.HeapUse;
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
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class PartitionNetworkScoresTest {

    private static final long BUDGET_NANOS = TimeUnit.MILLISECONDS.toNanos(WaitBudget.WAIT_MS);
    private static final DocumentTokens DOCUMENT = DocumentTokens.of(List.of(List.of("a", "b", "a")));

    private static Snapshot snapshot(String version) {
        Network network = Network.random(
                Architecture.recurrent(Cell.RNN, 4, 0, List.of()),
                new NeuralVocabulary(List.of("<unk>", "</s>", "a", "b")),
                1);
        return new Snapshot(
                new SnapshotManifest(version, null, Instant.EPOCH, "rnn", "words", Map.of(), Map.of(), Map.of()),
                network);
    }

    /** A network whose threads never begin, and a queue with room for one document. */
    private static NeuralScoring stuck(NeuralPolicy policy) {
        ActiveSnapshot active = new ActiveSnapshot();
        active.set(snapshot("000001-aaaaaa"));
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

    /** Scoring whose queue has room for everything, with threads that are not started. */
    private static NeuralScoring roomy(NeuralPolicy policy, ActiveSnapshot active, ServiceCounters counters) {
        NeuralScoringSettings settings = new NeuralScoringSettings("rnn", 1, 1_000_000, policy, 0, null);
        return new NeuralScoring(settings, false, Vocabulary.growing(), active, counters);
    }

    private static ServiceCounters counters(int documents) {
        return new ServiceCounters(new HeapBudget(Map.of(HeapUse.NETWORK, documents * (DOCUMENT.heapBytes() + 256))));
    }

    private static NeuralOutcome await(NeuralScoring scoring, long ticket) {
        while (true) {
            Optional<NeuralOutcome> outcome = scoring.partition(0).fetch(ticket, DOCUMENT, 0);
            if (outcome.isPresent()) {
                return outcome.get();
            }
            Thread.onSpinWait();
        }
    }

    @Test
    void shouldHoldNothingOfDocumentsThatNoSnapshotCanScore() {
        ServiceCounters counters = new ServiceCounters();
        try (NeuralScoring scoring = roomy(NeuralPolicy.WAIT, new ActiveSnapshot(), counters)) {
            for (int ticket = 0; ticket < 100_000; ticket++) {
                scoring.partition(0).scattered(ticket, DOCUMENT);
            }

            assertThat(counters.heap().used(HeapUse.NETWORK)).isZero();
            assertThat(scoring.partition(0).fetch(5, DOCUMENT, 0)).contains(NeuralOutcome.NotScored.NO_SNAPSHOT);
            assertThat(counters.heap().used(HeapUse.NETWORK)).isZero();
        }
    }

    @Test
    void shouldHoldNoMoreThanItsBoundWhileAShardIsAway() {
        ServiceCounters counters = counters(50);
        ActiveSnapshot active = new ActiveSnapshot();
        active.set(snapshot("000001-aaaaaa"));
        try (NeuralScoring scoring = roomy(NeuralPolicy.NGRAM_ONLY, active, counters)) {
            for (int ticket = 0; ticket < 5000; ticket++) {
                scoring.partition(ticket % 3).scattered(ticket, DOCUMENT);
                assertThat(counters.heap().used(HeapUse.NETWORK))
                        .isLessThanOrEqualTo(counters.heap().bound(HeapUse.NETWORK));
            }
            assertThat(counters.heap().used(HeapUse.NETWORK)).isPositive();
            for (int partition = 0; partition < 3; partition++) {
                scoring.partitionRevoked(partition);
            }
            assertThat(counters.heap().used(HeapUse.NETWORK))
                    .as("once they are gone")
                    .isZero();
        }
    }

    /** What is held may be behind the document that is next: if it had to wait for room, nothing would ever go out. */
    @Test
    void shouldScoreTheNextDocumentWhenWhatIsHeldWaitsBehindIt() {
        ServiceCounters counters = counters(3);
        ActiveSnapshot active = new ActiveSnapshot();
        active.set(snapshot("000001-aaaaaa"));
        try (NeuralScoring scoring = roomy(NeuralPolicy.WAIT, active, counters)) {
            scoring.start();
            for (int ticket = 100; ticket < 1100; ticket++) {
                scoring.partition(0).scattered(ticket, DOCUMENT);
            }

            for (int ticket = 0; ticket < 1100; ticket++) {
                assertThat(await(scoring, ticket)).isInstanceOf(NeuralOutcome.Scored.class);
            }
            assertThat(counters.heap().used(HeapUse.NETWORK)).isZero();
        }
    }

    @Test
    void shouldLetGoOfScoresOfSnapshotsBeforeTheLast() {
        ServiceCounters counters = new ServiceCounters();
        ActiveSnapshot active = new ActiveSnapshot();
        try (NeuralScoring scoring = roomy(NeuralPolicy.WAIT, active, counters)) {
            scoring.start();
            PartitionNetworkScores scores = scoring.partition(0);
            for (int round = 1; round <= 4; round++) {
                active.set(snapshot("00000" + round + "-aaaaaa"));
                scores.tick();
                scores.scattered(round, DOCUMENT);
                while (scoring.tokensUnderWay() > 0) {
                    Thread.onSpinWait();
                }
            }

            assertThat(versions(scoring)).containsExactly("000003-aaaaaa", "000004-aaaaaa");
            assertThat(await(scoring, 1)).as("scored anew").isInstanceOf(NeuralOutcome.Scored.class);
        }
    }

    private static Set<String> versions(NeuralScoring scoring) {
        Set<String> versions = new TreeSet<>();
        scoring.partition(0).held().forEach(snapshot -> versions.add(snapshot.version()));
        return versions;
    }
}
