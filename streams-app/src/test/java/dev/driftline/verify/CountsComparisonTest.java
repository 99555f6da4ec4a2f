package dev.driftline.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.driftline.ngram.NgramCounts;
import dev.driftline.pages.HeapPageStore;
import dev.driftline.pages.PageStore;
import dev.driftline.scoring.DocumentTokens;
import dev.driftline.scoring.LocalModel;
import dev.driftline.scoring.ModelSettings;
import dev.driftline.testing.junit.SmallBrown;
import dev.driftline.verify.log.VerifyProgress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CountsComparisonTest {

    private static final long SMALL_CACHE = 1 << 16;

    private final Differences differences = new Differences();
    private long ngrams;

    @ParameterizedTest
    @CsvSource({"1, 1", "2, 1", "5, 1", "3, 4"})
    void shouldFindNothingWhenTheSameWasLearnedInAnotherOrder(int order, int shards) {
        List<DocumentTokens> documents = documents();
        List<PageStore> stored = learn(order, shards, documents);
        Collections.shuffle(documents, new Random(7));
        List<PageStore> replayed = learn(order, shards, documents);

        for (int shard = 0; shard < shards; shard++) {
            compare(order, shard, stored.get(shard), replayed.get(shard), 1);
        }

        assertThat(differences.first()).isEmpty();
        assertThat(ngrams).isGreaterThan(order == 1 ? -1 : 7_000);
    }

    @Test
    void shouldNameTheNgramWhenItsCountIsAnother() {
        PageStore stored = learn(3, 1, documents()).get(0);
        PageStore replayed = learn(3, 1, documents()).get(0);
        NgramCounts counts = counts(3, stored);
        int[] tuple = rareTuple(counts);
        counts.learn(new int[] {0, tuple[0], tuple[1]}, 2, tuple[2], 2);
        String ngram = counts.spelling(tuple[1]) + " " + counts.spelling(tuple[0]) + " " + counts.spelling(tuple[2]);
        counts.writeBack();

        compare(3, 0, stored, replayed, 1);

        assertThat(differences.first()).anySatisfy(difference -> {
            assertThat(difference.kind()).isEqualTo(Difference.Kind.COUNT);
            assertThat(difference.what()).isEqualTo("shard 0, '" + ngram + "'");
            assertThat(difference.where()).isEqualTo("changelog-0");
            assertThat(difference.expected()).isEqualTo("1");
            assertThat(difference.found()).isEqualTo("3");
        });
        assertThat(differences.counts()).doesNotContainKeys(Difference.Kind.EXTRA_NGRAM, Difference.Kind.MISSING_NGRAM);
    }

    @Test
    void shouldNameWhatIsMissingAndWhatIsTooMuch() {
        List<DocumentTokens> documents = documents();
        List<DocumentTokens> more = new ArrayList<>(documents);
        more.add(DocumentTokens.of(List.of(List.of("zebras", "the", "quaggas"))));
        PageStore shorter = learn(3, 1, documents).get(0);
        PageStore longer = learn(3, 1, more).get(0);

        compare(3, 0, shorter, longer, 1);
        assertThat(differences.first())
                .filteredOn(difference -> difference.kind() == Difference.Kind.MISSING_NGRAM)
                .extracting(Difference::what)
                .contains("shard 0, 'zebras the quaggas'", "shard 0, 'zebras'");

        Differences before = new Differences();
        new CountsComparison(
                        0,
                        "changelog-0",
                        counts(3, longer),
                        counts(3, shorter),
                        new Sample(1),
                        before,
                        VerifyProgress.NONE)
                .run();
        assertThat(before.first())
                .filteredOn(difference -> difference.kind() == Difference.Kind.EXTRA_NGRAM)
                .extracting(Difference::what)
                .contains("shard 0, 'zebras the quaggas'", "shard 0, 'zebras'");
    }

    /** A state of 0.5.0 does not say how often a word was seen before another, only that it was. */
    @Test
    void shouldAskOfLeftNeighboursOnlyWhetherTheyCameWhereTheStateKnowsNoMore() {
        PageStore stored = learn(3, 2, documents()).get(0);
        PageStore replayed = learn(3, 2, documents()).get(0);
        NgramCounts counts = counts(3, stored);
        int taken = 0;
        for (int id = 0; id < counts.wordCount(); id++) {
            String name = counts.spelling(id);
            if (name.startsWith("\0")) {
                int[] often = {-1};
                counts.tuples(id, (context, length, previous, count) -> often[0] = count > 1 ? previous : often[0]);
                if (often[0] >= 0) {
                    counts.unlearnLeftNeighbour(counts.find(name.substring(1)), often[0]);
                    taken++;
                }
            }
        }
        assertThat(taken).isPositive();
        counts.writeBack();
        compare(3, 0, stored, replayed, 1);
        assertThat(differences.counts()).containsKey(Difference.Kind.COUNT);

        byte[] totals = stored.get(new byte[] {'m'});
        stored.put(new byte[] {'m'}, Arrays.copyOf(totals, totals.length - 1));
        Differences before = new Differences();
        new CountsComparison(
                        0,
                        "changelog-0",
                        counts(3, stored),
                        counts(3, replayed),
                        new Sample(1),
                        before,
                        VerifyProgress.NONE)
                .run();
        assertThat(before.counts()).isEmpty();
    }

    @Test
    void shouldNameThePagesWhenTheyCannotBeRead() {
        PageStore stored = learn(3, 1, documents()).get(0);
        PageStore replayed = learn(3, 1, documents()).get(0);
        List<byte[]> wide = new ArrayList<>();
        stored.scan(new byte[] {'f'}, (key, value) -> wide.add(key));
        stored.put(wide.get(0), null);

        compare(3, 0, stored, replayed, 1);

        assertThat(differences.counts()).containsKey(Difference.Kind.UNREADABLE_STATE);
    }

    @Test
    void shouldLookAtAShareOfTheWordsOnly() {
        PageStore stored = learn(3, 1, documents()).get(0);
        compare(3, 0, stored, stored, 1);
        long all = ngrams;
        ngrams = 0;
        compare(3, 0, stored, stored, 0.1);

        assertThat(differences.first()).isEmpty();
        assertThat(ngrams).isBetween(all / 100, all / 3);
    }

    /** Of a rare word, seen once: its two context words, nearest first, and the word. */
    private static int[] rareTuple(NgramCounts counts) {
        int[] found = new int[3];
        counts.tuples((context, length, word, count) -> {
            if (length == 2 && context[2] != NgramCounts.BOS && count == 1) {
                found[0] = context[1];
                found[1] = context[2];
                found[2] = word;
            }
        });
        return found;
    }

    private void compare(int order, int shard, PageStore stored, PageStore replayed, double share) {
        CountsComparison comparison = new CountsComparison(
                shard,
                "changelog-" + shard,
                counts(order, stored),
                counts(order, replayed),
                new Sample(share),
                differences,
                VerifyProgress.NONE);
        comparison.run();
        ngrams += comparison.events();
    }

    private static NgramCounts counts(int order, PageStore pages) {
        NgramCounts counts = new NgramCounts(order, pages, SMALL_CACHE, SMALL_CACHE);
        counts.load();
        return counts;
    }

    private static List<PageStore> learn(int order, int shards, List<DocumentTokens> documents) {
        List<PageStore> pages = new ArrayList<>();
        for (int shard = 0; shard < shards; shard++) {
            pages.add(new HeapPageStore());
        }
        LocalModel model = new LocalModel(ModelSettings.ofOrder(order), shards, pages::get, 1L << 20);
        documents.forEach(document -> model.score(document, true));
        model.writeBack();
        return pages;
    }

    private static List<DocumentTokens> documents() {
        List<DocumentTokens> documents = new ArrayList<>();
        SmallBrown.documents().forEach(document -> documents.add(DocumentTokens.of(document.sentences())));
        return documents;
    }
}
