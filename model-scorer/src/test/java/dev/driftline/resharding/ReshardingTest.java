package dev.driftline.resharding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.driftline.ngram.Forgetting;
import dev.driftline.ngram.NgramCounts;
import dev.driftline.pages.HeapPageStore;
import dev.driftline.pages.PageStore;
import dev.driftline.scoring.DocumentTokens;
import dev.driftline.scoring.LocalModel;
import dev.driftline.scoring.ModelSettings;
import dev.driftline.scoring.NgramProbabilities;
import dev.driftline.scoring.ShardScorer;
import dev.driftline.scoring.Vocabulary;
import dev.driftline.smoothing.Smoothing;
import dev.driftline.testing.junit.SmallBrown;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Order(1)
class ReshardingTest {

    private static final List<DocumentTokens> DOCUMENTS = SmallBrown.documents().stream()
            .map(document -> DocumentTokens.of(document.sentences()))
            .toList();

    @ParameterizedTest
    @CsvSource({"1, 2", "2, 3", "3, 4", "5, 4"})
    void shouldScoreAsShardsThatLearnedTheTextThemselves(int order, int shards) {
        assertAsIfLearned(ModelSettings.ofOrder(order), shards, 1 << 16);
    }

    @Test
    void shouldKeepAFixedVocabularyAndHowWordsOutsideItAreSpelled() {
        Set<String> words = new LinkedHashSet<>();
        for (DocumentTokens document : DOCUMENTS.subList(0, 3)) {
            Stream.of(document.words()).skip(2).forEach(words::add);
        }
        assertAsIfLearned(
                new ModelSettings(
                        3, Smoothing.KNESER_NEY, Vocabulary.fixed(List.copyOf(words)), ModelSettings.DEFAULT_DELTA),
                4,
                1 << 20);
    }

    @Test
    void shouldRefuseAStateFromWhichNgramsWerePruned() {
        PageStore whole = new HeapPageStore();
        ModelSettings bounded = ModelSettings.ofOrder(3).forgetting(new Forgetting(0, 2_000, 0));
        LocalModel one = new LocalModel(bounded, 1, shard -> whole, 1 << 20);
        DOCUMENTS.forEach(document -> one.score(document, true));
        one.writeBack();

        // Without the bound: what was pruned is not there any more.
        ModelSettings settings = ModelSettings.ofOrder(3);
        ShardScorer former = new ShardScorer(settings, 0, 1, whole, 1 << 20);
        Resharding resharding = new Resharding(scorers(settings, stores(2), 1 << 20), tuples -> {});
        assertThatThrownBy(() -> resharding.add(former))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("count the inputs again");
    }

    /** The caches are so small that pages leave them while counts are moved. */
    private static void assertAsIfLearned(ModelSettings settings, int shards, long cacheBytes) {
        int half = DOCUMENTS.size() / 2;
        PageStore whole = new HeapPageStore();
        LocalModel one = new LocalModel(settings, 1, shard -> whole, cacheBytes);
        LocalModel learned = new LocalModel(settings, shards, shard -> new HeapPageStore(), cacheBytes * shards);
        for (DocumentTokens document : DOCUMENTS.subList(0, half)) {
            one.score(document, true);
            learned.score(document, true);
        }
        one.writeBack();

        List<PageStore> pages = stores(shards);
        List<Long> progress = new ArrayList<>();
        new Resharding(scorers(settings, pages, cacheBytes), progress::add)
                .add(new ShardScorer(settings, 0, 1, whole, cacheBytes));
        LocalModel moved = new LocalModel(settings, shards, pages::get, cacheBytes * shards);

        assertThat(progress).isNotEmpty().isSorted();
        assertThat(leftNeighboursAsBigrams(moved, shards, one))
                .isEqualTo(leftNeighboursAsBigrams(learned, shards, one))
                .isGreaterThan(settings.order() > 1 ? 200 : -1);
        for (DocumentTokens document : DOCUMENTS.subList(half, DOCUMENTS.size())) {
            NgramProbabilities expected = learned.score(document, true);
            NgramProbabilities found = moved.score(document, true);
            assertThat(found.rows()).isEqualTo(expected.rows());
            for (int row = 0; row < found.rows(); row++) {
                for (int k = 1; k <= settings.order(); k++) {
                    assertThat(found.probability(row, k))
                            .as("row %d, order %d", row, k)
                            .isEqualTo(expected.probability(row, k));
                }
            }
        }
    }

    /** How many left neighbours the shards keep: each was seen as often as the bigram came. */
    private static int leftNeighboursAsBigrams(LocalModel model, int shards, LocalModel one) {
        int[] neighbours = {0};
        for (int shard = 0; shard < shards; shard++) {
            NgramCounts counts = model.shard(shard).counts();
            assertThat(counts.countsSightings()).isTrue();
            for (int id = 0; id < counts.wordCount(); id++) {
                String name = counts.spelling(id);
                if (name.startsWith("\0")) {
                    counts.tuples(id, (context, length, previous, count) -> {
                        List<String> bigram = List.of(counts.spelling(previous), name.substring(1));
                        assertThat(count).as("%s", bigram).isEqualTo(one.rawCount(bigram));
                        neighbours[0]++;
                    });
                }
            }
        }
        return neighbours[0];
    }

    /** Left neighbours, whose counts say how often each was seen, move with the words that they came before. */
    @ParameterizedTest
    @CsvSource({"1, 4", "2, 3"})
    void shouldTakeDocumentsOutAfterwardsAsShardsThatNeverLearnedThem(int from, int to) {
        // A bound that is not reached: then shards know of each other's words, too.
        for (Forgetting forgetting : List.of(Forgetting.NOTHING, new Forgetting(0, 1L << 30, 0))) {
            ModelSettings settings = ModelSettings.ofOrder(3).forgetting(forgetting);
            List<PageStore> former = stores(from);
            List<PageStore> pages = stores(to);
            LocalModel before = new LocalModel(settings, from, former::get, 1 << 20);
            DOCUMENTS.forEach(document -> before.score(document, true));
            before.writeBack();
            Resharding resharding = new Resharding(scorers(settings, pages, 1 << 20), tuples -> {});
            scorers(settings, former, 1 << 20).forEach(resharding::add);
            LocalModel moved = new LocalModel(settings, to, pages::get, 1 << 20);
            LocalModel never = new LocalModel(settings, to, shard -> new HeapPageStore(), 1 << 20);
            for (int i = 0; i < DOCUMENTS.size(); i++) {
                if (i % 3 == 0) {
                    assertThat(moved.retract(DOCUMENTS.get(i)).missing()).isZero();
                } else {
                    never.score(DOCUMENTS.get(i), true);
                }
            }

            for (int shard = 0; shard < to; shard++) {
                NgramCounts found = moved.shard(shard).counts();
                NgramCounts expected = never.shard(shard).counts();
                assertThat(found.continuationTotal()).isEqualTo(expected.continuationTotal());
                assertThat(found.rawTypes()).isEqualTo(expected.rawTypes());
                assertThat(moved.shard(shard).spelling().words())
                        .isEqualTo(never.shard(shard).spelling().words());
                for (int id = 2; id < found.wordCount(); id++) {
                    int there = expected.find(found.spelling(id));
                    assertThat(found.continuationUnigram(id))
                            .isEqualTo(there < 0 ? 0 : expected.continuationUnigram(there));
                    assertThat(found.shared(id)).isEqualTo(there < 0 ? 0 : expected.shared(there));
                }
            }
            for (DocumentTokens document : DOCUMENTS) {
                NgramProbabilities expected = never.score(document, false);
                NgramProbabilities found = moved.score(document, false);
                for (int row = 0; row < found.rows(); row++) {
                    assertThat(found.probability(row, 3)).isEqualTo(expected.probability(row, 3));
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void shouldCountTheSameFromSeveralShards(int to) {
        ModelSettings settings = ModelSettings.ofOrder(3);
        List<PageStore> former = stores(2);
        LocalModel two = new LocalModel(settings, 2, former::get, 1 << 20);
        DOCUMENTS.forEach(document -> two.score(document, true));
        two.writeBack();

        List<PageStore> pages = stores(to);
        Resharding resharding = new Resharding(scorers(settings, pages, 1 << 20), tuples -> {});
        scorers(settings, former, 1 << 20).forEach(resharding::add);

        LocalModel moved = new LocalModel(settings, to, pages::get, 1 << 20);
        for (DocumentTokens document : DOCUMENTS) {
            List<String> before = new ArrayList<>(List.of("<s>"));
            for (int token : document.tokens()) {
                String word = document.words()[token];
                before.add(word);
                for (int n = 1; n <= Math.min(3, before.size()); n++) {
                    List<String> ngram = before.subList(before.size() - n, before.size());
                    assertThat(moved.rawCount(ngram)).as("%s", ngram).isEqualTo(two.rawCount(ngram));
                }
                if (token == DocumentTokens.EOS) {
                    before = new ArrayList<>(List.of("<s>"));
                }
            }
        }
        for (int count = 1; count <= 4; count++) {
            int n = count;
            assertThat(IntStream.range(0, to)
                            .mapToLong(s -> moved.shard(s).counts().rawCountOfCounts(3, n))
                            .sum())
                    .isEqualTo(IntStream.range(0, 2)
                            .mapToLong(s -> two.shard(s).counts().rawCountOfCounts(3, n))
                            .sum());
        }
        assertThat(IntStream.range(0, to)
                        .mapToLong(s -> moved.shard(s).counts().continuationTotal())
                        .sum())
                .isEqualTo(IntStream.range(0, 2)
                        .mapToLong(s -> two.shard(s).counts().continuationTotal())
                        .sum());
    }

    @Test
    void shouldRefuseShardsThatHaveCountsAlready() {
        ModelSettings settings = ModelSettings.ofOrder(2);
        List<PageStore> pages = stores(2);
        LocalModel model = new LocalModel(settings, 2, pages::get, 1 << 20);
        model.score(DOCUMENTS.get(0), true);
        model.writeBack();
        List<ShardScorer> scorers = scorers(settings, pages, 1 << 20);
        assertThatThrownBy(() -> new Resharding(scorers, tuples -> {})).hasMessageContaining("has some already");
    }

    private static List<PageStore> stores(int shards) {
        return Stream.<PageStore>generate(HeapPageStore::new).limit(shards).toList();
    }

    private static List<ShardScorer> scorers(ModelSettings settings, List<PageStore> pages, long cacheBytes) {
        return IntStream.range(0, pages.size())
                .mapToObj(shard -> new ShardScorer(settings, shard, pages.size(), pages.get(shard), cacheBytes))
                .toList();
    }
}
