package dev.driftline.spelling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.driftline.pages.HeapPageStore;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SpellingModelTest {

    private static final byte[] PREFIX = {'s'};
    private static final List<String> WORDS = List.of(
            "house", "houses", "housing", "mouse", "Mauer", "naïve", "語学", "語", "\uD83D\uDE00", "a", "1,000", "--");

    /** A context counts as far as an int goes, and is a distribution past it. */
    @Test
    void shouldSumToOneWhenContextsHaveBeenSeenAsOftenAsFits() {
        HeapPageStore pages = new HeapPageStore();
        SpellingModel model = new SpellingModel(pages, PREFIX, 1 << 20);
        model.seeAtMost(40);
        for (int i = 1; i < 200; i++) {
            model.learn("-".repeat(i) + (char) ('a' + i % 26));
        }
        for (String beginning : List.of("", "-", "---------", "--a", "x")) {
            double sum = 0;
            for (int symbol = 0; symbol <= SpellingModel.END; symbol++) {
                double p = model.probability(beginning, symbol);
                if (!(p > 0)) {
                    assertThat(p).as("%d after '%s'", symbol, beginning).isPositive();
                }
                sum += p;
            }
            assertThat(sum).as("after '%s'", beginning).isCloseTo(1, within(1e-9));
        }
        assertThat(model.bits("-".repeat(1000))).isFinite().isPositive();
    }

    @Test
    void shouldSumToOneOverEveryCodePointAndTheEndMark() {
        SpellingModel model = learned(WORDS);
        for (String beginning : List.of("", "house", "語", "\uD83D\uDE00x", "xhou")) {
            double sum = 0;
            double least = 1;
            for (int symbol = 0; symbol <= SpellingModel.END; symbol++) {
                double p = model.probability(beginning, symbol);
                least = Math.min(least, p);
                sum += p;
            }
            assertThat(least).as("least after '%s'", beginning).isPositive();
            assertThat(sum).as("after '%s'", beginning).isCloseTo(1, within(1e-9));
        }
    }

    @Test
    void shouldSumToOneWhenNothingWasLearned() {
        SpellingModel model = new SpellingModel(new HeapPageStore(), PREFIX, 1 << 20);
        double sum = 0;
        for (int symbol = 0; symbol <= SpellingModel.END; symbol++) {
            sum += model.probability("a", symbol);
        }
        assertThat(sum).isCloseTo(1, within(1e-9));
    }

    @Test
    void shouldGiveTheBitsOfTheChainOfItsSymbols() {
        SpellingModel model = learned(WORDS);
        for (String word : List.of("", "house", "hound", "語学者", "Zwölf\uD83D\uDE00", "a", "mousehouses")) {
            double bits = 0;
            int at = 0;
            while (at < word.length()) {
                bits -= Math.log(model.probability(word.substring(0, at), word.codePointAt(at))) / Math.log(2);
                at += Character.charCount(word.codePointAt(at));
            }
            bits -= Math.log(model.probability(word, SpellingModel.END)) / Math.log(2);
            assertThat(model.bits(word)).as(word).isCloseTo(bits, within(1e-9 * (1 + bits)));
        }
    }

    @Test
    void shouldAgreeWithADirectCountOfNeighbours() {
        // With one symbol of context: p(c|x) from raw counts after x, below it the number of distinct left neighbours.
        SpellingModel model = new SpellingModel(1, new HeapPageStore(), PREFIX, 1 << 20);
        model.learn("ab");
        model.learn("ac");
        double block = 1.0 / 4353;
        // Novel at the empty context: a, b, end, c; so one in block 0 for a, b, c and one for the end mark.
        double base = ((3 - 0.5) + 0.5 * 2 * block) / 4 / 256;
        // Continuations: a after the beginning; b and c after a; the end after b and after c: 5, of 4 types, one twice.
        double unigram = ((1 - 0.75) + (0.75 * 3 + 1.2) * base) / 5;
        double bigram = ((1 - 0.75) + 0.75 * 2 * unigram) / 2;
        assertThat(model.probability("a", 'b')).isCloseTo(bigram, within(1e-12));
    }

    @Test
    void shouldSpellALikelyWordInFewerBitsThanAnUnlikelyOne() {
        SpellingModel model = learned(WORDS);
        assertThat(model.bits("mousing")).isLessThan(model.bits("gnisuom"));
        assertThat(model.bits("x")).isFinite();
    }

    @Test
    void shouldSurviveAWordOfAMegabyte() {
        SpellingModel model = learned(WORDS);
        String huge = "ab".repeat(500_000);
        assertThat(model.bits(huge)).isFinite().isGreaterThan(1e6);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 20_000, 1 << 24})
    void shouldBeTheSameAfterWritingBackAndLoadingHoweverSmallTheCache(long cacheBytes) {
        HeapPageStore pages = new HeapPageStore();
        pages.put(new byte[] {'t', 0, 0, 0, 0}, new byte[] {99});
        SpellingModel model = new SpellingModel(pages, PREFIX, cacheBytes);
        SpellingModel uninterrupted = new SpellingModel(new HeapPageStore(), PREFIX, 1 << 24);
        Random random = new Random(7);
        for (int round = 0; round < 6; round++) {
            for (int i = 0; i < 150; i++) {
                String word = word(random);
                model.learn(word);
                uninterrupted.learn(word);
            }
            model.writeBack();
            if (round % 2 == 1) {
                model.forget();
            }
            assertThat(model.bits("probability")).isEqualTo(uninterrupted.bits("probability"));
        }
        SpellingModel restored = new SpellingModel(pages, PREFIX, cacheBytes);
        assertThat(restored.words()).isEqualTo(900);
        assertThat(restored.contexts()).isEqualTo(uninterrupted.contexts());
        for (String word : List.of("abcabc", "zyxwv", "a", "語", "")) {
            assertThat(restored.bits(word)).as(word).isEqualTo(uninterrupted.bits(word));
        }
        model.endDocument(false);
        assertThat(model.heapBytes()).isLessThan(cacheBytes + 50_000);
    }

    @Test
    void shouldReadAListOfWordsWithoutContextsAsEarlierVersionsWroteIt() {
        HeapPageStore pages = new HeapPageStore();
        SpellingPages list = new SpellingPages(pages, PREFIX);
        Random random = new Random(9);
        SpellingModel expected = new SpellingModel(new HeapPageStore(), PREFIX, 1 << 26);
        for (int i = 0; i < 20_000; i++) {
            String word = word(random);
            list.append(word);
            expected.learn(word);
        }
        list.writeBack();
        SpellingModel model = new SpellingModel(pages, PREFIX, 1 << 20);
        assertThat(model.words()).isEqualTo(20_000);
        // The first use counts so many words that no transaction runs out; the rest follow with the documents.
        assertThat(model.contexts()).isPositive().isLessThan(expected.contexts());
        model.bitsWithinDocument("meanwhile");
        model.endDocument(true);
        expected.learn("meanwhile");
        model.writeBack();
        assertThat(model.contexts()).isEqualTo(expected.contexts());
        assertThat(model.bits("meantime")).isEqualTo(expected.bits("meantime"));
        SpellingModel restored = new SpellingModel(pages, PREFIX, 1 << 20);
        assertThat(restored.words()).isEqualTo(20_001);
        assertThat(restored.bits("meantime")).isEqualTo(expected.bits("meantime"));
        assertThat(restored.heapBytes()).isLessThan(1 << 21);
    }

    @Test
    void shouldWriteOnlyTheWordsAtMostCommits() {
        int[] puts = {0};
        HeapPageStore heap = new HeapPageStore();
        var counting = new dev.driftline.pages.PageStore() {
            @Override
            public byte[] get(byte[] key) {
                return heap.get(key);
            }

            @Override
            public void put(byte[] key, byte[] value) {
                puts[0]++;
                heap.put(key, value);
            }

            @Override
            public void scan(byte[] prefix, java.util.function.BiConsumer<byte[], byte[]> visitor) {
                heap.scan(prefix, visitor);
            }
        };
        SpellingModel model = new SpellingModel(counting, PREFIX, 1 << 24);
        Random random = new Random(1);
        for (int i = 0; i < 3 * SpellingPages.WORDS_IN_PAGE; i++) {
            model.learn(word(random));
        }
        model.writeBack();
        assertThat(puts[0]).isEqualTo(3);
        model.writeBack();
        assertThat(puts[0]).isEqualTo(3);
        model.learn("one");
        model.writeBack();
        assertThat(puts[0]).isEqualTo(4);
    }

    @Test
    void shouldHoldNoMoreThanItsCacheHoweverManyWordsCome() {
        long cacheBytes = 1 << 18;
        SpellingModel model = new SpellingModel(new HeapPageStore(), PREFIX, cacheBytes);
        Random random = new Random(2);
        for (int i = 0; i < 8_000; i++) {
            model.learn(word(random));
            if (i % 1000 == 0) {
                model.writeBack();
            }
        }
        assertThat(model.contexts()).isGreaterThan(40_000);
        assertThat(model.heapBytes()).isLessThan(cacheBytes + 200_000);
    }

    @Test
    void shouldLearnWithinADocumentAndTakeItBackWhenTheDocumentIsNotLearned() {
        SpellingModel model = learned(WORDS);
        List<String> document = List.of("zwölf", "zwölfter", "aaaa", "語学者", "hous", "zwölftem");
        double before = model.bits("zwölftes");
        double sum = 0;
        for (String word : document) {
            sum += model.bitsWithinDocument(word);
        }
        assertThat(model.bits("zwölftes")).isLessThan(before);
        model.endDocument(false);
        assertThat(model.words()).isEqualTo(WORDS.size());
        for (String word : List.of("zwölftes", "aaaaa", "house", "語", "hous")) {
            assertThat(model.bits(word)).isEqualTo(learned(WORDS).bits(word));
        }
        double again = 0;
        for (String word : document) {
            again += model.bitsWithinDocument(word);
        }
        assertThat(again).isEqualTo(sum);
        model.endDocument(true);
        SpellingModel direct = learned(WORDS);
        document.forEach(direct::learn);
        assertThat(model.bits("zwölftes")).isEqualTo(direct.bits("zwölftes"));
        model.writeBack();
        model.forget();
        assertThat(model.bits("zwölftes")).isEqualTo(direct.bits("zwölftes"));
    }

    @Test
    void shouldKeepNothingOfWordsThatAreAskedForAndNotLearned() {
        SpellingModel model = learned(WORDS);
        long bytes = model.heapBytes();
        Random random = new Random(3);
        for (int question = 0; question < 50; question++) {
            for (int i = 0; i < 400; i++) {
                model.bitsWithinDocument(word(random));
            }
            model.endDocument(false);
            assertThat(model.contexts()).isEqualTo(learned(WORDS).contexts());
        }
        assertThat(model.heapBytes()).isLessThan(bytes + (1 << 18));
        assertThat(model.bits("housemaid")).isEqualTo(learned(WORDS).bits("housemaid"));
    }

    @Test
    void shouldCountTheWordsOfAnEnormousDocumentWithTheDocumentsAfterIt() {
        SpellingModel model = new SpellingModel(new HeapPageStore(), PREFIX, 1 << 20);
        SpellingModel expected = new SpellingModel(new HeapPageStore(), PREFIX, 1 << 26);
        Random random = new Random(12);
        for (int i = 0; i < 20_000; i++) {
            String word = word(random);
            model.bitsWithinDocument(word);
            expected.learn(word);
        }
        model.endDocument(true);
        assertThat(model.words()).isEqualTo(20_000);
        assertThat(model.contexts()).isZero();
        for (int document = 0; document < 3; document++) {
            model.endDocument(false);
        }
        assertThat(model.contexts()).isEqualTo(expected.contexts());
        assertThat(model.bits("meantime")).isEqualTo(expected.bits("meantime"));
    }

    @Test
    void shouldRefuseAPageOfAnotherVersion() {
        HeapPageStore pages = new HeapPageStore();
        pages.put(new byte[] {'s', 0, 0, 0, 0}, new byte[] {9, 0});
        SpellingModel model = new SpellingModel(pages, PREFIX, 1 << 20);
        assertThatThrownBy(() -> model.bits("x"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("version 9");
    }

    private static SpellingModel learned(List<String> words) {
        SpellingModel model = new SpellingModel(new HeapPageStore(), PREFIX, 1 << 20);
        words.forEach(model::learn);
        return model;
    }

    private static String word(Random random) {
        StringBuilder word = new StringBuilder();
        int length = 1 + random.nextInt(9);
        for (int i = 0; i < length; i++) {
            word.appendCodePoint(random.nextInt(50) == 0 ? 0x4E00 + random.nextInt(900) : 'a' + random.nextInt(26));
        }
        return word.toString();
    }
}
