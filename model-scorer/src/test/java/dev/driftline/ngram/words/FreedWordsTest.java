package dev.driftline.ngram.words;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.driftline.pages.HeapPageStore;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FreedWordsTest {

    private static int add(WordTable words, String word) {
        byte[] utf8 = word.getBytes(StandardCharsets.UTF_8);
        return words.add(utf8, 0, utf8.length, WordTable.hash(utf8, 0, utf8.length));
    }

    private static WordTable table(HeapPageStore pages, long cacheBytes) {
        WordTable words = new WordTable(pages, cacheBytes);
        words.load();
        return words;
    }

    /** With the ids of {@code <s>} and {@code </s>}, which are never given back. */
    private static WordTable begin(HeapPageStore pages, long cacheBytes) {
        WordTable words = table(pages, cacheBytes);
        add(words, "<s>");
        add(words, "</s>");
        return words;
    }

    private static HeapPageStore copy(HeapPageStore pages) {
        HeapPageStore copy = new HeapPageStore();
        pages.scan(new byte[0], copy::put);
        return copy;
    }

    /** A crash goes back to the commit before it: the pages and the map of that time. */
    @ParameterizedTest
    @CsvSource({"1,0", "2,30000", "3,600000", "4,600000", "5,600000"})
    void shouldKnowTheWordsThatAMapKnowsWhateverCameWentAndCrashed(int seed, long cacheBytes) {
        Random random = new Random(seed);
        HeapPageStore pages = new HeapPageStore();
        WordTable words = begin(pages, cacheBytes);
        Map<String, Integer> ids = new HashMap<>();
        HeapPageStore committed = null;
        Map<String, Integer> then = Map.of();
        for (int commit = 0; commit < 40; commit++) {
            int steps = List.of(10, 30, 100, 2_500).get(random.nextInt(4));
            for (int i = 0; i < steps; i++) {
                String word = "w" + Integer.toString(random.nextInt(6_000) * 7919, 36);
                Integer id = ids.get(word);
                assertThat(words.find(word)).isEqualTo(id == null ? -1 : id);
                if (id == null) {
                    int given = add(words, word);
                    assertThat(ids.put(word, given)).isNull();
                    words.addRaw(given, given);
                } else if (random.nextInt(commit % 8 < 5 ? 8 : 2) == 0) {
                    words.addRaw(id, -words.raw(id));
                    words.free(id);
                    ids.remove(word);
                }
            }
            if (random.nextInt(3) == 0 && committed != null) {
                pages = copy(committed);
                ids = new HashMap<>(then);
                words = table(pages, cacheBytes);
            } else {
                words.writeBack();
                committed = copy(pages);
                then = new HashMap<>(ids);
                if (random.nextInt(3) == 0) {
                    words = table(pages, cacheBytes);
                }
            }
            assertThat(words.size() - words.free()).isEqualTo(ids.size() + 2);
            assertThat(words.placed()).isEqualTo(ids.size() + 2);
            BitSet given = new BitSet();
            for (Map.Entry<String, Integer> word : ids.entrySet()) {
                int id = word.getValue();
                assertThat(given.get(id)).isFalse();
                given.set(id);
                assertThat(words.find(word.getKey())).isEqualTo(id);
                assertThat(words.spelling(id)).isEqualTo(word.getKey());
                assertThat(words.raw(id)).isEqualTo(id);
            }
            int[] visited = {0};
            words.visit((id, block, at) -> visited[0]++);
            assertThat(visited[0]).isEqualTo(ids.size() + 2);
        }
        assertThat(words.size()).isLessThan(6_100);
    }

    @Test
    void shouldDoAgainToTheStoredTableWhatWasDoneSince() {
        HeapPageStore pages = new HeapPageStore();
        WordTable words = begin(pages, 1 << 24);
        for (int i = 2; i < 9_000; i++) {
            add(words, "w" + i);
        }
        words.writeBack();
        byte[] head = pages.get(WordKeys.wordPlacesHead());
        assertThat(head).isNotNull();
        for (int restart = 0; restart < 3; restart++) {
            for (int i = 100 * restart + 2; i < 100 * restart + 102; i++) {
                words.free(words.find("w" + i));
            }
            for (int i = 0; i < 60; i++) {
                assertThat(add(words, "new" + restart + "." + i)).isLessThan(9_000);
            }
            words.writeBack();
            assertThat(pages.get(WordKeys.wordPlacesHead())).isEqualTo(head);
            words = table(pages, 1 << 24);
            assertThat(words.placed()).isEqualTo(9_000 - 40 * (restart + 1));
            assertThat(words.free()).isEqualTo(40 * (restart + 1));
            for (int i = 2; i < 9_000; i += 7) {
                assertThat(words.find("w" + i)).isEqualTo(i < 100 * restart + 102 ? -1 : i);
            }
            for (int i = 0; i < 60; i++) {
                assertThat(words.find("new" + restart + "." + i)).isPositive();
            }
        }
    }

    @Test
    void shouldHoldNoMoreIdsThanTheMostWordsAtATimeHoweverManyCome() {
        HeapPageStore pages = new HeapPageStore();
        WordTable words = begin(pages, 1 << 20);
        List<Integer> held = new ArrayList<>();
        long early = 0;
        for (int i = 0; i < 60_000; i++) {
            held.add(add(words, "new" + i));
            if (held.size() > 500) {
                words.free(held.remove(i * 31 % 500));
            }
            if (i % 1_500 == 0) {
                words.writeBack();
                if (i % 4_500 == 0) {
                    words = table(pages, 1 << 20);
                }
            }
            if (i == 15_000) {
                early = bytes(pages);
            }
        }
        assertThat(words.size()).isLessThan(600);
        assertThat(bytes(pages)).isLessThan(early + 20_000);
        assertThat(words.find("new59999")).isPositive();
        assertThat(words.find("new100")).isNegative();
    }

    private static long bytes(HeapPageStore pages) {
        long[] bytes = {0};
        pages.scan(new byte[0], (key, value) -> bytes[0] += key.length + value.length);
        return bytes[0];
    }

    @Test
    void shouldStillFindWordsOfTheSameHashWhenOneOfThemIsGone() {
        Map<Integer, List<String>> byHash = new HashMap<>();
        List<List<String>> same = new ArrayList<>();
        for (int i = 0; same.size() < 4; i++) {
            String word = Integer.toString(i, 36);
            byte[] utf8 = word.getBytes(StandardCharsets.UTF_8);
            List<String> others = byHash.computeIfAbsent(WordTable.hash(utf8, 0, utf8.length), h -> new ArrayList<>(1));
            others.add(word);
            if (others.size() == 2) {
                same.add(others);
            }
        }
        WordTable words = begin(new HeapPageStore(), 1 << 20);
        for (List<String> pair : same) {
            int first = add(words, pair.get(0));
            int second = add(words, pair.get(1));
            words.free(first);
            assertThat(words.find(pair.get(0))).isNegative();
            assertThat(words.find(pair.get(1))).isEqualTo(second);
            assertThat(add(words, pair.get(0))).isEqualTo(first);
            words.free(second);
            assertThat(words.find(pair.get(0))).isEqualTo(first);
            assertThat(words.find(pair.get(1))).isNegative();
            words.free(first);
            assertThat(words.find(pair.get(0))).isNegative();
        }
    }

    @Test
    void shouldRefuseToFreeAWordThatIsNeeded() {
        WordTable words = begin(new HeapPageStore(), 1 << 20);
        int id = add(words, "house");
        words.addBigramHere(id);
        assertThatThrownBy(() -> words.free(id)).isInstanceOf(IllegalStateException.class);
        words.removeBigramHere(id);
        words.free(id);
        assertThatThrownBy(() -> words.free(id)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> words.free(WordTable.EOS)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void shouldWriteWhatEarlierVersionsWroteAgainWhenNoIdIsFree() {
        HeapPageStore never = new HeapPageStore();
        HeapPageStore again = new HeapPageStore();
        for (HeapPageStore pages : List.of(never, again)) {
            WordTable words = begin(pages, 1 << 20);
            int first = add(words, "first");
            add(words, "second");
            if (pages == again) {
                words.free(first);
                words.writeBack();
                assertThat(pages.get(WordKeys.spellings(0))[0]).isEqualTo((byte) 2);
                words = table(pages, 1 << 20);
                assertThat(add(words, "first")).isEqualTo(first);
            }
            words.addRaw(first, 7);
            words.writeBack();
        }
        assertThat(again.get(WordKeys.spellings(0))).isEqualTo(never.get(WordKeys.spellings(0)));
        assertThat(again.get(WordKeys.unigrams(0))).isEqualTo(never.get(WordKeys.unigrams(0)));
        assertThat(never.get(WordKeys.freeWords())).isNull();
    }
}
