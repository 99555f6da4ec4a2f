package dev.driftline.neural.online;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.driftline.neural.Architecture;
import dev.driftline.neural.Cell;
import dev.driftline.neural.NetworkReader;
import dev.driftline.neural.NetworkScore;
import dev.driftline.neural.NeuralVocabulary;
import dev.driftline.neural.snapshot.Snapshot;
import dev.driftline.neural.snapshot.SnapshotManifest;
import dev.driftline.neural.snapshot.SnapshotVersion;
import dev.driftline.neural.training.Optimizer;
import dev.driftline.neural.training.TrainingSettings;
import dev.driftline.pages.HeapPageStore;
import dev.driftline.scoring.DocumentTokens;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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
        assertThat(FineTuner.trainedUpTo(first)).isEqualTo(50);
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
    void shouldPromoteByTheEvidenceOfSeveralRoundsWhenOneIsNotEnough() throws InterruptedException {
        TrainingSettings slow = new TrainingSettings(Optimizer.ADAM, 0.0005, 1, 0, 4, 10, 1);
        OnlineNetwork network =
                new OnlineNetwork(settings(new Promotion(0, 10, 100, false), Optional.empty(), slow, 0.5));
        List<Round> rounds = new ArrayList<>();
        network.onRound(rounds::add);
        feed(network, new Language("a b c d e f g h", 1), 600);

        int inARound = 10;
        assertThat(rounds)
                .filteredOn(round -> round.outcome() == Round.Outcome.REJECTED)
                .isNotEmpty();
        assertThat(rounds)
                .filteredOn(round -> round.outcome() == Round.Outcome.PROMOTED)
                .anySatisfy(round -> assertThat(round.comparison().documents()).isGreaterThan(inARound));
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
    void shouldGoBackToTheParentWhenTheActiveOneIsWorseOnLiveText() throws InterruptedException {
        OnlineSettings settings = settings(new Promotion(0.01, 0.05, 1.64, false), Optional.empty());
        Snapshot parent = taught(settings, "a b c d e f g h", "000001-000000", null);
        Snapshot active = taught(settings, "h g f e d c b a", "000002-000000", parent.version());
        FineTuner tuner = new FineTuner(settings);
        ReplayBuffer buffer = new ReplayBuffer(new HeapPageStore(), 4000, 4000, 1);
        Language language = new Language("a b c d e f g h", 5);
        for (int i = 0; i < 30; i++) {
            buffer.add(i, language.document());
        }
        TrainingBatch batch = buffer.batch(0, 200, 1000, 0, 1);

        Round round = tuner.round(batch, Optional.of(active), Optional.of(parent), 3, tokens -> {})
                .orElseThrow();

        assertThat(round.outcome()).isEqualTo(Round.Outcome.ROLLED_BACK);
        assertThat(round.incumbent()).contains(active.version());
        assertThat(round.parent()).contains(parent.version());
        assertThat(round.comparison().documents()).isEqualTo(30);
        assertThat(tuner.round(batch, Optional.of(parent), Optional.of(active), 3, tokens -> {})
                        .orElseThrow()
                        .outcome())
                .as("the other way round")
                .isNotEqualTo(Round.Outcome.ROLLED_BACK);
    }

    @Test
    void shouldGoOnComparingWithTheParentWhenAnotherTunerTakesOver() throws InterruptedException {
        // No difference is enough for going back, so that the sums go on.
        OnlineSettings settings = settings(new Promotion(0.01, 1000, 1.64, false), Optional.empty());
        Snapshot parent = taught(settings, "a b c d e f g h", "000001-000000", null);
        Snapshot active = taught(settings, "h g f e d c b a", "000002-000000", parent.version());
        ReplayBuffer buffer = new ReplayBuffer(new HeapPageStore(), 4000, 4000, 1);
        Language language = new Language("a b c d e f g h", 5);
        FineTuner first = new FineTuner(settings);
        FineTuner second = null;
        for (int i = 0; i < 60; i++) {
            buffer.add(i, language.document());
            if (i % 30 == 29) {
                TrainingBatch batch = buffer.batch(0, 200, 1000, 0, 1);
                first.round(batch, Optional.of(active), Optional.of(parent), 3, tokens -> {});
                if (second != null) {
                    second.round(batch, Optional.of(active), Optional.of(parent), 3, tokens -> {});
                } else {
                    second = new FineTuner(settings, first.watch());
                }
            }
        }

        assertThat(first.watch().comparison().documents()).isEqualTo(60);
        assertThat(first.watch().comparison().meanDifference()).isNegative();
        assertThat(second.watch()).isEqualTo(first.watch());
        assertThat(new FineTuner(settings).watch()).isEqualTo(ParentWatch.NONE);
    }

    /** Of 200 tokens to be held out: a long document by itself, and one with short ones after it. */
    @Test
    void shouldHoldOutWholeDocumentsWhereThereAreSeveral() throws InterruptedException {
        OnlineSettings settings = settings(new Promotion(0.01, 0.05, 1.64, false), Optional.empty());
        Snapshot active = taught(settings, "a b c d e f g h", "000001-000000", null);
        Language language = new Language("a b c d e f g h", 5);
        ReplayBuffer buffer = new ReplayBuffer(new HeapPageStore(), 4000, 4000, 1);
        int position = 0;
        while (position < 20) {
            buffer.add(position++, language.document());
        }
        List<List<String>> sentences = new ArrayList<>();
        for (int i = 0; i < 25; i++) {
            sentences.add(List.of("a b c d e f g h a b c d e f g h a b c".split(" ")));
        }
        buffer.add(position++, DocumentTokens.of(sentences));
        Round alone = new FineTuner(settings)
                .round(buffer.batch(0, 200, 1000, 0, 1), Optional.of(active), Optional.empty(), 2, tokens -> {})
                .orElseThrow();
        for (int i = 0; i < 6; i++) {
            buffer.add(position++, language.document());
        }
        Round several = new FineTuner(settings)
                .round(buffer.batch(0, 200, 1000, 0, 1), Optional.of(active), Optional.empty(), 2, tokens -> {})
                .orElseThrow();

        assertThat(alone.comparison().documents()).isEqualTo(1);
        assertThat(alone.comparison().tokens()).isEqualTo(200);
        assertThat(alone.freshTokens()).isEqualTo(400 + 300);
        assertThat(several.comparison().documents()).isEqualTo(6);
        assertThat(several.comparison().tokens()).isEqualTo(120);
        assertThat(several.freshTokens()).isEqualTo(400 + 500);
    }

    private static Snapshot taught(OnlineSettings settings, String cycle, String version, String parent)
            throws InterruptedException {
        OnlineNetwork network = new OnlineNetwork(settings);
        feed(network, new Language(cycle, 1), 100);
        Snapshot snapshot = network.active().orElseThrow();
        SnapshotManifest manifest = snapshot.manifest();
        return new Snapshot(
                new SnapshotManifest(
                        version,
                        parent,
                        manifest.createdAt(),
                        manifest.model(),
                        manifest.tokens(),
                        manifest.training(),
                        manifest.metrics(),
                        Map.of()),
                snapshot.network());
    }

    @Test
    void shouldCompareFairlyWhenOneNetworkKnowsMoreWords() throws InterruptedException {
        // The same text and teaching; one has rows for half of the words, and cannot be better for it.
        Language language = new Language("a b c d e f g h", 1);
        OnlineSettings settings = settings(Promotion.ALWAYS, Optional.empty());
        OnlineNetwork all = new OnlineNetwork(settings);
        OnlineNetwork half = new OnlineNetwork(withWords(settings, List.of("a", "c", "e", "g")));
        for (int i = 0; i < 200; i++) {
            DocumentTokens document = language.document();
            all.learn(document);
            half.learn(document);
        }
        List<BufferedDocument> heldOut = IntStream.range(0, 20)
                .mapToObj(i -> new BufferedDocument(i, language.document()))
                .toList();

        PairedComparison comparison =
                PairedComparison.of(all.network().orElseThrow(), half.network().orElseThrow(), heldOut);

        // Every other word is one of four that the half cannot tell apart: about 2 bits of 2 tokens.
        assertThat(comparison.meanDifference()).isBetween(0.5, 1.5);
        assertThat(comparison.incumbentBitsPerToken() - comparison.candidateBitsPerToken())
                .isCloseTo(comparison.meanDifference(), within(1e-9));
    }

    private static OnlineSettings withWords(OnlineSettings settings, List<String> words) {
        return new OnlineSettings(
                settings.architecture(),
                settings.training(),
                new OnlineSettings.Vocabulary(settings.vocabulary().turnover(), Optional.of(words)),
                settings.bootstrap(),
                settings.rounds(),
                settings.buffer(),
                settings.promotion(),
                settings.rollbackHalfLife(),
                settings.dynamic(),
                settings.seed(),
                settings.tokenizer());
    }

    @Test
    void shouldGiveRowsToNewWordsWhenTheLanguageChanges() throws InterruptedException {
        OnlineSettings settings = settings(Promotion.ALWAYS, Optional.empty());
        OnlineNetwork network = new OnlineNetwork(settings);
        feed(network, new Language("a b c d e f g h", 1), 120);
        NeuralVocabulary before = network.network().orElseThrow().vocabulary();
        List<String> strange = IntStream.range(0, 40).mapToObj(i -> "new" + i).toList();
        feed(network, new Language(String.join(" ", strange), 1), 400);

        NeuralVocabulary after = network.network().orElseThrow().vocabulary();
        assertThat(before.size()).isEqualTo(10);
        // 28 of the new words, since the old ones have gone from the buffer, or all but those that are left.
        assertThat(after.size()).isEqualTo(30);
        assertThat(after.words()).filteredOn(word -> word.startsWith("new")).hasSizeGreaterThan(15);
        NetworkReader reader = network.network().orElseThrow().reader();
        float[] probabilities = new float[30];
        reader.next(reader.start(), probabilities);
        double sum = 0;
        for (float probability : probabilities) {
            sum += probability;
        }
        assertThat(sum).isCloseTo(1, within(1e-5));
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
                new OnlineSettings.Vocabulary(new VocabularyTurnover(30, 2, 2), Optional.empty()),
                new OnlineSettings.Bootstrap(1000, 2),
                new OnlineSettings.Rounds(600, 2, replay, 200),
                new OnlineSettings.Buffer(4000, 4000),
                promotion,
                10_000,
                dynamic,
                1,
                "whitespace");
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
