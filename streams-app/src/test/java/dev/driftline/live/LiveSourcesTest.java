package dev.driftline.live;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LiveSourcesTest {

    private final LiveSources sources = new LiveSources(3);

    @Test
    void shouldForgetTheSourceThatHasBeenIdleLongest() {
        add("a", "b", "c", "a", "d");

        assertThat(named(sources.describe(10, Optional.empty(), false))).containsExactly("d", "a", "c");
        assertThat(sources.describe(10, Optional.empty(), false)).containsEntry("forgotten", 1L);
    }

    @Test
    void shouldListThoseThatWereActiveLast() {
        add("a", "b", "c");

        assertThat(named(sources.describe(2, Optional.empty(), false))).containsExactly("c", "b");
        assertThat(named(sources.describe(2, Optional.of("a"), false))).containsExactly("a");
    }

    @Test
    void shouldSumUpAllSources() {
        sources.add("a", new DocumentCost(1_000, 10, 1, 40, 50, 60, 20));
        sources.add("b", new DocumentCost(1_000, 30, 2, 40, 50, 60, 20));

        Map<?, ?> total =
                (Map<?, ?>) sources.describe(1, Optional.empty(), true).get("total");
        assertThat(total.get("documents")).isEqualTo(2L);
        assertThat(total.get("tokens")).isEqualTo(40L);
        assertThat(total.get("unknown_tokens")).isEqualTo(3L);
        assertThat(total.get("perplexity"))
                .isEqualTo(Map.of("mixture", 4.0, "ngram", 5.657, "network", 8.0, "class", 2.0, "unknown_rate", 0.075));
        assertThat(total.get("points")).isEqualTo(List.of(List.of(1_000L, 2, 40L, 2.0, 2.5, 3.0, 1.0, 0.075)));
    }

    @Test
    void shouldKeepItsMeansWhenADocumentCostsInfinitelyMuch() {
        double infinite = Double.POSITIVE_INFINITY;
        sources.add("a", new DocumentCost(1_000, 10, 0, 40, 50, 60, 40));
        sources.add("a", new DocumentCost(1_000, 10, 0, infinite, infinite, infinite, infinite));
        sources.add("a", new DocumentCost(1_000, 10, 0, 40, infinite, infinite, 40));

        Map<?, ?> total =
                (Map<?, ?>) sources.describe(1, Optional.empty(), true).get("total");

        assertThat(total.get("documents")).isEqualTo(3L);
        assertThat((Map<?, ?>) total.get("perplexity"))
                .extracting("mixture", "ngram", "network")
                .containsExactly(16.0, 32.0, 64.0);
    }

    @Test
    void shouldTakeADocumentOfATimeBefore1970() {
        sources.add("a", new DocumentCost(-1_500, 10, 1, 40, 50, 60, 20));

        assertThat(sources.totals(1_000)).containsEntry("documents", 1L);
    }

    @Test
    void shouldTellEachChangeOnce() {
        add("a", "b");
        Map<String, Object> first = sources.changes().orElseThrow();
        assertThat(named(first)).containsExactly("a", "b");
        assertThat(sources.changes()).isEmpty();

        add("b");
        Map<String, Object> second = sources.changes().orElseThrow();
        assertThat(named(second)).containsExactly("b");
        assertThat((Long) second.get("version")).isEqualTo((Long) first.get("version") + 1);
        assertThat(sources.describe(1, Optional.empty(), false)).containsEntry("version", second.get("version"));
    }

    @Test
    void shouldBoundThePointsOfAnAnswerAndOfAnEventHoweverManySourcesThereAre() {
        LiveSources many = new LiveSources(LiveSources.MOST_SOURCES);
        for (int i = 0; i < LiveSources.MOST_SOURCES; i++) {
            for (int second = 0; second < 100; second++) {
                many.add("source-" + i, new DocumentCost(1_000L * second, 1, 0, 1, 1, Double.NaN, 1));
            }
        }
        assertThat(points(many.describe(LiveSources.MOST_SOURCES, Optional.empty(), true)))
                .isBetween(LiveSources.MOST_POINTS / 2, LiveSources.MOST_POINTS);
        assertThat(points(many.describe(1, Optional.empty(), true))).isEqualTo(100);
        int told = 0;
        for (Optional<Map<String, Object>> changes = many.changes(); changes.isPresent(); changes = many.changes()) {
            assertThat(points(changes.get())).isLessThan(LiveSources.MOST_CHANGED_POINTS + LiveSources.SOURCE_POINTS);
            told += named(changes.get()).size();
        }
        assertThat(told).as("all of them, in turns").isEqualTo(LiveSources.MOST_SOURCES);
    }

    private static int points(Map<String, Object> described) {
        return ((List<?>) Objects.requireNonNull(described.get("sources")))
                .stream()
                        .mapToInt(source -> ((List<?>) ((Map<?, ?>) source).get("points")).size())
                        .sum();
    }

    @Test
    void shouldTellManyChangesInTurns() {
        LiveSources many = new LiveSources(LiveSources.MOST_CHANGES + 50);
        for (int i = 0; i < LiveSources.MOST_CHANGES + 50; i++) {
            many.add("source-" + i, new DocumentCost(1_000, 1, 0, 1, 1, Double.NaN, 1));
        }

        assertThat(named(many.changes().orElseThrow())).hasSize(LiveSources.MOST_CHANGES);
        assertThat(named(many.changes().orElseThrow())).hasSize(50);
        assertThat(many.changes()).isEmpty();
    }

    @Test
    void shouldCountTheRateOfTheLastFullSeconds() {
        for (int second = 1; second <= 10; second++) {
            sources.add("a", new DocumentCost(1000L * second + 500, 20, 0, 1, 1, Double.NaN, 1));
        }

        assertThat(sources.totals(11_000))
                .containsEntry("tokens_per_second", 20.0)
                .containsEntry("documents_per_second", 1.0);
        assertThat(sources.totals(16_000)).containsEntry("tokens_per_second", 10.0);
        assertThat(sources.totals(60_000)).containsEntry("tokens_per_second", 0.0);
    }

    private void add(String... names) {
        for (String name : names) {
            sources.add(name, new DocumentCost(1_000, 1, 0, 1, 1, Double.NaN, 1));
        }
    }

    private static List<Object> named(Map<String, Object> answer) {
        return ((List<?>) answer.get("sources"))
                .stream()
                        .<Object>map(source -> ((Map<?, ?>) source).get("source"))
                        .toList();
    }
}
