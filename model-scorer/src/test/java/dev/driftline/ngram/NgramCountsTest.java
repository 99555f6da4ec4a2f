package dev.driftline.ngram;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import dev.driftline.ngram.words.TopFollowers;
import dev.driftline.pages.HeapPageStore;
import dev.driftline.smoothing.PositionCounts;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Order(1)
class NgramCountsTest {

    /** Seen and unseen contexts of every length, words never learned among them, in fewer and in more positions than fit. */
    @ParameterizedTest
    @CsvSource({"1, 300", "2, 300", "3, 20", "5, 20", "5, 300", "7, 300"})
    void shouldFindTheSameWhenPositionsAreLookedUpTogether(int order, int words) {
        Pair counts = new Pair(order, 50_000);
        counts.learnRandomText(11, 1_500, words);
        Random random = new Random(12);
        PositionLookups together = new PositionLookups(order);
        PositionCounts alone = new PositionCounts(order);
        PositionCounts found = new PositionCounts(order);
        for (int round = 0; round < 40; round++) {
            List<int[]> contexts = new ArrayList<>();
            List<Integer> events = new ArrayList<>();
            for (int i = random.nextInt(65); i > 0; i--) {
                int[] context = new int[order + 1];
                int length = random.nextInt(order);
                for (int d = 1; d <= length; d++) {
                    double u = random.nextDouble();
                    context[d] = (int) (words * u * u * u) - (random.nextInt(20) == 0 ? words : 0);
                }
                context[0] = length;
                contexts.add(context);
                events.add(random.nextInt(20) == 0 ? -1 : (int) (words * Math.pow(random.nextDouble(), 4)));
                together.add(context, length, events.get(events.size() - 1));
            }
            counts.fast.lookup(together);
            for (int i = 0; i < contexts.size(); i++) {
                int[] context = contexts.get(i);
                counts.fast.lookup(context, context[0], events.get(i), alone);
                together.read(i, found);
                assertThat(described(found)).isEqualTo(described(alone));
            }
            together.clear();
            counts.fast.trim();
        }
    }

    private static List<Long> described(PositionCounts counts) {
        List<Long> all = new ArrayList<>();
        for (int length = 1; length <= counts.matched(); length++) {
            for (int figure = 0; figure < PositionCounts.STRIDE; figure++) {
                all.add(counts.figure(length, figure));
            }
        }
        return all;
    }

    /** What learned and what was learned, side by side. */
    private static final class Pair {
        final HeapPageStore pages = new HeapPageStore();
        final NgramCounts fast;
        SlowCounts slow;
        final int order;

        Pair(int order, long cacheBytes) {
            this.order = order;
            fast = new NgramCounts(order, pages, cacheBytes, cacheBytes);
            slow = new SlowCounts(order);
            fast.load();
        }

        void learn(List<Integer> sentence) {
            learn(sentence, 1);
        }

        void learn(List<Integer> sentence, long times) {
            slow.learn(sentence, times);
            List<Integer> padded = new ArrayList<>();
            padded.add(NgramCounts.BOS);
            padded.addAll(sentence);
            padded.add(NgramCounts.EOS);
            for (int end = 1; end < padded.size(); end++) {
                if (order > 1 && fast.learn(context(padded, end), Math.min(end, order - 1), padded.get(end), times)) {
                    fast.addContinuation(padded.get(end), 1);
                }
                fast.addUnigram(padded.get(end), times);
            }
        }

        void unlearn(List<Integer> sentence) {
            List<Integer> padded = new ArrayList<>();
            padded.add(NgramCounts.BOS);
            padded.addAll(sentence);
            padded.add(NgramCounts.EOS);
            for (int end = 1; end < padded.size(); end++) {
                if (order > 1 && fast.unlearn(context(padded, end), Math.min(end, order - 1), padded.get(end))) {
                    fast.removeContinuation(padded.get(end), 1);
                }
                fast.removeUnigram(padded.get(end), 1);
            }
        }

        /** No word that a list leaves out has more than the list says. */
        void checkTops() {
            for (List<Integer> context : slow.right.keySet()) {
                int[] reversed = new int[order + 1];
                for (int d = 1; d <= context.size(); d++) {
                    reversed[d] = context.get(context.size() - d);
                }
                Map<Integer, Long> listed = new TreeMap<>();
                long most = context.isEmpty()
                        ? fast.topOwned((word, raw, continuation) -> listed.put(word, raw))
                        : fast.topFollowers(
                                reversed, context.size(), (word, raw, continuation) -> listed.put(word, continuation));
                boolean raws = context.isEmpty() || context.size() == order - 1 || context.get(0) == NgramCounts.BOS;
                slow.followers(context).forEach((word, counts) -> {
                    long count = raws ? counts[0] : counts[1];
                    assertThat(listed.getOrDefault(word, count)).isEqualTo(count);
                    assertThat(listed.containsKey(word) || count <= most)
                            .as("%s after %s", word, context)
                            .isTrue();
                });
            }
        }

        private int[] context(List<Integer> padded, int end) {
            int[] context = new int[order + 1];
            for (int d = 1; d < order && end - d >= 0; d++) {
                context[d] = padded.get(end - d);
            }
            return context;
        }

        void learnRandomText(long seed, int sentences, int words) {
            learnRandomText(seed, sentences, words, 1);
        }

        void learnRandomText(long seed, int sentences, int words, long times) {
            Random random = new Random(seed);
            for (int id = fast.wordCount(); id < words; id++) {
                byte[] utf8 = ("w" + id).getBytes(StandardCharsets.UTF_8);
                assertThat(fast.learnWord(utf8, 0, utf8.length, NgramCounts.hash(utf8, 0, utf8.length)))
                        .isEqualTo(id);
            }
            for (int s = 0; s < sentences; s++) {
                List<Integer> sentence = new ArrayList<>();
                int length = random.nextInt(12);
                for (int i = 0; i < length; i++) {
                    // Skewed, as language is: small ids far more often than large ones.
                    double u = random.nextDouble();
                    sentence.add(2 + (int) ((words - 2) * u * u * u * u));
                }
                learn(sentence, times);
                if (s % 7 == 0) {
                    fast.trim();
                }
            }
        }

        void check() {
            PositionCounts out = new PositionCounts(order);
            for (List<Integer> ngram : slow.raw.keySet()) {
                int n = ngram.size();
                int word = ngram.get(n - 1);
                if (n == 1) {
                    assertThat(fast.rawUnigram(word)).as("%s", ngram).isEqualTo(slow.raw(ngram));
                    assertThat(fast.continuationUnigram(word))
                            .as("%s", ngram)
                            .isEqualTo(order == 1 ? 0 : slow.continuation(ngram));
                    continue;
                }
                fast.lookup(reversed(ngram), n - 1, word, out);
                assertThat(out.matched()).as("%s", ngram).isEqualTo(n - 1);
                assertThat(out.raw(n - 1)).as("raw %s", ngram).isEqualTo(slow.raw(ngram));
                if (n < order) {
                    assertThat(out.continuation(n - 1))
                            .as("continuation %s", ngram)
                            .isEqualTo(slow.continuation(ngram));
                }
            }
            for (int n = 1; n <= order; n++) {
                Map<Long, Integer> raws = slow.countsOfCounts(n, false);
                Map<Long, Integer> continuations = slow.countsOfCounts(n, true);
                for (int j = 1; j <= 4; j++) {
                    assertThat(fast.rawCountOfCounts(n, j))
                            .as("t%d of order %d", j, n)
                            .isEqualTo(raws.getOrDefault((long) j, 0).longValue());
                    if (n < order) {
                        assertThat(fast.continuationCountOfCounts(n, j))
                                .as("continuation t%d of order %d", j, n)
                                .isEqualTo(
                                        continuations.getOrDefault((long) j, 0).longValue());
                    }
                }
            }
            checkContexts(out);
        }

        private void checkContexts(PositionCounts out) {
            for (List<Integer> context : slow.right.keySet()) {
                if (context.isEmpty()) {
                    continue;
                }
                Map<Integer, long[]> expected = slow.followers(context);
                Map<Integer, long[]> found = new TreeMap<>();
                int[] reversed = new int[order + 1];
                for (int d = 1; d <= context.size(); d++) {
                    reversed[d] = context.get(context.size() - d);
                }
                boolean longest = context.size() == order - 1;
                fast.followers(
                        reversed,
                        context.size(),
                        (word, raw, continuation) -> assertThat(found.put(word, new long[] {raw, continuation}))
                                .isNull());
                assertThat(found.keySet()).as("followers of %s", context).isEqualTo(expected.keySet());
                long[] figures = new long[8];
                expected.forEach((word, counts) -> {
                    assertThat(found.get(word)[0]).isEqualTo(counts[0]);
                    assertThat(found.get(word)[1]).isEqualTo(longest ? counts[0] : counts[1]);
                    figures[0] += counts[0];
                    figures[(int) Math.min(3, counts[0])]++;
                    figures[4] += counts[1];
                    figures[4 + (int) Math.min(3, counts[1])]++;
                });
                fast.lookup(reversed, context.size(), -2, out);
                assertThat(out.rawTotal(context.size())).isEqualTo(figures[0]);
                assertThat(out.followers(context.size())).isEqualTo(expected.size());
                for (int f = 0; f < (longest ? 4 : 8); f++) {
                    assertThat(out.figure(context.size(), f))
                            .as("figure %d of %s", f, context)
                            .isEqualTo(figures[f]);
                }
            }
        }

        private int[] reversed(List<Integer> ngram) {
            int[] context = new int[order + 1];
            for (int d = 1; d < ngram.size(); d++) {
                context[d] = ngram.get(ngram.size() - 1 - d);
            }
            return context;
        }
    }

    @ParameterizedTest(name = "order {0}, {1} bytes of cache, {2} words")
    @CsvSource({
        "1, 100000000, 40", "2, 100000000, 40", "2, 4000, 900", "3, 100000000, 60", "3, 4000, 60", "3, 4000, 900",
        "4, 20000, 300", "5, 100000000, 30", "5, 4000, 30", "5, 4000, 2000", "6, 4000, 50", "7, 100000000, 20",
        "7, 4000, 400", "3, 30000, 900", "5, 60000, 400", "5, 60000, 2000", "7, 60000, 400"
    })
    void shouldCountAsASlowCountDoesWhateverFitsInTheCache(int order, long cacheBytes, int words) {
        Pair pair = new Pair(order, cacheBytes);
        pair.learnRandomText(order * 31L + words, 700, words);
        pair.check();
    }

    /** Sentences come and go in random order, some many times; what is left counts as if it were all that ever came. */
    @ParameterizedTest(name = "order {0}, {1} bytes of cache, {2} words")
    @CsvSource({
        "1, 100000000, 40",
        "2, 100000000, 1500",
        "2, 4000, 900",
        "3, 100000000, 60",
        "3, 4000, 900",
        "5, 100000000, 30",
        "5, 4000, 30",
        "5, 60000, 2000",
        "7, 60000, 400"
    })
    void shouldCountAsIfItHadNeverBeenThereWhatIsUnlearned(int order, long cacheBytes, int words) {
        Pair pair = new Pair(order, cacheBytes);
        Random random = new Random(order * 7L + words);
        pair.learnRandomText(1, 0, words);
        List<List<Integer>> held = new ArrayList<>();
        for (int round = 0; round < 3; round++) {
            for (int s = 0; s < 600; s++) {
                List<Integer> sentence = randomSentence(random, words);
                for (int times = random.nextInt(8) == 0 ? 3 : 1; times > 0; times--) {
                    held.add(sentence);
                    pair.learn(sentence);
                }
                while (!held.isEmpty() && random.nextInt(20) < 9) {
                    pair.unlearn(held.remove(random.nextInt(held.size())));
                }
                pair.fast.trim();
            }
            pair.slow = new SlowCounts(order);
            held.forEach(pair.slow::learn);
            pair.check();
            pair.checkTops();
            if (round > 0) {
                pair.fast.writeBack();
                pair.fast.forget();
                pair.fast.load();
                pair.check();
                pair.checkTops();
            }
        }
        held.forEach(pair::unlearn);
        assertThat(pair.fast.rawTotal() + pair.fast.continuationTotal() + pair.fast.rawTypes())
                .isZero();
        pair.fast.tuples((context, length, word, count) -> fail("a tuple is left"));
        pair.slow = new SlowCounts(order);
        pair.learnRandomText(3, 100, words);
        pair.check();
    }

    private static List<Integer> randomSentence(Random random, int words) {
        List<Integer> sentence = new ArrayList<>();
        for (int i = random.nextInt(12); i > 0; i--) {
            double u = random.nextDouble();
            sentence.add(2 + (int) ((words - 2) * u * u * u));
        }
        return sentence;
    }

    @ParameterizedTest
    @CsvSource({"2", "3", "5"})
    void shouldRefuseToUnlearnWhatIsNotThere(int order) {
        Pair pair = new Pair(order, 1 << 20);
        pair.learnRandomText(order, 200, 40);
        int[] context = new int[order + 1];
        context[1] = 3;
        context[2] = NgramCounts.BOS;
        assertThatThrownBy(() -> {
                    for (int i = 0; i < 1000; i++) {
                        pair.fast.unlearn(context, Math.min(2, order - 1), 4);
                    }
                })
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("taken out");
    }

    @ParameterizedTest
    @CsvSource({"1", "2", "3", "5", "7"})
    void shouldHoldTheSameCountsWhenReadBackFromItsPages(int order) {
        Pair pair = new Pair(order, 1 << 20);
        for (int round = 0; round < 4; round++) {
            pair.learnRandomText(round, 300, 100 + 100 * round);
            pair.fast.writeBack();
            pair.fast.forget();
            pair.fast.load();
            pair.check();
        }
    }

    /** The most frequent word passes 2³¹ within weeks; every place that holds a count passes it here. */
    @ParameterizedTest
    @CsvSource({"1, 1000000", "2, 1000000", "2, 4000", "3, 1000000", "3, 4000", "5, 1000000", "7, 4000"})
    void shouldCountOnPastTwoToThe31WhateverTheOrderAndTheCache(int order, long cacheBytes) {
        Pair pair = new Pair(order, cacheBytes);
        pair.learnRandomText(order, 150, 30, Integer.MAX_VALUE - 2);
        pair.check();
        for (int step = 0; step < 4; step++) {
            // The same sentences again, one at a time: over the edge.
            pair.learnRandomText(order, 150, 30, 1);
            pair.fast.writeBack();
            pair.fast.forget();
            pair.fast.load();
            pair.check();
        }
        pair.learnRandomText(order + 1, 40, 30, 63_000_000_000_000L / 100);
        pair.check();
        pair.fast.writeBack();
        pair.fast.forget();
        pair.fast.load();
        pair.check();
        assertThat(pair.fast.rawTotal()).isGreaterThan(63_000_000_000_000L);
    }

    @Test
    void shouldListTheHighestCountsPastTwoToThe31() {
        Pair pair = new Pair(2, 1 << 24);
        pair.learnRandomText(5, 1, 700);
        for (int word = 3; word < 700; word++) {
            pair.learn(List.of(2, word), (1L << 31) + word);
        }
        Set<Integer> listed = new HashSet<>();
        long floor = pair.fast.topFollowers(new int[] {0, 2, 0}, 1, (word, raw, continuation) -> listed.add(word));
        assertThat(listed).hasSize(TopFollowers.SIZE).contains(699, 698, 640).doesNotContain(3, 600);
        assertThat(floor).isGreaterThan(1L << 31);
        Set<Integer> owned = new HashSet<>();
        pair.fast.topOwned((word, raw, continuation) -> owned.add(word));
        assertThat(owned).contains(2, 699);
    }

    @Test
    void shouldForgetWhatWasNotWrittenBack() {
        Pair pair = new Pair(3, 1 << 20);
        pair.learnRandomText(1, 50, 30);
        pair.fast.writeBack();
        long before = pair.fast.rawTotal();
        int sizeBefore = pair.pages.size();
        pair.learnRandomText(2, 50, 30);
        assertThat(pair.fast.rawTotal()).isGreaterThan(before);
        pair.fast.forget();
        pair.fast.load();
        assertThat(pair.fast.rawTotal()).isEqualTo(before);
        assertThat(pair.pages.size()).isEqualTo(sizeBefore);
    }

    @Test
    void shouldStayWithinItsBoundWhenTheTextOutgrowsTheCache() {
        Pair pair = new Pair(5, 200_000);
        pair.learnRandomText(5, 3000, 3000);
        pair.fast.trim();
        assertThat(pair.fast.cachedBytes()).isLessThanOrEqualTo(200_000);
        pair.check();
    }

    @Test
    void shouldSpreadAHotContextOverPagesOfBoundedSize() {
        Pair pair = new Pair(3, 1 << 24);
        pair.learnRandomText(5, 1, 6000);
        for (int word = 3; word < 6000; word++) {
            pair.learn(List.of(2, word, 2, (word * 7) % 5990 + 3));
        }
        pair.fast.writeBack();
        int[] largest = {0};
        pair.pages.scan(new byte[0], (key, value) -> {
            if (key[0] != 'w') {
                largest[0] = Math.max(largest[0], value.length);
            }
        });
        assertThat(largest[0]).isLessThan(2_500);
        pair.fast.forget();
        pair.fast.load();
        PositionCounts out = new PositionCounts(3);
        pair.fast.lookup(new int[] {0, 2, 0}, 1, 17, out);
        assertThat(out.followers(1)).isGreaterThan(5_900);
        assertThat(out.raw(1)).isEqualTo(pair.slow.raw(List.of(2, 17)));
    }

    @Test
    void shouldListTheHighestCountsOfAHotContext() {
        Pair pair = new Pair(2, 1 << 24);
        pair.learnRandomText(5, 1, 3000);
        Random random = new Random(4);
        for (int i = 0; i < 20_000; i++) {
            double u = random.nextDouble();
            pair.learn(List.of(2, 3 + (int) (2990 * u * u * u)));
        }
        Map<Integer, long[]> all = pair.slow.followers(List.of(2));
        Set<Integer> listed = new HashSet<>();
        long floor = pair.fast.topFollowers(new int[] {0, 2, 0}, 1, (word, raw, continuation) -> listed.add(word));
        assertThat(listed).hasSize(TopFollowers.SIZE);
        all.forEach((word, counts) -> {
            if (counts[0] > floor) {
                assertThat(listed).contains(word);
            }
        });
        assertThat(floor).isPositive();
    }

    @Test
    void shouldRefuseAStateOfAnotherOrderOrFormat() {
        Pair pair = new Pair(3, 1 << 20);
        pair.learnRandomText(1, 20, 30);
        pair.fast.writeBack();
        NgramCounts other = new NgramCounts(5, pair.pages, 1 << 20, 1 << 20);
        assertThatThrownBy(other::load).hasMessageContaining("order 3").hasMessageContaining("order 5");
        byte[] meta = pair.pages.get(PageKeys.meta());
        meta[0] = 99;
        pair.pages.put(PageKeys.meta(), meta);
        NgramCounts same = new NgramCounts(3, pair.pages, 1 << 20, 1 << 20);
        assertThatThrownBy(same::load).hasMessageContaining("format version 99");
    }

    /** More pairs than are remembered as seen lately, so that most have to be looked up in their pages. */
    @Test
    void shouldFindALeftNeighbourNewOnceAndNeverAgain() {
        HeapPageStore pages = new HeapPageStore();
        NgramCounts counts = new NgramCounts(3, pages, 1 << 20, 1 << 20);
        counts.load();
        int[] ids = new int[400];
        for (int i = 0; i < ids.length; i++) {
            byte[] word = ("w" + i).getBytes(StandardCharsets.UTF_8);
            ids[i] = counts.learnWord(word, 0, word.length, NgramCounts.hash(word, 0, word.length));
        }
        Random random = new Random(7);
        Set<List<Integer>> known = new HashSet<>();
        for (int i = 0; i < 120_000; i++) {
            int word = ids[random.nextInt(ids.length)];
            int previous = ids[random.nextInt(ids.length)];
            assertThat(counts.learnLeftNeighbour(word, previous)).isEqualTo(known.add(List.of(word, previous)));
        }
        assertThat(known).hasSizeGreaterThan(60_000);

        counts.writeBack();
        counts.forget();
        counts.load();

        assertThat(known)
                .allSatisfy(pair -> assertThat(counts.learnLeftNeighbour(pair.get(0), pair.get(1)))
                        .isFalse());
        byte[] fresh = "fresh".getBytes(StandardCharsets.UTF_8);
        int newWord = counts.learnWord(fresh, 0, fresh.length, NgramCounts.hash(fresh, 0, fresh.length));
        assertThat(counts.learnLeftNeighbour(newWord, ids[0])).isTrue();
    }
}
