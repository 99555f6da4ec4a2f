package dev.driftline.neural.online;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.driftline.neural.Architecture;
import dev.driftline.neural.Cell;
import dev.driftline.neural.Network;
import dev.driftline.neural.snapshot.Snapshot;
import dev.driftline.neural.snapshot.SnapshotBytes;
import dev.driftline.neural.training.NetworkTrainer;
import dev.driftline.neural.training.Optimizer;
import dev.driftline.neural.training.TrainingSettings;
import dev.driftline.pages.HeapPageStore;
import dev.driftline.scoring.DocumentTokens;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Rounds of a network that knows its text, where the text goes on as it was. */
class FineTunerTest {

    private static final int WORDS = 58;
    private static final int TAUGHT_DOCUMENTS = 1000;
    private static final int ROUND_DOCUMENTS = 100;

    /** Bits a token that a network which has not become worse may seem so by chance: four standard errors. */
    private static final double CHANCE = 0.02;

    /** A rate at which the last weights are noise around a good place. */
    private static final TrainingSettings TRAINING =
            new TrainingSettings(Optimizer.ADAM, 0.02, 1, 0, 4, 7, 11).withAveraging(100);

    private static final OnlineSettings SETTINGS = new OnlineSettings(
            Architecture.recurrent(Cell.GRU, 12, 0, List.of()),
            TRAINING,
            new OnlineSettings.Vocabulary(new VocabularyTurnover(WORDS + 2, 2, 2), Optional.empty()),
            new OnlineSettings.Bootstrap(40L * TAUGHT_DOCUMENTS, 2),
            new OnlineSettings.Rounds(2 * 40L * ROUND_DOCUMENTS, 1, 0, 40L * ROUND_DOCUMENTS),
            new OnlineSettings.Buffer(80L * TAUGHT_DOCUMENTS, 0),
            new Promotion(0.01, 0.05, 1.64, false),
            100_000,
            Optional.empty(),
            1,
            "words");

    private static Snapshot active;

    @BeforeAll
    static void teach() throws InterruptedException {
        List<DocumentTokens> documents = text(1, TAUGHT_DOCUMENTS, false);
        active = new FineTuner(SETTINGS)
                .round(batch(0, documents, 0), Optional.empty(), Optional.empty(), 1, tokens -> {})
                .flatMap(Round::candidate)
                .orElseThrow();
    }

    @Test
    void shouldFailWhenTrainingMakesTheFirstNetworkInfinite() {
        OnlineSettings wild = new OnlineSettings(
                SETTINGS.architecture(),
                new TrainingSettings(Optimizer.ADAM, 1e60, 0, 0, 4, 7, 11),
                SETTINGS.vocabulary(),
                SETTINGS.bootstrap(),
                SETTINGS.rounds(),
                SETTINGS.buffer(),
                SETTINGS.promotion(),
                SETTINGS.rollbackHalfLife(),
                Optional.empty(),
                1,
                "words");
        FineTuner tuner = new FineTuner(wild);
        List<DocumentTokens> documents = text(1, 50, false);

        assertThatThrownBy(
                        () -> tuner.round(batch(0, documents, 0), Optional.empty(), Optional.empty(), 1, tokens -> {}))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("NaN or infinite")
                .hasMessageContaining("learning rate");
    }

    @Test
    void shouldNotWriteASnapshotThatIsNotFinite() {
        Snapshot broken = new Snapshot(
                active.manifest(),
                new Network(
                        active.network().architecture(),
                        active.network().vocabulary(),
                        active.network().parameters().copy()));
        broken.network().parameters().tensors().get(0).data()[3] = Float.NaN;

        assertThat(broken.network().parameters().isFinite()).isFalse();
        assertThatThrownBy(() -> SnapshotBytes.encode(broken)).hasMessageContaining("NaN at 3");
    }

    @Test
    void shouldNotBecomeWorseWhenItStartsAgainFromASnapshot() throws InterruptedException {
        for (long seed = 2; seed < 5; seed++) {
            Round round = round(new FineTuner(SETTINGS), 2, text(seed, 2 * ROUND_DOCUMENTS, false));
            assertThat(round.comparison().documents()).isEqualTo(ROUND_DOCUMENTS);
            assertThat(round.comparison().meanDifference()).as("text " + seed).isGreaterThan(-CHANCE);
            assertThat(asNew(seed).meanDifference()).as("text " + seed).isLessThan(-CHANCE);
        }
    }

    @Test
    void shouldNotBecomeWorseWhenACandidateWasThrownAway() throws InterruptedException {
        FineTuner tuner = new FineTuner(SETTINGS);
        List<DocumentTokens> misleading = new ArrayList<>(text(6, ROUND_DOCUMENTS, true));
        misleading.addAll(text(7, ROUND_DOCUMENTS, false));
        Round thrownAway = round(tuner, 2, misleading);
        Round next = round(tuner, 3, text(2, 2 * ROUND_DOCUMENTS, false));

        assertThat(thrownAway.comparison().meanDifference()
                        + thrownAway.comparison().standardError())
                .isLessThan(-0.1);
        assertThat(next.comparison().documents()).isEqualTo(ROUND_DOCUMENTS);
        assertThat(next.comparison().meanDifference()).isGreaterThan(-CHANCE);
    }

    @Test
    void shouldGoOnBeingPromotedWhenItStartsAgainFromASnapshot() throws InterruptedException {
        OnlineNetwork network = new OnlineNetwork(SETTINGS, new HeapPageStore(), Optional.of(active));
        List<Round> rounds = new ArrayList<>();
        network.onRound(rounds::add);
        for (DocumentTokens document : text(20, 10 * 2 * ROUND_DOCUMENTS, false)) {
            network.learn(document);
        }

        assertThat(rounds)
                .hasSize(10)
                .anyMatch(Round::isPromotion)
                .allSatisfy(
                        round -> assertThat(round.comparison().meanDifference()).isGreaterThan(-CHANCE));
    }

    /** What a round comes to where the copy is taught as a network is that knows nothing. */
    private static PairedComparison asNew(long seed) throws InterruptedException {
        TrainingBatch batch = batch(
                TAUGHT_DOCUMENTS,
                text(seed, 2 * ROUND_DOCUMENTS, false),
                SETTINGS.rounds().holdOutTokens());
        NetworkTrainer copy = new NetworkTrainer(active.network(), TRAINING);
        copy.pass(
                batch.fresh().stream()
                        .map(document -> copy.vocabulary().encode(document.document()))
                        .toList(),
                tokens -> {});
        return PairedComparison.of(copy.network(), active.network(), batch.heldOut());
    }

    private static Round round(FineTuner tuner, long number, List<DocumentTokens> documents)
            throws InterruptedException {
        return tuner.round(
                        batch(TAUGHT_DOCUMENTS, documents, SETTINGS.rounds().holdOutTokens()),
                        Optional.of(active),
                        Optional.empty(),
                        number,
                        tokens -> {})
                .orElseThrow();
    }

    private static TrainingBatch batch(long from, List<DocumentTokens> documents, long holdOutTokens) {
        ReplayBuffer buffer =
                new ReplayBuffer(new HeapPageStore(), SETTINGS.buffer().newestTokens(), 0, 1);
        long position = from;
        for (DocumentTokens document : documents) {
            buffer.add(position++, document);
        }
        return buffer.batch(from, holdOutTokens, SETTINGS.buffer().newestTokens(), 0, 1);
    }

    /** Documents of 40 tokens: a third drawn by Zipf's law, the others one of three that the word before allows. */
    private static List<DocumentTokens> text(long seed, int documents, boolean backwards) {
        SplittableRandom random = new SplittableRandom(seed);
        List<DocumentTokens> text = new ArrayList<>();
        for (int i = 0; i < documents; i++) {
            List<String> words = new ArrayList<>();
            int word = 0;
            for (int j = 0; j < 39; j++) {
                int drawn = (int) Math.exp(random.nextDouble() * Math.log(WORDS)) - 1;
                word = random.nextInt(3) == 0 ? drawn : (3 * word + random.nextInt(3)) % WORDS;
                words.add("w" + word);
            }
            if (backwards) {
                Collections.reverse(words);
            }
            text.add(DocumentTokens.of(List.of(words)));
        }
        return text;
    }
}
