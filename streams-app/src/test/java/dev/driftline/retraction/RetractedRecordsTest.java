package dev.driftline.retraction;

import static org.assertj.core.api.Assertions.assertThat;

import dev.driftline.pages.HeapPageStore;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class RetractedRecordsTest {

    private final HeapPageStore store = new HeapPageStore();
    private RetractedRecords records = new RetractedRecords(store);

    private void reopen() {
        records.writeBack();
        records = new RetractedRecords(store);
    }

    @Test
    void shouldKnowWhatWasAddedAndNotRemovedWhenItIsReadAgain() {
        Random random = new Random(1);
        TreeSet<Long> expected = new TreeSet<>();
        for (int i = 0; i < 20_000; i++) {
            long position = random.nextInt(30_000);
            if (random.nextInt(3) == 0) {
                records.remove(false, 2, position);
                expected.remove(position);
            } else {
                records.add(false, 2, position);
                expected.add(position);
            }
            if (i % 5_000 == 0) {
                reopen();
            }
        }
        reopen();
        for (long position = 0; position < 30_000; position++) {
            assertThat(records.has(false, 2, position)).as("%d", position).isEqualTo(expected.contains(position));
        }
        assertThat(records.has(true, 2, expected.first())).as("another input").isFalse();
        assertThat(records.has(false, 3, expected.first()))
                .as("another partition")
                .isFalse();
    }

    @Test
    void shouldDropTheLowestPagesWhenThereIsNoRoom() {
        records = new RetractedRecords(store, 3);
        int most = 3 * RetractedRecords.PAGE;
        for (long position = 0; position < 2 * most; position++) {
            records.add(false, 0, position * 10);
        }
        records.add(false, 0, 0);
        reopen();
        assertThat(records.has(false, 0, 0)).isFalse();
        for (long position = most + RetractedRecords.PAGE; position < 2 * most; position++) {
            assertThat(records.has(false, 0, position * 10)).isTrue();
        }
        int[] pages = {0};
        store.scan(new byte[0], (key, value) -> pages[0]++);
        assertThat(pages[0]).as("pages, and the index").isEqualTo(4);
    }
}
