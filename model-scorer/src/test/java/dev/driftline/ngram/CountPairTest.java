package dev.driftline.ngram;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CountPairTest {

    @Test
    void shouldNumberEveryPairOfSmallCountsInOrder() {
        int last = 0;
        for (int count = 1; count <= CountPair.LARGEST; count++) {
            for (int distinct = 0; distinct <= count; distinct++) {
                int pair = CountPair.of(count, distinct);
                assertThat(pair).isEqualTo(++last);
                assertThat(CountPair.count(pair)).isEqualTo(count);
                assertThat(CountPair.distinct(pair, count)).isEqualTo(distinct);
            }
        }
        // Two bytes, as a varint.
        assertThat(last).isLessThan(1 << 14);
    }

    @Test
    void shouldHaveNoNumberForOtherPairs() {
        assertThat(CountPair.of(CountPair.LARGEST + 1, 1)).isZero();
        assertThat(CountPair.of(2, 3)).isZero();
        assertThat(CountPair.of(0, 0)).isZero();
        assertThat(CountPair.of(1L << 40, 1L << 33)).isZero();
        assertThat(CountPair.count(0)).isZero();
        // Of a page that is damaged.
        assertThat(CountPair.count(Integer.MAX_VALUE)).isEqualTo(65_535);
    }
}
