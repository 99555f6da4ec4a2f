package dev.driftline.neural.online;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.driftline.neural.Architecture;
import dev.driftline.neural.Cell;
import dev.driftline.neural.NetworkScore;
import dev.driftline.neural.snapshot.Snapshot;
import dev.driftline.neural.snapshot.SnapshotVersion;
import dev.driftline.neural.training.Optimizer;
import dev.driftline.neural.training.TrainingSettings;
import dev.driftline.ngram.HeapPageStore;
import dev.driftline.scoring.DocumentTokens;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class OnlineNetworkTest {

    private static final TrainingSettings TRAINING = new TrainingSettings(Optimizer.ADAM, 0.01, 1, 0, 4, 10, 1);

    @Test
    void shouldMakeItsFirstNetworkWhenEnoughTextHasGoneBy() throws InterruptedException {
        OnlineNetwork network = new OnlineNetwork(settings(new Promotion(0.01, 0.05, 1.64, false), Optional.empty()));
        List<Round> rounds = new ArrayList<>();
        network.onRound(rounds::add);
        Language language = new Language("a b c d e f g h", 1);

        for (int i = 0; i < 49; i++) {
            network.learn(language.document());
            assertThat(network.score(language.document())).isEmpty();
        }
        network.learn(language.document());

        assertThat(rounds).extracting(Round::outcome).containsExactly(Round.Outcome.BOOTSTRAPPED);
        Snapshot first = network.active().orElseThrow();
        assertThat(first.manifest().parent()).isNull();
        assertThat(first.version()).startsWith("000001-");
        assertThat(FineTuner.taughtTo(first)).isEqualTo(50);
        assertThat(first.network().vocabulary().words()).contains("<unk>", "</s>", "a", "h");
        assertThat(bits(network, language)).isLessThan(Math.log(10) / Math.log(2));
    }

    @Test
    void shouldPromoteWhatIsBetterAndLearnTheLanguageWhenRoundsGoBy() throws InterruptedException {
        OnlineNetwork network = new OnlineNetwork(settings(new Promotion(0.01, 0.05, 1.64, false), Optional.empty()));
        List<Round> rounds = new ArrayList<>();
        network.onRound(rounds::add);
        // Each word is followed by one other: 0 bits once that is known.
        Language language = new Language("a b c d e f g h", 1);
        feed(network, language, 60);
        double early = bits(network, language);
        feed(network, language, 200);

        assertThat(bits(network, language)).isLessThan(0.7 * early);
        assertThat(rounds).filteredOn(Round::isPromotion).hasSizeGreaterThan(2);
        Snapshot active = network.active().orElseThrow();
        Round promotion = rounds.stream()
                .filter(round -> round.candidate().filter(active::equals).isPresent())
                .findFirst()
                .orElseThrow();
        assertThat(active.manifest().parent()).isEqualTo(promotion.incumbent().orElseThrow());
        assertThat(promotion.comparison().meanDifference()).isGreaterThan(0.01);
        assertThat(active.manifest().metrics())
                .containsEntry(
                        "validation_bits_per_token", promotion.comparison().candidateBitsPerToken());
    }

    @Test
    void shouldRejectWhatIsWorseWhenTheLearningRateIsAbsurd() throws InterruptedException {
        TrainingSettings absurd = new TrainingSettings(Optimizer.SGD, 200, 0, 0, 4, 10, 1);
        Language language = new Language("a b c d e f g h", 1);
        OnlineNetwork sane = new OnlineNetwork(settings(new Promotion(0.01, 0.05, 1.64, false), Optional.empty()));
        feed(sane, language, 100);
        OnlineNetwork network = new OnlineNetwork(
                settings(new Promotion(0.01, 0.05, 1.64, false), Optional.empty(), absurd, 0.5),
                new HeapPageStore(),
                sane.active());
        List<Round> rounds = new ArrayList<>();
        network.onRound(rounds::add);
        feed(network, language, 60);

        assertThat(rounds).isNotEmpty().extracting(Round::outcome).containsOnly(Round.Outcome.REJECTED);
        assertThat(network.active()).isEqualTo(sane.active());
    }

    @Test
    void shouldGoBackToTheParentWhenTheActiveOneBecomesWorse() throws InterruptedException {
        Language old = new Language("a b c d e f g h", 1);
        Language fad = new Language("h g f e d c b a", 1);
        OnlineNetwork network =
                new OnlineNetwork(settings(new Promotion(0.01, 0.05, 1.64, false), Optional.empty(), TRAINING, 0));
        feed(network, old, 200);
        List<Round> rounds = new ArrayList<>();
        network.onRound(rounds::add);
        // Until one is promoted that has learned the fad.
        while (rounds.stream().noneMatch(Round::isPromotion)) {
            network.learn(fad.document());
        }
        Snapshot faddish = network.active().orElseThrow();
        rounds.clear();
        while (rounds.isEmpty()) {
            network.learn(old.document());
        }

        assertThat(rounds.get(0).outcome()).isEqualTo(Round.Outcome.ROLLED_BACK);
        assertThat(rounds.get(0).incumbent()).contains(faddish.version());
        assertThat(network.active().orElseThrow().version())
                .isEqualTo(faddish.manifest().parent());
    }

    @Test
    void shouldMakeTheSameNetworksWhenTheSeedIsTheSame() throws InterruptedException {
        List<String> versions = new ArrayList<>();
        for (int run = 0; run < 2; run++) {
            OnlineNetwork network = new OnlineNetwork(settings(Promotion.ALWAYS, Optional.empty()));
            feed(network, new Language("a b c d e f g h", 1), 120);
            versions.add(network.active().orElseThrow().version());
        }

        assertThat(versions.get(0)).isEqualTo(versions.get(1)).doesNotStartWith("000001");
    }

    @Test
    void shouldGoOnWithTheSameBufferWhenItStartsAgainFromItsStore() throws InterruptedException {
        HeapPageStore store = new HeapPageStore();
        OnlineSettings settings = settings(Promotion.ALWAYS, Optional.empty());
        OnlineNetwork network = new OnlineNetwork(settings, store, Optional.empty());
        feed(network, new Language("a b c d e f g h", 1), 80);
        network.writeBack();
        Snapshot active = network.active().orElseThrow();

        OnlineNetwork restarted = new OnlineNetwork(settings, store, Optional.of(active));
        List<Round> rounds = new ArrayList<>();
        restarted.onRound(rounds::add);
        feed(restarted, new Language("a b c d e f g h", 2), 60);

        assertThat(rounds.get(0).incumbent()).contains(active.version());
        assertThat(rounds.get(0).replayedTokens()).isPositive();
        assertThat(SnapshotNumbers.of(rounds.get(0))).isGreaterThan(SnapshotVersion.number(active.version()));
    }

    @Test
    void shouldAdaptToEachDocumentWhenDynamicEvaluationIsOn() throws InterruptedException {
        Language language = new Language("a b c d e f g h", 1);
        OnlineNetwork fixed = new OnlineNetwork(settings(Promotion.ALWAYS, Optional.empty()));
        OnlineNetwork dynamic = new OnlineNetwork(
                settings(Promotion.ALWAYS, Optional.of(new TrainingSettings(Optimizer.SGD, 0.5, 1, 0, 1, 5, 1))));
        feed(fixed, language, 50);
        feed(dynamic, new Language("a b c d e f g h", 1), 50);
        Language fad = new Language("h g f e d c b a", 3);
        Language same = new Language("h g f e d c b a", 3);
        feed(fixed, fad, 20);
        feed(dynamic, same, 20);

        DocumentTokens next = fad.document();
        assertThat(dynamic.active().orElseThrow().version())
                .isEqualTo(fixed.active().orElseThrow().version());
        assertThat(bits(dynamic, next)).isLessThan(bits(fixed, next) - 0.1);
    }

    @Test
    void shouldThrowTheRoundAwayWhenItIsInterrupted() throws InterruptedException {
        OnlineNetwork network = new OnlineNetwork(settings(Promotion.ALWAYS, Optional.empty()));
        Language language = new Language("a b c d e f g h", 1);
        feed(network, language, 49);
        Thread.currentThread().interrupt();

        assertThatThrownBy(() -> network.learn(language.document())).isInstanceOf(InterruptedException.class);
        assertThat(network.active()).isEmpty();
        network.learn(language.document());
        assertThat(network.active()).isPresent();
    }

    private static final class SnapshotNumbers {
        static long of(Round round) {
            return SnapshotVersion.number(round.candidate().orElseThrow().version());
        }
    }

    private static void feed(OnlineNetwork network, Language language, int documents) throws InterruptedException {
        for (int i = 0; i < documents; i++) {
            network.learn(language.document());
        }
    }

    private static double bits(OnlineNetwork network, Language language) {
        return IntStream.range(0, 30)
                .mapToDouble(i -> bits(network, language.document()))
                .average()
                .orElseThrow();
    }

    private static double bits(OnlineNetwork network, DocumentTokens document) {
        NetworkScore score = network.score(document).orElseThrow();
        double nats = 0;
        for (float log : score.logProbabilities()) {
            nats -= log;
        }
        return nats / score.logProbabilities().length / Math.log(2);
    }

    static OnlineSettings settings(Promotion promotion, Optional<TrainingSettings> dynamic) {
        return settings(promotion, dynamic, TRAINING, 0.5);
    }

    /** The first network after 1000 tokens, a round every 600; documents have 20. */
    private static OnlineSettings settings(
            Promotion promotion, Optional<TrainingSettings> dynamic, TrainingSettings training, double replay) {
        return new OnlineSettings(
                Architecture.recurrent(Cell.GRU, 12, 0, List.of()),
                training,
                new VocabularyTurnover(30, 2, 2),
                Optional.empty(),
                1000,
                2,
                600,
                2,
                replay,
                200,
                4000,
                4000,
                promotion,
                10_000,
                dynamic,
                1);
    }

    /** Text in which each word of a cycle is followed by the next. */
    private static final class Language {
        private final String[] cycle;
        private final Random random;

        Language(String cycle, long seed) {
            this.cycle = cycle.split(" ");
            random = new Random(seed);
        }

        DocumentTokens document() {
            List<String> words = new ArrayList<>();
            int at = random.nextInt(cycle.length);
            for (int i = 0; i < 19; i++) {
                words.add(cycle[at]);
                at = (at + 1) % cycle.length;
            }
            return DocumentTokens.of(List.of(words));
        }
    }
}
