package dev.driftline.neural;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ChunkWordsTest {

    @Test
    void shouldNumberTheDifferentWordsOfEachChunkInTheOrderInWhichTheyCome() {
        ChunkWords words = new ChunkWords();
        words.of(new int[] {9, 9, 7, 3, 7, 0, 3}, 2, 5);

        assertThat(words.count()).isEqualTo(3);
        assertThat(new int[] {words.token(0), words.token(1), words.token(2)}).containsExactly(7, 3, 0);
        assertThat(new int[] {words.of(0), words.of(1), words.of(2), words.of(3), words.of(4)})
                .containsExactly(0, 1, 0, 2, 1);
        assertThat(new int[] {words.firstRow(0), words.firstRow(1), words.firstRow(2)})
                .containsExactly(0, 1, 3);
    }

    @Test
    void shouldForgetTheWordsOfTheChunkBefore() {
        ChunkWords words = new ChunkWords();
        Random random = new Random(1);
        for (int round = 0; round < 50; round++) {
            int rows = 1 + random.nextInt(40);
            int[] tokens = random.ints(rows, 0, 30).toArray();
            words.of(tokens, 0, rows);
            int[] distinct = Arrays.stream(tokens).distinct().toArray();
            assertThat(words.count()).isEqualTo(distinct.length);
            for (int row = 0; row < rows; row++) {
                assertThat(words.token(words.of(row))).isEqualTo(tokens[row]);
                assertThat(words.firstRow(words.of(row))).isLessThanOrEqualTo(row);
            }
        }
    }
}
