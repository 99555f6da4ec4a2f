package dev.driftline.ngram.words;

import static org.assertj.core.api.Assertions.assertThat;

import dev.driftline.codec.Varints;
import dev.driftline.pages.HeapPageStore;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WordTableTest {

    private static byte[] utf8(String word) {
        return word.getBytes(StandardCharsets.UTF_8);
    }

    private static int add(WordTable words, String word) {
        byte[] utf8 = utf8(word);
        return words.add(utf8, 0, utf8.length, WordTable.hash(utf8, 0, utf8.length));
    }

    private static String word(int number) {
        return "w" + Integer.toString(number * 7919, 36) + (number % 50 == 0 ? "語" : "");
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 30_000, 1 << 24})
    void shouldKnowEveryWordAndItsCountsHoweverSmallTheCache(long cacheBytes) {
        HeapPageStore pages = new HeapPageStore();
        WordTable words = new WordTable(pages, cacheBytes);
        List<long[]> counts = new ArrayList<>();
        Random random = new Random(4);
        for (int i = 0; i < 12_000; i++) {
            assertThat(words.find(word(i))).isNegative();
            assertThat(add(words, word(i))).isEqualTo(i);
            counts.add(new long[3]);
            int id = random.nextInt(i + 1);
            long times = random.nextInt(1000) == 0 ? 5_000_000_000L : 1 + random.nextInt(9);
            words.addRaw(id, times);
            counts.get(id)[0] += times;
            words.setContinuation(id, i);
            counts.get(id)[1] = i;
            words.addBigramHere(id);
            counts.get(id)[2]++;
            if (i % 3000 == 2999) {
                words.writeBack();
                if (i % 2000 == 1999) {
                    words = new WordTable(pages, cacheBytes);
                    words.load();
                    assertThat(words.size()).isEqualTo(i + 1);
                }
            }
            words.trim();
        }
        for (int i = 0; i < 12_000; i++) {
            assertThat(words.find(word(i))).isEqualTo(i);
            assertThat(words.spelling(i)).isEqualTo(word(i));
            assertThat(new long[] {words.raw(i), words.continuation(i), words.bigramsHere(i)})
                    .isEqualTo(counts.get(i));
        }
        words.trim();
        assertThat(words.heapBytes()).isLessThan(cacheBytes + 700_000);
    }

    @Test
    void shouldTellWordsOfTheSameHashApart() {
        WordTable words = new WordTable(new HeapPageStore(), 1 << 20);
        for (int i = 0; i < 40; i++) {
            byte[] utf8 = utf8("same" + i);
            assertThat(words.find(utf8, 0, utf8.length, 77)).isNegative();
            assertThat(words.add(utf8, 0, utf8.length, 77)).isEqualTo(i);
        }
        for (int i = 0; i < 40; i++) {
            byte[] utf8 = utf8("same" + i);
            assertThat(words.find(utf8, 0, utf8.length, 77)).isEqualTo(i);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2, 64, 65, 100_000})
    void shouldPutTheWordsOfAStateWithoutATableIntoOne(int count) {
        HeapPageStore pages = new HeapPageStore();
        for (int block = 0; block * 64 < count; block++) {
            Varints.Writer out = new Varints.Writer(1024);
            out.writeByte(1);
            int to = Math.min(count, block * 64 + 64);
            out.writeInt(to - block * 64);
            for (int i = block * 64; i < to; i++) {
                out.writeBytes(utf8(word(i)));
            }
            pages.put(WordKeys.spellings(block), out.toByteArray());
        }
        WordTable words = new WordTable(pages, 1 << 20);
        words.load();
        assertThat(words.size()).isEqualTo(count);
        for (int i = 0; i < count; i += 37) {
            assertThat(words.find(word(i))).isEqualTo(i);
        }
        assertThat(words.find("never")).isNegative();
        assertThat(add(words, "new")).isEqualTo(count);
        words.writeBack();
        WordTable again = new WordTable(pages, 1 << 20);
        again.load();
        assertThat(again.size()).isEqualTo(count + 1);
        assertThat(again.find("new")).isEqualTo(count);
        assertThat(again.find(word(count / 2))).isEqualTo(count == 0 ? -1 : count / 2);
        assertThat(again.heapBytes()).isLessThan((1 << 20) + 700_000);
    }

    @Test
    void shouldHoldNoMoreThanItsCacheHoweverManyWordsCome() {
        long cacheBytes = 1 << 19;
        WordTable words = new WordTable(new HeapPageStore(), cacheBytes);
        for (int i = 0; i < 150_000; i++) {
            assertThat(words.find(word(i))).isNegative();
            words.addRaw(add(words, word(i)), 1);
            if (i % 5000 == 0) {
                words.writeBack();
            }
        }
        words.trim();
        assertThat(words.heapBytes()).isLessThan(cacheBytes + 700_000);
    }
}
