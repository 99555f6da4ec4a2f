package dev.driftline.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class BusiestSourcesTest {

    private static final int MOST = 20;

    private final AtomicLong clock = new AtomicLong();
    private final BusiestSources sources = new BusiestSources(MOST, 2, -1, clock::get);

    private void add(String source, int tokens) {
        sources.of(source, tokens).add(TestScores.of(tokens, 1, 2 * tokens, tokens));
    }

    private Map<String, ModelTotals.Sums> after(Duration time) {
        clock.addAndGet(time.toNanos());
        return sources.read();
    }

    @Test
    void shouldCountEachSourceOnItsOwnWhenThereIsRoom() {
        add("news", 10);
        add("news", 20);
        add("science", 5);

        Map<String, ModelTotals.Sums> read = sources.read();

        assertThat(read).containsOnlyKeys("news", "science");
        assertThat(read.get("news").documents()).isEqualTo(2);
        assertThat(read.get("news").tokens()).isEqualTo(30);
        assertThat(read.get("news").unknown()).isEqualTo(2);
        assertThat(read.get("news").modelBits()).containsExactly(60, 30);
    }

    @Test
    void shouldStayBoundedWhenThereAreThousandsOfSources() {
        for (int round = 0; round < 3; round++) {
            for (int i = 0; i < 5_000; i++) {
                add("source-" + i, 10);
            }
            Map<String, ModelTotals.Sums> read = after(Duration.ofSeconds(61));
            assertThat(read).hasSize(MOST + 1).containsKey(BusiestSources.OTHER);
        }
        // All are as busy as the others: nobody lost a place, so nothing that was counted is gone.
        assertThat(sources.read().values().stream()
                        .mapToLong(ModelTotals.Sums::documents)
                        .sum())
                .isEqualTo(15_000);
    }

    @Test
    void shouldGiveASourceThatHasBecomeBusyThePlaceOfTheLeastBusy() {
        for (int i = 0; i < MOST; i++) {
            add("quiet-" + i, 100 + i);
        }
        add("busy", 1_000);
        assertThat(sources.read()).doesNotContainKey("busy");

        assertThat(after(Duration.ofSeconds(61))).containsKey("busy").doesNotContainKey("quiet-0");

        add("busy", 7);
        add("quiet-0", 3);
        Map<String, ModelTotals.Sums> read = sources.read();
        assertThat(read.get("busy").tokens()).as("from 0").isEqualTo(7);
        assertThat(read.get(BusiestSources.OTHER).tokens()).isEqualTo(1_003);
    }

    @Test
    void shouldKeepThePlacesWhenSourcesAreAboutAsBusy() {
        for (int i = 0; i < MOST; i++) {
            add("first-" + i, 100);
        }
        for (int i = 0; i < MOST; i++) {
            add("second-" + i, 190);
        }

        assertThat(after(Duration.ofSeconds(61)).keySet())
                .filteredOn(source -> source.startsWith("second"))
                .isEmpty();
    }

    @Test
    void shouldForgetHowBusyASourceWasLongAgo() {
        for (int i = 0; i < MOST; i++) {
            add("past-" + i, 100_000);
        }
        after(Duration.ofSeconds(61));
        after(Duration.ofHours(3));
        add("now", 10);

        assertThat(after(Duration.ofSeconds(61))).containsKey("now");
    }

    @Test
    void shouldFindTheBusySourceInAFloodOfOthers() {
        for (int minute = 0; minute < 5; minute++) {
            for (int i = 0; i < 3_000; i++) {
                add("once-" + minute + "-" + i, 10);
                if (i % 10 == 0) {
                    add("steady", 10);
                }
            }
            after(Duration.ofSeconds(61));
        }

        assertThat(sources.read()).containsKey("steady").hasSize(MOST + 1);
    }

    @Test
    void shouldCountTogetherWhenASourceIsCalledLikeTheRest() {
        add(BusiestSources.OTHER, 10);

        assertThat(sources.read()).containsOnlyKeys(BusiestSources.OTHER);
    }

    @Test
    void shouldGiveNobodyAPlaceWhenThereIsNone() {
        BusiestSources none = new BusiestSources(0, 2, -1, clock::get);
        none.of("news", 10).add(TestScores.of(10, 0, 20, 10));
        clock.addAndGet(Duration.ofHours(1).toNanos());

        assertThat(none.read()).containsOnlyKeys(BusiestSources.OTHER);
    }

    @Test
    void shouldLoseNothingWhenThreadsCountWhileItIsRead() throws Exception {
        int threads = 4;
        int each = 20_000;
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            List<Future<?>> running = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                int thread = t;
                running.add(pool.submit(() -> {
                    for (int i = 0; i < each; i++) {
                        add("source-" + (i + thread) % (2 * MOST), 10);
                    }
                }));
            }
            while (running.stream().anyMatch(task -> !task.isDone())) {
                assertThat(sources.read()).hasSizeLessThanOrEqualTo(MOST + 1);
            }
            for (Future<?> task : running) {
                task.get();
            }
        } finally {
            pool.shutdownNow();
        }
        assertThat(sources.read().values().stream()
                        .mapToLong(ModelTotals.Sums::documents)
                        .sum())
                .isEqualTo((long) threads * each);
    }
}
