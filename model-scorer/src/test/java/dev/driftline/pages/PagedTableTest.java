package dev.driftline.pages;

import static org.assertj.core.api.Assertions.assertThat;

import dev.driftline.codec.Varints;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PagedTableTest {

    private static final byte[] PREFIX = {'t'};

    @ParameterizedTest
    @ValueSource(longs = {0, 20_000, 1 << 24})
    void shouldHoldWhatAMapHoldsWhenKeysComeAndGo(long cacheBytes) {
        HeapPageStore store = new HeapPageStore();
        PageCache cache = new PageCache(store, cacheBytes);
        PagedTable table = new PagedTable(cache, PREFIX, 2, 64);
        Map<Long, int[]> expected = new HashMap<>();
        Random random = new Random(3);
        int[] into = new int[2];
        for (int round = 0; round < 12; round++) {
            // Grows for some rounds, then shrinks to nearly nothing, twice.
            boolean grows = round % 6 < 3;
            for (int i = 0; i < 3_000; i++) {
                long key = random.nextInt(6_000) * 0x1234567L;
                if (random.nextInt(8) != 0 == grows) {
                    int[] numbers = {random.nextInt(100), i};
                    table.put(key, numbers, 0);
                    expected.put(key, numbers);
                } else {
                    table.ahead(key);
                    table.readAhead();
                    assertThat(table.remove(key)).isEqualTo(expected.remove(key) != null);
                    assertThat(table.read(key, into, 0)).isFalse();
                }
                if (i % 50 == 0) {
                    cache.trim();
                }
            }
            Varints.Writer head = new Varints.Writer(16);
            table.checkpoint(head);
            if (round % 2 == 1) {
                cache = new PageCache(store, cacheBytes);
                table = new PagedTable(cache, PREFIX, 2, 64);
                table.open(new Varints.Reader(head.toByteArray()));
            }
            assertThat(table.size()).isEqualTo(expected.size());
            for (long i = 0; i < 6_000; i++) {
                int[] numbers = expected.get(i * 0x1234567L);
                assertThat(table.read(i * 0x1234567L, into, 0)).isEqualTo(numbers != null);
                if (numbers != null) {
                    assertThat(into).isEqualTo(numbers);
                }
            }
        }
    }

    @Test
    void shouldLeaveNothingInTheStoreNorOnTheHeapWhenEveryKeyWasRemoved() {
        HeapPageStore store = new HeapPageStore();
        PageCache cache = new PageCache(store, 1 << 16);
        PagedTable table = new PagedTable(cache, PREFIX, 1, 1);
        for (int i = 0; i < 50_000; i++) {
            table.put(i, new int[] {i}, 0);
            cache.trim();
        }
        table.checkpoint(new Varints.Writer(16));
        assertThat(pages(store)).isGreaterThan(500);
        for (int i = 0; i < 50_000; i++) {
            assertThat(table.remove(i)).isTrue();
            cache.trim();
        }
        assertThat(table.mustCheckpoint()).isTrue();
        Varints.Writer head = new Varints.Writer(16);
        table.checkpoint(head);
        assertThat(pages(store)).isZero();
        assertThat(cache.heapBytes()).isLessThan(1 << 17);
        PagedTable again = new PagedTable(new PageCache(store, 1 << 16), PREFIX, 1, 1);
        again.open(new Varints.Reader(head.toByteArray()));
        assertThat(again.size()).isZero();
        assertThat(again.fullBytes()).isLessThan(10_000);
        assertThat(again.read(7, new int[1], 0)).isFalse();
    }

    @Test
    void shouldStandAsAtTheCheckpointWhenWhatWasRemovedSinceWasNotWritten() {
        HeapPageStore store = new HeapPageStore();
        PagedTable table = new PagedTable(new PageCache(store, 1 << 20), PREFIX, 1, 16);
        for (int i = 0; i < 1_000; i++) {
            table.put(i, new int[] {i}, 0);
        }
        Varints.Writer head = new Varints.Writer(16);
        table.checkpoint(head);
        for (int i = 0; i < 1_000; i++) {
            table.remove(i);
        }
        assertThat(table.mustCheckpoint()).isFalse();
        PagedTable again = new PagedTable(new PageCache(store, 1 << 20), PREFIX, 1, 16);
        again.open(new Varints.Reader(head.toByteArray()));
        assertThat(again.size()).isEqualTo(1_000);
        int[] into = new int[1];
        for (int i = 0; i < 1_000; i++) {
            assertThat(again.read(i, into, 0)).isTrue();
            assertThat(into[0]).isEqualTo(i);
        }
    }

    private static int pages(HeapPageStore store) {
        int[] pages = {0};
        store.scan(PREFIX, (key, value) -> pages[0]++);
        return pages[0];
    }
}
