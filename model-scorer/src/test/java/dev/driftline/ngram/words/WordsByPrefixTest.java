package dev.driftline.ngram.words;

import static org.assertj.core.api.Assertions.assertThat;

import dev.driftline.pages.HeapPageStore;
import dev.driftline.prefix.WordPrefix;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Words by prefix, against a look at all words, while words come, rise, fall and leave. */
class WordsByPrefixTest {

    private static final List<WordPrefix> PREFIXES = List.of(
            WordPrefix.of("a"),
            WordPrefix.of("ab"),
            WordPrefix.of("abcabcabca"),
            WordPrefix.of("x"),
            WordPrefix.NONE,
            new WordPrefix("AB", true));

    private final Random random = new Random(5);
    private final Map<Integer, String> spellings = new HashMap<>();
    private final List<Integer> ids = new ArrayList<>();

    /** @param cacheBytes of heap: the first is too little for an index of all words */
    @ParameterizedTest
    @ValueSource(longs = {1 << 15, 1 << 22})
    void shouldFindEveryWordAndBoundThoseThatItDoesNotVisit(long cacheBytes) {
        WordTable words = new WordTable(new HeapPageStore(), cacheBytes);
        words.load();
        add(words, "<s>");
        add(words, "</s>");
        for (int round = 0; round < 6; round++) {
            for (int step = 0; step < 3000; step++) {
                change(words);
            }
            assertFinds(words);
        }
        assertThat(spellings.values()).filteredOn(word -> word.startsWith("ab")).hasSizeGreaterThan(50);
    }

    private int add(WordTable words, String word) {
        byte[] utf8 = word.getBytes(StandardCharsets.UTF_8);
        return words.add(utf8, 0, utf8.length, WordTable.hash(utf8, 0, utf8.length));
    }

    private void change(WordTable words) {
        int what = random.nextInt(10);
        if (what < 3 || ids.isEmpty()) {
            String word = random.nextInt(20) == 0 ? "\0inside" : "";
            for (int length = 1 + random.nextInt(12); length > 0; length--) {
                word += (char) ((random.nextInt(9) == 0 ? 'A' : 'a') + random.nextInt(3));
            }
            if (!spellings.containsValue(word)) {
                int id = add(words, word);
                spellings.put(id, word);
                ids.add(id);
            }
            return;
        }
        int id = ids.get(random.nextInt(ids.size()));
        if (what < 7) {
            words.addRaw(id, 1 + random.nextInt(1 << random.nextInt(12)));
        } else if (what < 9) {
            words.addRaw(id, -words.raw(id) / 2);
            words.setContinuation(id, random.nextInt(200));
        } else {
            words.addRaw(id, -words.raw(id));
            words.setContinuation(id, 0);
            words.free(id);
            spellings.remove(id);
            ids.remove((Integer) id);
        }
    }

    private void assertFinds(WordTable words) {
        for (WordPrefix prefix : PREFIXES) {
            BitSet expected = new BitSet();
            spellings.forEach((id, word) -> {
                if (word.charAt(0) != 0 && prefix.matches(word)) {
                    expected.set(id);
                }
            });
            BitSet missing = (BitSet) expected.clone();
            missing.andNot(words.beginning(prefix));
            assertThat(missing.isEmpty()).as("all that begin with %s", prefix).isTrue();
            for (int wanted : new int[] {1, 30, 100_000}) {
                BitSet left = (BitSet) expected.clone();
                BitSet visited = new BitSet();
                long rest = words.mostFrequent(prefix, wanted, (id, raw, continuation) -> {
                    assertThat(raw).isEqualTo(words.raw(id));
                    assertThat(continuation).isEqualTo(words.continuation(id));
                    visited.set(id);
                });
                left.andNot(visited);
                visited.andNot(expected);
                assertThat(visited.isEmpty())
                        .as("none but those with %s", prefix)
                        .isTrue();
                long highest = left.stream()
                        .mapToLong(id -> Math.max(words.raw(id), words.continuation(id)))
                        .max()
                        .orElse(0);
                assertThat(rest)
                        .as("a bound of %d others with %s", left.cardinality(), prefix)
                        .isGreaterThanOrEqualTo(highest);
                if (wanted == 100_000) {
                    assertThat(rest).isZero();
                }
            }
        }
    }
}
