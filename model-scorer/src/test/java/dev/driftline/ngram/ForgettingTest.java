package dev.driftline.ngram;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.driftline.pages.HeapPageStore;
import dev.driftline.smoothing.PositionCounts;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Counts that have a bound, or that fade. */
class ForgettingTest {

    /** Learns sentences of a language whose words and phrases change as it goes on. */
    private static final class Learner {

        final HeapPageStore pages = new HeapPageStore();
        final Random random;
        final int order;
        final NgramCounts counts;
        final List<List<Integer>> learned = new ArrayList<>();

        Learner(int order, long cacheBytes, Forgetting forgetting, long seed) {
            this.order = order;
            random = new Random(seed);
            counts = new NgramCounts(order, pages, cacheBytes, 1 << 20, forgetting);
            counts.load();
        }

        void learn(int sentences) {
            for (int s = 0; s < sentences; s++) {
                List<Integer> sentence = new ArrayList<>();
                sentence.add(NgramCounts.BOS);
                for (int i = random.nextInt(14); i > 0; i--) {
                    double u = random.nextDouble();
                    sentence.add(code((int) (400 * u * u * u) + (random.nextInt(4) == 0 ? learned.size() / 4 : 0)));
                }
                sentence.add(NgramCounts.EOS);
                if (random.nextInt(5) == 0 && !learned.isEmpty()) {
                    sentence = learned.get(learned.size() - 1 - random.nextInt(Math.min(50, learned.size())));
                }
                learn(sentence);
            }
        }

        private void learn(List<Integer> sentence) {
            learned.add(sentence);
            int[] context = new int[order + 1];
            for (int end = 1; end < sentence.size(); end++) {
                int length = Math.min(end, order - 1);
                for (int d = 1; d <= length; d++) {
                    context[d] = learnedId(sentence.get(end - d));
                }
                int word = learnedId(sentence.get(end));
                if (order > 1 && counts.learn(context, length, word)) {
                    counts.addContinuation(word, 1);
                }
                counts.addUnigram(word, 1);
            }
            counts.endDocument(sentence.size() - 1);
            counts.trim();
        }

        /** What stands for a word in a sentence, whatever its id is then. */
        int code(int number) {
            return number + 2;
        }

        /** The id of a word, or a negative number where it has none. */
        int id(int code) {
            return code <= NgramCounts.EOS ? code : counts.find("w" + (code - 2));
        }

        private int learnedId(int code) {
            int id = id(code);
            byte[] utf8 = ("w" + (code - 2)).getBytes(StandardCharsets.UTF_8);
            return id >= 0 ? id : counts.learnWord(utf8, 0, utf8.length, NgramCounts.hash(utf8, 0, utf8.length));
        }

        /** Every n-gram that came, in its longest context. */
        Set<List<Integer>> longest() {
            Set<List<Integer>> ngrams = new HashSet<>();
            for (List<Integer> sentence : learned) {
                for (int end = 1; end < sentence.size(); end++) {
                    ngrams.add(sentence.subList(Math.max(0, end - order + 1), end + 1));
                }
            }
            return ngrams;
        }

        int storedBytes() {
            int[] bytes = {0};
            pages.scan(new byte[0], (key, value) -> bytes[0] += key.length + value.length);
            return bytes[0];
        }

        void revive() {
            counts.writeBack();
            counts.forget();
            counts.load();
        }

        /** What every context says must add up: what follows, and what is forgotten, to its total. */
        void check() {
            TreeSet<List<Integer>> contexts = new TreeSet<>(Learner::compare);
            for (List<Integer> sentence : learned) {
                for (int end = 1; end < sentence.size(); end++) {
                    for (int length = 1; length < order && end - length >= 0; length++) {
                        contexts.add(sentence.subList(end - length, end));
                    }
                }
            }
            PositionCounts found = new PositionCounts(order);
            PositionCounts other = new PositionCounts(order);
            PositionLookups together = new PositionLookups(order);
            int[] context = new int[order + 1];
            int number = 0;
            for (List<Integer> words : contexts) {
                int length = words.size();
                // All of one word, and a part of the others: the next check has other contexts.
                if (length > 1 && number++ % 4 != 0) {
                    continue;
                }
                for (int d = 1; d <= length; d++) {
                    context[d] = id(words.get(length - d));
                }
                counts.lookup(context, length, -2, found);
                together.add(context, length, -2);
                counts.lookup(together);
                together.read(0, other);
                together.clear();
                assertThat(other.differsFrom(found)).as("%s", words).isZero();
                TreeMap<Integer, long[]> followers = new TreeMap<>();
                counts.followers(
                        context,
                        length,
                        (word, raw, left) -> assertThat(followers.put(word, new long[] {raw, left}))
                                .isNull());
                if (found.matched() < length) {
                    assertThat(followers).as("followers of %s", words).isEmpty();
                    continue;
                }
                long[] figures = new long[PositionCounts.STRIDE];
                followers.forEach((word, both) -> {
                    assertThat(both[0]).isPositive();
                    figures[0] += both[0];
                    figures[(int) Math.min(3, both[0])]++;
                    figures[4] += both[1];
                    if (both[1] > 0) {
                        figures[4 + (int) Math.min(3, both[1])]++;
                    }
                });
                figures[0] += found.figure(length, PositionCounts.FORGOTTEN_RAW);
                figures[4] += found.figure(length, PositionCounts.FORGOTTEN_CONTINUATION);
                for (int f = 0; f < 8; f++) {
                    assertThat(found.figure(length, f))
                            .as("figure %d of %s: %s", f, words, followers.keySet())
                            .isEqualTo(figures[f]);
                }
                long most = counts.topFollowers(
                        context,
                        length,
                        (word, raw, count) -> assertThat(followers.get(word)[length == order - 1 ? 0 : 1])
                                .isEqualTo(count));
                assertThat(most).isNotNegative();
            }
            checkHeld();
        }

        /** No page may have a word that has lost its id, and what is held is what is said to be. */
        void checkHeld() {
            counts.heldEverywhere((at, length, word, count, left, used) -> {
                for (int d = 1; d <= length; d++) {
                    assertThat(counts.spelling(at[d])).isNotEmpty();
                }
                if (word >= 0) {
                    assertThat(counts.spelling(word)).isNotEmpty();
                }
            });
            StateSize held = counts.held();
            NgramCounts again = new NgramCounts(order, pages, 1 << 22, 1 << 20, new Forgetting(Long.MAX_VALUE, 0, 0));
            counts.writeBack();
            assertThat(again.measured()).isEqualTo(held);
        }

        private static int compare(List<Integer> one, List<Integer> other) {
            int common = Math.min(one.size(), other.size());
            for (int i = 0; i < common; i++) {
                int order = Integer.compare(one.get(i), other.get(i));
                if (order != 0) {
                    return order;
                }
            }
            return Integer.compare(one.size(), other.size());
        }

        /** Everything that is held, in an order of its own. */
        List<String> held() {
            List<String> all = new ArrayList<>();
            counts.heldEverywhere((context, length, word, count, left, used) ->
                    all.add(Arrays.toString(Arrays.copyOfRange(context, 1, length + 1)) + " " + word + " " + count + " "
                            + left + " " + (used && count > 1)));
            all.sort(null);
            all.add(counts.held() + " " + counts.forgotten() + " " + counts.rawTotal() + " "
                    + counts.continuationTotal() + " " + counts.rawTypes());
            return all;
        }
    }

    @ParameterizedTest
    @CsvSource({
        "2, 600, 100000000",
        "3, 1500, 100000000",
        "3, 1500, 20000",
        "5, 500, 100000000",
        "5, 2500, 20000",
        "5, 2500, 100000000",
        "7, 2500, 100000"
    })
    void shouldStayWithinItsBoundAndAddUp(int order, long bound, long cacheBytes) {
        Learner learner = new Learner(order, cacheBytes, new Forgetting(0, bound, 0), order + bound);
        for (int round = 0; round < 4; round++) {
            learner.learn(300);
            assertThat(learner.counts.held().ngrams()).isLessThanOrEqualTo(bound);
            learner.check();
            learner.revive();
            learner.check();
        }
        assertThat(learner.counts.forgotten().ngrams()).isGreaterThan(bound);
    }

    @ParameterizedTest
    @CsvSource({"2, 0", "3, 0", "5, 0", "5, 2500", "7, 0"})
    void shouldAddUpWhileCountsFade(int order, long bound) {
        Learner learner = new Learner(order, 100_000, new Forgetting(0, bound, 2_000), order + bound);
        for (int round = 0; round < 4; round++) {
            learner.learn(300);
            learner.check();
            learner.revive();
        }
        // Some 8,500 tokens were learned; with a half-life of 2,000 about 2,900 are left.
        assertThat((double) learner.counts.rawTotal()).isCloseTo(2_900, within(700.0));
        assertThat(learner.counts.held().ngrams() + learner.counts.forgotten().ngrams())
                .as("each n-gram that came is held or was forgotten")
                .isGreaterThanOrEqualTo(learner.longest().size());
        assertThat(learner.counts.forgotten().bytes())
                .isGreaterThan(learner.counts.forgotten().ngrams());
    }

    @ParameterizedTest
    @CsvSource({"2, 600, 0", "3, 1200, 0", "5, 1500, 0", "5, 0, 1500", "5, 1500, 1500"})
    void shouldForgetTheSameWhereverCommitsFell(int order, long bound, long halfLife) {
        Forgetting forgetting = new Forgetting(0, bound, halfLife);
        Learner whole = new Learner(order, 1 << 26, forgetting, 7);
        Learner torn = new Learner(order, 30_000, forgetting, 7);
        Random random = new Random(5);
        for (int round = 0; round < 30; round++) {
            int sentences = random.nextInt(50);
            whole.learn(sentences);
            torn.learn(sentences);
            torn.revive();
        }
        List<String> expected = whole.held();
        List<String> found = torn.held();
        assertThat(found.stream()
                        .filter(one -> !expected.contains(one))
                        .limit(5)
                        .toList())
                .isEqualTo(expected.stream()
                        .filter(one -> !found.contains(one))
                        .limit(5)
                        .toList());
    }

    @Test
    void shouldKeepWhatIsUsedAndForgetWhatIsOldAndSeenOnce() {
        Learner learner = new Learner(3, 1 << 26, new Forgetting(0, 2_000, 0), 3);
        List<Integer> often =
                List.of(NgramCounts.BOS, learner.code(7), learner.code(8), learner.code(9), NgramCounts.EOS);
        List<Integer> once =
                List.of(NgramCounts.BOS, learner.code(7001), learner.code(7002), learner.code(7003), NgramCounts.EOS);
        learner.learn(once);
        for (int i = 0; i < 40; i++) {
            learner.learn(often);
            learner.learn(60);
        }
        PositionCounts found = new PositionCounts(3);
        learner.counts.lookup(
                new int[] {0, learner.id(often.get(2)), learner.id(often.get(1))}, 2, learner.id(often.get(3)), found);
        assertThat(found.raw(2)).isGreaterThanOrEqualTo(40);
        learner.counts.lookup(
                new int[] {0, learner.id(once.get(2)), learner.id(once.get(1))}, 2, learner.id(once.get(3)), found);
        assertThat(found.matched()).isLessThan(2);
    }

    /** A year of new words must not take more ids, pages and bytes than a month of them. */
    @ParameterizedTest
    @CsvSource({"1, 500, 0", "2, 1500, 0", "3, 3000, 0", "3, 0, 1500"})
    void shouldHoldNoMoreWordsThanFitHoweverManyNewOnesCome(int order, long bound, long halfLife) {
        Learner learner = new Learner(order, 1 << 20, new Forgetting(0, bound, halfLife), order + bound);
        Set<String> counted = new TreeSet<>();
        learner.counts.onForgotten(
                false, word -> assertThat(counted.remove(word)).as(word).isTrue());
        long[] words = new long[2];
        int[] stored = new int[2];
        for (int half = 0; half < 2; half++) {
            for (int i = 0; i < 1_000; i++) {
                List<Integer> sentence = new ArrayList<>(List.of(NgramCounts.BOS));
                for (int n = 0; n < 6; n++) {
                    int number = n % 2 == 0 ? learner.random.nextInt(30) : 1_000 + half * 3_000 + i * 3 + n / 2;
                    sentence.add(learner.code(number));
                    counted.add("w" + number);
                }
                sentence.add(NgramCounts.EOS);
                learner.learn(sentence);
                if (i % 100 == 99) {
                    learner.revive();
                    stored[half] = Math.max(stored[half], learner.storedBytes());
                    words[half] = Math.max(words[half], learner.counts.held().words());
                }
            }
            learner.checkHeld();
        }
        assertThat(words[1]).isLessThan(words[0] * 13 / 10);
        assertThat(stored[1]).isLessThan(stored[0] * 13 / 10);
        assertThat(learner.counts.wordCount()).isLessThan(4_000);
        assertThat(learner.counts.forgotten().words()).isGreaterThan(2_000);
        Set<String> found = new TreeSet<>();
        learner.counts.unigrams((id, raw, continuation) -> {
            if (raw > 0 && id != NgramCounts.EOS) {
                found.add(learner.counts.spelling(id));
            }
        });
        assertThat(found).isEqualTo(counted);
        long[] sums = new long[2];
        learner.counts.unigrams((id, raw, continuation) -> {
            sums[0] += raw;
            sums[1] += continuation;
        });
        assertThat(learner.counts.rawTotal()).isEqualTo(sums[0]);
        assertThat(learner.counts.continuationTotal()).isEqualTo(sums[1]);
    }
}
