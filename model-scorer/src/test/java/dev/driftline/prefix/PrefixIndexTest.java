package dev.driftline.prefix;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PrefixIndexTest {

    private static final List<String> LETTERS = List.of("a", "b", "A", "é", "É", "o\u0308", "字", "😀", "-");

    private static void add(PrefixIndex index, String word, int id, int level) {
        byte[] utf8 = word.getBytes(StandardCharsets.UTF_8);
        index.add(utf8, 0, utf8.length, id, level);
    }

    private static BitSet found(PrefixIndex.Found found, int level) {
        BitSet ids = new BitSet();
        found.visit(level, ids::set);
        return ids;
    }

    @Test
    void shouldFindTheWordsOfEachLevelThatALookAtAllFinds() {
        Random random = new Random(3);
        PrefixIndex index = new PrefixIndex();
        List<String> words = new ArrayList<>();
        List<Integer> levels = new ArrayList<>();
        for (int id = 0; id < 5 * PrefixIndex.MOST_NEW / 2; id++) {
            StringBuilder word = new StringBuilder();
            for (int length = 1 + random.nextInt(5); length > 0; length--) {
                word.append(LETTERS.get(random.nextInt(LETTERS.size())));
            }
            words.add(word.toString());
            levels.add(random.nextInt(4));
            add(index, words.get(id), id, levels.get(id));
        }
        for (WordPrefix prefix : List.of(
                WordPrefix.NONE,
                WordPrefix.of("a"),
                WordPrefix.of("aé"),
                WordPrefix.of("字😀"),
                WordPrefix.of("o"),
                WordPrefix.of("z"),
                new WordPrefix("aÉ", true),
                new WordPrefix("B-", true))) {
            PrefixIndex.Found found = index.find(prefix);
            for (int level = 0; level < 4; level++) {
                BitSet expected = new BitSet();
                for (int id = 0; id < words.size(); id++) {
                    expected.set(id, levels.get(id) == level && prefix.matches(words.get(id)));
                }
                assertThat(found(found, level))
                        .as("%s at level %d", prefix, level)
                        .isEqualTo(expected);
            }
            assertThat(found.highest(63)).isEqualTo(prefix.text().equals("z") ? 0 : 3);
        }
    }

    @Test
    void shouldFindAllThatShareTheBytesOfAnEntryWhenAPrefixIsLonger() {
        PrefixIndex index = new PrefixIndex();
        add(index, "international", 1, 1);
        add(index, "internal", 2, 1);
        add(index, "interest", 3, 1);

        WordPrefix prefix = WordPrefix.of("internation");
        assertThat(PrefixIndex.isLonger(prefix)).isTrue();
        assertThat(found(index.find(prefix), 1).stream()).contains(1).doesNotContain(3);
    }

    @Test
    void shouldKnowTheHighestCountOfALevel() {
        for (long count : new long[] {1, 2, 3, 4, 1023, 1024, Integer.MAX_VALUE, 1L << 40}) {
            int level = PrefixIndex.level(count);
            assertThat(PrefixIndex.highest(level)).isGreaterThanOrEqualTo(count);
            assertThat(PrefixIndex.highest(level - 1)).isLessThan(count);
        }
        assertThat(PrefixIndex.level(0)).isZero();
    }

    @Test
    void shouldMatchByCodePointsAndIgnoreCaseOnlyWhereAsked() {
        assertThat(WordPrefix.of("e").matches("e\u0301t\u00e9")).isTrue();
        assertThat(WordPrefix.of("\u00e9").matches("e\u0301t\u00e9")).isFalse();
        assertThat(WordPrefix.of("😀").matches("😀😀")).isTrue();
        assertThat(WordPrefix.of("😀").matches("😁")).isFalse();
        assertThat(WordPrefix.of("The").matches("the")).isFalse();
        assertThat(new WordPrefix("tHE", true).matches("Then")).isTrue();
        assertThat(new WordPrefix("then", true).matches("The")).isFalse();
        assertThat(new WordPrefix("élan", true).matches("ÉLAN")).isTrue();
    }
}
