package dev.driftline.ngram;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.driftline.pages.HeapPageStore;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
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
                    sentence.add(word((int) (400 * u * u * u) + (random.nextInt(4) == 0 ? learned.size() / 4 : 0)));
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
                    context[d] = sentence.get(end - d);
                }
                int word = sentence.get(end);
                if (order > 1 && counts.learn(context, length, word)) {
                    counts.addContinuation(word, 1);
                }
                counts.addUnigram(word, 1);
            }
            counts.endDocument(sentence.size() - 1);
            counts.trim();
        }

        int word(int number) {
            byte[] utf8 = ("w" + number).getBytes(StandardCharsets.UTF_8);
            int hash = NgramCounts.hash(utf8, 0, utf8.length);
            int id = counts.find(utf8, 0, utf8.length, hash);
            return id >= 0 ? id : counts.learnWord(utf8, 0, utf8.length, hash);
        }

        void revive() {
            counts.writeBack();
            counts.forget();
            counts.load();
        }

        /** What every context says must add up: what follows, and what is forgotten, to its total. */
        void check() {
            TreeSet<List<Integer>> contexts = new TreeSet<>((a, b) -> Arrays.compare(ints(a), ints(b)));
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
            for (List<Integer> words : contexts) {
                int length = words.size();
                for (int d = 1; d <= length; d++) {
                    context[d] = words.get(length - d);
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
            StateSize held = counts.held();
            NgramCounts again = new NgramCounts(order, pages, 1 << 22, 1 << 20, new Forgetting(Long.MAX_VALUE, 0, 0));
            counts.writeBack();
            assertThat(again.measured()).isEqualTo(held);
        }

        private static int[] ints(List<Integer> words) {
            return words.stream().mapToInt(Integer::intValue).toArray();
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
                List.of(NgramCounts.BOS, learner.word(7), learner.word(8), learner.word(9), NgramCounts.EOS);
        List<Integer> once =
                List.of(NgramCounts.BOS, learner.word(7001), learner.word(7002), learner.word(7003), NgramCounts.EOS);
        learner.learn(once);
        for (int i = 0; i < 40; i++) {
            learner.learn(often);
            learner.learn(60);
        }
        PositionCounts found = new PositionCounts(3);
        learner.counts.lookup(new int[] {0, often.get(2), often.get(1)}, 2, often.get(3), found);
        assertThat(found.raw(2)).isGreaterThanOrEqualTo(40);
        learner.counts.lookup(new int[] {0, once.get(2), once.get(1)}, 2, once.get(3), found);
        assertThat(found.matched()).isLessThan(2);
    }
}
