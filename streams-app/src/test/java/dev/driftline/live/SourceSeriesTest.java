package dev.driftline.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SourceSeriesTest {

    private static final int MOST = 32;

    private final SourceSeries series = new SourceSeries(MOST);

    @Test
    void shouldPutTheDocumentsOfASecondIntoOnePoint() {
        series.add(cost(10_100, 10, 50));
        series.add(cost(10_900, 30, 90));
        series.add(cost(12_000, 10, 40));

        assertThat(series.points())
                .containsExactly(
                        Arrays.asList(10_000L, 2, 40L, 3.5, 3.5, null, 3.5, 0.0),
                        Arrays.asList(12_000L, 1, 10L, 4.0, 4.0, null, 4.0, 0.0));
    }

    @Test
    void shouldMergeOlderPointsWhereFewerAreWantedAndLoseNoDocument() {
        for (int second = 0; second < MOST; second++) {
            series.add(cost(1_000L * second, 10, 10 + second));
        }
        for (int most : new int[] {1, 2, 3, 7, 8, 20, MOST, 1_000}) {
            List<List<Object>> points = series.points(most);
            assertThat(points).hasSizeLessThanOrEqualTo(most);
            assertThat(points.get(0).get(0)).isEqualTo(0L);
            assertThat(points.stream().mapToInt(point -> (Integer) point.get(1)).sum())
                    .isEqualTo(MOST);
            assertThat(points.stream()
                            .mapToDouble(point -> (Long) point.get(2) * (Double) point.get(3))
                            .sum())
                    .isCloseTo(MOST * 10 + MOST * (MOST - 1) / 2.0, within(0.1));
            int newer = Math.min(most / 2, MOST);
            assertThat(points.subList(points.size() - newer, points.size()))
                    .isEqualTo(series.points().subList(MOST - newer, MOST));
        }
    }

    @Test
    void shouldKeepTheNetworkApartFromDocumentsWithoutIt() {
        series.add(new DocumentCost(1_000, 10, 0, 50, 60, Double.NaN, 40));
        series.add(new DocumentCost(1_000, 10, 0, 50, 60, 70, 40));

        assertThat(series.points()).containsExactly(List.of(1_000L, 2, 20L, 5.0, 6.0, 7.0, 4.0, 0.0));
    }

    @Test
    void shouldFindTheRightPlaceForDocumentsThatComeOutOfOrder() {
        series.add(cost(5_000, 1, 5));
        series.add(cost(1_000, 1, 1));
        series.add(cost(3_000, 1, 3));
        series.add(cost(1_500, 1, 2));

        assertThat(series.points()).extracting(point -> point.get(0)).containsExactly(1_000L, 3_000L, 5_000L);
        assertThat(series.points().get(0).get(1)).isEqualTo(2);
    }

    @Test
    void shouldStayWithinItsRoomAndLoseNoDocument() {
        Random random = new Random(1);
        long at = 1_700_000_000_000L;
        long tokens = 0;
        for (int i = 0; i < 5_000; i++) {
            at += random.nextInt(3_000) - 500;
            tokens += 1 + i % 7;
            series.add(cost(at, 1 + i % 7, 10));
        }

        List<List<Object>> points = series.points();
        assertThat(points).hasSizeBetween(MOST / 4, MOST);
        assertThat(points.stream().mapToInt(point -> (Integer) point.get(1)).sum())
                .isEqualTo(5_000);
        assertThat(points.stream().mapToLong(point -> (Long) point.get(2)).sum())
                .isEqualTo(tokens);
        assertThat(points).extracting(point -> (Long) point.get(0)).isSorted().doesNotHaveDuplicates();
    }

    @Test
    void shouldTellChangesFromTheFirstPointThatChanged() {
        series.add(cost(1_000, 1, 1));
        series.add(cost(2_000, 1, 1));
        assertThat(series.changes()).hasSize(2);
        assertThat(series.changes()).isEmpty();

        series.add(cost(2_500, 1, 1));
        series.add(cost(3_000, 1, 1));
        assertThat(series.changes()).extracting(point -> point.get(0)).containsExactly(2_000L, 3_000L);
    }

    /** What a client has that replaces what it had by every change is what the series has. */
    @Test
    void shouldLetAFollowerHaveTheSamePoints() {
        Random random = new Random(2);
        List<List<Object>> followed = List.of();
        long at = 0;
        for (int i = 0; i < 3_000; i++) {
            at += random.nextInt(4_000) - 1_000;
            series.add(cost(Math.max(0, at), 1, 1));
            if (random.nextInt(5) == 0) {
                List<List<Object>> changes = series.changes();
                long first = changes.isEmpty()
                        ? Long.MAX_VALUE
                        : (Long) changes.get(0).get(0);
                List<List<Object>> next = new ArrayList<>(followed);
                next.removeIf(point -> (Long) point.get(0) >= first);
                next.addAll(changes);
                followed = next;
                assertThat(followed).isEqualTo(series.points());
            }
        }
    }

    private static DocumentCost cost(long at, int tokens, double bits) {
        return new DocumentCost(at, tokens, 0, bits, bits, Double.NaN, bits);
    }
}
