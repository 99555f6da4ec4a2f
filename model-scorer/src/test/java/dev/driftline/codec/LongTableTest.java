package dev.driftline.codec;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LongTableTest {

    /** Few keys, so that many come and go, and many, so that the table grows. */
    @ParameterizedTest
    @ValueSource(ints = {5, 40, 3000})
    void shouldCountAsAMapDoesWhateverComesAndGoes(int keys) {
        Random random = new Random(keys);
        long[] key = random.longs(keys).toArray();
        key[0] = 0;
        key[1] = Long.MAX_VALUE;
        key[2] = Long.MIN_VALUE;
        LongTable table = new LongTable(8);
        Map<Long, Integer> map = new HashMap<>();
        for (int step = 0; step < 40_000; step++) {
            long at = key[random.nextInt(keys)];
            int before = map.getOrDefault(at, 0);
            assertThat(table.get(at)).isEqualTo(before);
            if (before > 0 && random.nextInt(5) < 3) {
                assertThat(table.decrement(at)).isEqualTo(before - 1);
                map.merge(at, -1, (one, other) -> one + other == 0 ? null : one + other);
            } else {
                assertThat(table.increment(at)).isEqualTo(before);
                map.merge(at, 1, Integer::sum);
            }
            assertThat(table.size()).isEqualTo(map.size());
        }
        for (long one : key) {
            assertThat(table.get(one)).isEqualTo(map.getOrDefault(one, 0));
        }
    }

    @Test
    void shouldKeepTheNumberThatAKeyHas() {
        LongTable table = new LongTable(8);
        for (int key = 0; key < 1000; key++) {
            assertThat(table.putIfAbsent(key, key + 7)).isZero();
        }
        for (int key = 0; key < 1000; key++) {
            assertThat(table.putIfAbsent(key, 1)).isEqualTo(key + 7);
        }
        assertThat(table.get(-2)).isZero();
        assertThat(table.size()).isEqualTo(1000);
        assertThat(table.heapBytes()).isBetween(12_000L, 48_000L);
    }
}
