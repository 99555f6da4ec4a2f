package dev.driftline.heap;

import static org.assertj.core.api.Assertions.assertThat;

import dev.driftline.counters.ServiceCounters;
import dev.driftline.input.IncomingDocument;
import dev.driftline.live.EndlessLiveViews;
import dev.driftline.mixture.DocumentScorer;
import dev.driftline.mixture.MixtureSettings;
import dev.driftline.mixture.ScoreRequest;
import dev.driftline.network.scoring.NeuralPolicy;
import dev.driftline.network.scoring.NeuralScoring;
import dev.driftline.network.scoring.NeuralScoringSettings;
import dev.driftline.network.snapshots.ActiveSnapshot;
import dev.driftline.neural.Architecture;
import dev.driftline.neural.Cell;
import dev.driftline.neural.Network;
import dev.driftline.neural.NeuralVocabulary;
import dev.driftline.neural.events.KnownRows;
import dev.driftline.neural.online.ReplayBuffer;
import dev.driftline.neural.snapshot.Snapshot;
import dev.driftline.neural.snapshot.SnapshotManifest;
import dev.driftline.pages.HeapPageStore;
import dev.driftline.pending.PendingDocument;
import dev.driftline.pending.PendingDocuments;
import dev.driftline.scoring.DocumentTokens;
import dev.driftline.scoring.LocalModel;
import dev.driftline.scoring.ModelSettings;
import dev.driftline.scoring.Scatter;
import dev.driftline.scoring.ShardScorer;
import dev.driftline.scoring.Vocabulary;
import dev.driftline.serving.http.EndlessBodies;
import dev.driftline.source.SourceIndex;
import dev.driftline.source.SourceLimits;
import dev.driftline.source.SourceStore;
import dev.driftline.sources.SourceModels;
import dev.driftline.store.UncommittedWrites;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.IntConsumer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Everything that grows on the heap with what arrives stops growing at its bound. A {@link HeapUse} without a case here
 * fails: whoever adds one says with what input it would grow without end.
 */
class HeapUsesTest {

    private static final int STEPS = 2000;

    /** Of a whole model, which does more at each. */
    private static final int FEW_STEPS = 300;

    private static final ModelSettings MODEL = ModelSettings.ofOrder(3);
    private static final MixtureSettings MIXTURE =
            MixtureSettings.defaults(3, MODEL.smoothing().label());

    /**
     * A case.
     *
     * @param bytes a bound that the input passes soon
     * @param slack what a single document or source may take, which is held whatever its size
     * @param steps how much input
     * @param input makes, over a budget, what takes the input of each step
     */
    private record Case(long bytes, long slack, int steps, Function<HeapBudget, IntConsumer> input) {}

    private static final Map<HeapUse, Case> CASES = new EnumMap<>(HeapUse.class);

    static {
        CASES.put(HeapUse.PAGES, new Case(512 << 10, 256 << 10, FEW_STEPS, HeapUsesTest::pages));
        CASES.put(HeapUse.WORDS, new Case(512 << 10, 256 << 10, FEW_STEPS, HeapUsesTest::words));
        CASES.put(HeapUse.UNCOMMITTED, new Case(200_000, 2_000, STEPS, UncommittedWrites::of));
        CASES.put(HeapUse.BODIES, new Case(100_000, 0, STEPS, EndlessBodies::of));
        CASES.put(HeapUse.PENDING, new Case(100_000, 5_000, STEPS, HeapUsesTest::pending));
        CASES.put(HeapUse.NETWORK, new Case(100_000, 0, STEPS, HeapUsesTest::network));
        CASES.put(HeapUse.KNOWN_WORDS, new Case(100_000, 0, STEPS, HeapUsesTest::knownWords));
        CASES.put(HeapUse.SOURCES, new Case(1 << 20, 200_000, STEPS, HeapUsesTest::sources));
        CASES.put(HeapUse.SOURCE_STATES, new Case(1 << 20, 100_000, STEPS, HeapUsesTest::references));
        CASES.put(HeapUse.SOURCE_TIMES, new Case(50_000, 1_000, STEPS, HeapUsesTest::sourceTimes));
        CASES.put(HeapUse.REPLAY, new Case(200_000, 10_000, STEPS, HeapUsesTest::replay));
        CASES.put(HeapUse.LIVE_SOURCES, new Case(100_000, 25_000, STEPS, EndlessLiveViews::sources));
        CASES.put(HeapUse.LIVE_RECORDS, new Case(100_000, 25_000, STEPS, EndlessLiveViews::records));
    }

    @ParameterizedTest
    @EnumSource
    void shouldStopGrowingAtItsBoundWhateverArrives(HeapUse use) {
        assertThat(CASES).as("an input that does not end").containsKey(use);
        Case tried = CASES.get(use);

        long bounded = most(use, tried, tried.bytes());

        assertThat(bounded).isLessThanOrEqualTo(tried.bytes() + tried.slack());
        assertThat(bounded).as("the bound is what stops it").isGreaterThan(tried.bytes() / 3);
        assertThat(most(use, tried, 4 * tried.bytes()))
                .as("without it, it would grow")
                .isGreaterThan(bounded + bounded / 2);
    }

    private static long most(HeapUse use, Case tried, long bytes) {
        HeapBudget budget = new HeapBudget(Map.of(use, bytes));
        IntConsumer input = tried.input().apply(budget);
        long most = 0;
        for (int step = 0; step < tried.steps(); step++) {
            input.accept(step);
            most = Math.max(most, budget.used(use));
        }
        return most;
    }

    /** Words that never came before, with others that did. */
    private static DocumentTokens document(int step, int words) {
        List<String> sentence = new ArrayList<>();
        for (int i = 0; i < words; i++) {
            sentence.add(i % 3 == 0 ? "word" + i : "new" + step + "x" + i);
        }
        return DocumentTokens.of(List.of(sentence));
    }

    private static IntConsumer pages(HeapBudget budget) {
        HeapAccount account = budget.account(HeapUse.PAGES);
        account.set(0);
        ShardScorer shard = new ShardScorer(MODEL, 0, 1, new HeapPageStore(), account.bound(), 64 << 20);
        return step -> {
            learn(shard, step);
            account.set(shard.counts().cachedBytes());
        };
    }

    private static IntConsumer words(HeapBudget budget) {
        HeapAccount account = budget.account(HeapUse.WORDS);
        account.set(0);
        ShardScorer shard = new ShardScorer(MODEL, 0, 1, new HeapPageStore(), 64 << 20, account.bound());
        return step -> {
            learn(shard, step);
            account.set(shard.wordHeapBytes());
        };
    }

    private static void learn(ShardScorer shard, int step) {
        shard.answer(new Scatter(MODEL, 1).requests(0, step, document(step, 60), true, 0, List.of())[0]);
    }

    private static IntConsumer pending(HeapBudget budget) {
        PendingDocuments pending = new PendingDocuments(new HeapPageStore(), budget.account(HeapUse.PENDING));
        return step -> pending.add(
                step,
                new PendingDocument(new IncomingDocument("id" + step, "source", 0, true, document(step, 20)), 0, 0, 2));
    }

    private static IntConsumer network(HeapBudget budget) {
        ActiveSnapshot active = new ActiveSnapshot();
        active.set(new Snapshot(
                new SnapshotManifest(
                        "000001-aaaaaa", null, Instant.EPOCH, "rnn", "words", Map.of(), Map.of(), Map.of()),
                Network.random(
                        Architecture.recurrent(Cell.RNN, 4, 0, List.of()),
                        new NeuralVocabulary(List.of("<unk>", "</s>", "a")),
                        1)));
        NeuralScoring scoring = new NeuralScoring(
                new NeuralScoringSettings("rnn", 1, 1_000_000, NeuralPolicy.NGRAM_ONLY, 0, null),
                false,
                Vocabulary.growing(),
                active,
                new ServiceCounters(budget));
        // A shard is away: none is fetched.
        return step -> scoring.partition(step % 3).scattered(step, document(step, 20));
    }

    private static IntConsumer knownWords(HeapBudget budget) {
        KnownRows rows = new KnownRows(Vocabulary.growing(), budget.account(HeapUse.KNOWN_WORDS));
        return step -> rows.learnAll(document(step, 10));
    }

    private static IntConsumer sources(HeapBudget budget) {
        LocalModel model = new LocalModel(MODEL, 1, shard -> new HeapPageStore(), 1 << 20);
        DocumentScorer scorer = new DocumentScorer(MIXTURE);
        SourceStore sources = new SourceStore(new HeapPageStore(), MIXTURE, SourceLimits.NONE, budget);
        DocumentTokens document = document(0, 30);
        return step -> scorer.score(
                ScoreRequest.of(document, model.score(document, false), sources.get("source" + step, step)));
    }

    private static IntConsumer references(HeapBudget budget) {
        SourceModels sources = new SourceModels(new HeapPageStore(), MIXTURE, SourceLimits.NONE, 1000, budget);
        return step -> sources.teachReference("source" + step, document(step, 30));
    }

    private static IntConsumer replay(HeapBudget budget) {
        ReplayBuffer buffer =
                new ReplayBuffer(new HeapPageStore(), 20_000, 1_000_000, 1, budget.account(HeapUse.REPLAY));
        return step -> buffer.add(step, document(step, 20));
    }

    private static IntConsumer sourceTimes(HeapBudget budget) {
        SourceIndex index = new SourceIndex(new HeapPageStore(), SourceLimits.NONE, budget);
        return step -> index.touch("source" + step, step);
    }
}
