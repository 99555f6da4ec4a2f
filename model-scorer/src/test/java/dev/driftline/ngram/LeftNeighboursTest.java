package dev.driftline.ngram;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.driftline.pages.HeapPageStore;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LeftNeighboursTest {

    private final HeapPageStore pages = new HeapPageStore();

    private NgramCounts counts(int order, long cacheBytes) {
        NgramCounts counts = new NgramCounts(order, pages, cacheBytes, cacheBytes);
        counts.load();
        return counts;
    }

    private static int[] words(NgramCounts counts, int size) {
        int[] ids = new int[size];
        for (int i = 0; i < size; i++) {
            byte[] word = ("w" + i).getBytes(StandardCharsets.UTF_8);
            ids[i] = counts.learnWord(word, 0, word.length, NgramCounts.hash(word, 0, word.length));
        }
        return ids;
    }

    @ParameterizedTest
    @CsvSource({"2,20000", "3,20000", "5,16777216"})
    void shouldCountEverySightingAndTakeEachOutAgain(int order, long cacheBytes) {
        NgramCounts counts = counts(order, cacheBytes);
        int[] ids = words(counts, 120);
        Map<List<Integer>, Long> expected = new HashMap<>();
        List<List<Integer>> sightings = new ArrayList<>();
        Random random = new Random(order);
        for (int i = 0; i < 20_000; i++) {
            if (!sightings.isEmpty() && random.nextInt(10) < 3) {
                int at = random.nextInt(sightings.size());
                List<Integer> pair = sightings.get(at);
                sightings.set(at, sightings.get(sightings.size() - 1));
                sightings.remove(sightings.size() - 1);
                long left = expected.merge(pair, -1L, Long::sum);
                assertThat(counts.unlearnLeftNeighbour(pair.get(0), pair.get(1)))
                        .isEqualTo(left == 0);
            } else {
                // A few pairs come often.
                double u = random.nextDouble();
                int word = ids[(int) (120 * u * u * u)];
                double v = random.nextDouble();
                List<Integer> pair = List.of(word, ids[(int) (120 * v * v)]);
                sightings.add(pair);
                assertThat(counts.learnLeftNeighbour(pair.get(0), pair.get(1)))
                        .isEqualTo(expected.merge(pair, 1L, Long::sum) == 1);
            }
            if (i % 3_000 == 2_999) {
                counts.writeBack();
                counts.forget();
                counts.load();
            }
            counts.trim();
        }
        for (int word : ids) {
            for (int previous : ids) {
                assertThat(counts.leftNeighbour(word, previous))
                        .isEqualTo(expected.getOrDefault(List.of(word, previous), 0L));
            }
            counts.trim();
        }
        assertThat(counts.countsSightings()).isTrue();
        for (List<Integer> pair : sightings) {
            counts.unlearnLeftNeighbour(pair.get(0), pair.get(1));
        }
        for (int id = 0; id < counts.wordCount(); id++) {
            counts.tuples(id, (context, length, word, count) -> {
                throw new AssertionError("a left neighbour is left");
            });
        }
    }

    @Test
    void shouldShowWhatIsPendingToWhoeverReadsThePages() {
        NgramCounts counts = counts(3, 1 << 20);
        int[] ids = words(counts, 2);
        for (int i = 0; i < 5; i++) {
            counts.learnLeftNeighbour(ids[0], ids[1]);
        }
        long[] read = {0};
        for (int id = 0; id < counts.wordCount(); id++) {
            counts.tuples(id, (context, length, word, count) -> read[0] += count);
        }
        assertThat(read[0]).isEqualTo(5);
        assertThat(counts.leftNeighbour(ids[0], ids[1])).isEqualTo(5);
    }

    @Test
    void shouldWriteNothingTwiceAndNothingThatWasForgotten() {
        NgramCounts counts = counts(3, 1 << 20);
        int[] ids = words(counts, 2);
        counts.learnLeftNeighbour(ids[0], ids[1]);
        counts.writeBack();
        counts.learnLeftNeighbour(ids[0], ids[1]);
        counts.writeBack();
        counts.writeBack();
        counts.learnLeftNeighbour(ids[0], ids[1]);
        counts.forget();
        counts.load();
        assertThat(counts.leftNeighbour(ids[0], ids[1])).isEqualTo(2);
    }

    @Test
    void shouldRefuseToTakeOutWhatWasNotSeen() {
        NgramCounts counts = counts(3, 1 << 20);
        int[] ids = words(counts, 3);
        counts.learnLeftNeighbour(ids[0], ids[1]);
        assertThatThrownBy(() -> counts.unlearnLeftNeighbour(ids[0], ids[2])).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> counts.unlearnLeftNeighbour(ids[2], ids[1])).isInstanceOf(IllegalStateException.class);
        assertThat(counts.leftNeighbour(ids[0], ids[1])).isEqualTo(1);
    }

    /** It has no field that says otherwise, and a pair once that came often. */
    @Test
    void shouldTakeAStateOfAnEarlierVersionForOneThatKnowsPresenceAlone() {
        NgramCounts before = counts(3, 1 << 20);
        int[] ids = words(before, 3);
        before.learnLeftNeighbour(ids[0], ids[1]);
        before.writeBack();
        byte[] totals = pages.get(PageKeys.meta());
        pages.put(PageKeys.meta(), Arrays.copyOf(totals, totals.length - 1));

        NgramCounts counts = counts(3, 1 << 20);
        assertThat(counts.countsSightings()).isFalse();
        assertThat(counts.learnLeftNeighbour(ids[0], ids[1])).isFalse();
        assertThat(counts.leftNeighbour(ids[0], ids[1])).isEqualTo(1);
        assertThat(counts.leftNeighbour(ids[0], ids[2])).isZero();
        assertThat(counts.unlearnLeftNeighbour(ids[0], ids[1])).isFalse();
        counts.writeBack();
        counts.forget();
        assertThat(counts.countsSightings()).isFalse();
        assertThat(counts.unlearnLeftNeighbour(ids[0], ids[1])).isTrue();
        assertThat(counts.unlearnLeftNeighbour(ids[0], ids[1])).isFalse();
        assertThat(counts.learnLeftNeighbour(ids[0], ids[1])).isTrue();
    }
}
