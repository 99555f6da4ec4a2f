package dev.driftline.bench.text;

import static org.assertj.core.api.Assertions.assertThat;

import dev.driftline.corpus.CorpusDocument;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LongTextTest {

    private static final long SEED = 7;
    private static final int WORDS = 500;

    /** Word {@code w<i>} comes in every (i + 1)th place, so that frequencies fall as by Zipf's law. */
    private static final List<CorpusDocument> SHORT = shortText();

    private final LongText text = new LongText(SHORT, SEED);

    @Test
    void shouldBeginWithTheTextAsItIs() {
        assertThat(repetitions(text, 1).get(0)).isEqualTo(SHORT);
    }

    @Test
    void shouldReplaceEachWordByOneWordInARepetition() {
        List<List<CorpusDocument>> repetitions = repetitions(text, 3);
        for (List<CorpusDocument> repetition : repetitions) {
            Map<String, String> forward = new HashMap<>();
            Map<String, String> backward = new HashMap<>();
            List<String> before = words(SHORT);
            List<String> after = words(repetition);
            assertThat(after).hasSameSizeAs(before);
            for (int i = 0; i < before.size(); i++) {
                assertThat(forward.putIfAbsent(before.get(i), after.get(i))).isIn(null, after.get(i));
                assertThat(backward.putIfAbsent(after.get(i), before.get(i))).isIn(null, before.get(i));
            }
            assertThat(backward.keySet()).isEqualTo(forward.keySet());
        }
        assertThat(words(repetitions.get(1))).isNotEqualTo(words(repetitions.get(2)));
    }

    @Test
    void shouldKeepTheRankOfAWordWithinAFactorOfTwo() {
        List<String> before = words(SHORT);
        List<String> after = words(repetitions(text, 2).get(1));
        WordRanks ranks = new WordRanks(SHORT);
        for (int i = 0; i < before.size(); i++) {
            int rank = ranks.rank(before.get(i)) + 1;
            int other = ranks.rank(after.get(i)) + 1;
            assertThat(Integer.highestOneBit(other)).isEqualTo(Integer.highestOneBit(rank));
        }
    }

    @Test
    void shouldBringNewNgramsInEachRepetition() {
        Set<List<String>> seen = new HashSet<>();
        int first = 0;
        for (List<CorpusDocument> repetition : repetitions(text, 4)) {
            int before = seen.size();
            List<String> words = words(repetition);
            for (int i = 0; i + 3 <= words.size(); i++) {
                seen.add(words.subList(i, i + 3));
            }
            int added = seen.size() - before;
            first = first == 0 ? added : first;
            assertThat(added).isGreaterThan(first / 2);
        }
    }

    @Test
    void shouldGiveEachDocumentAnIdOfItsOwnAndKeepItsSource() {
        Set<String> ids = new HashSet<>();
        for (List<CorpusDocument> repetition : repetitions(text, 3)) {
            for (int i = 0; i < repetition.size(); i++) {
                assertThat(ids.add(repetition.get(i).id())).isTrue();
                assertThat(repetition.get(i).source()).isEqualTo(SHORT.get(i).source());
            }
        }
    }

    @Test
    void shouldBeTheSameForTheSameSeedAlone() {
        List<CorpusDocument> third = repetitions(text, 3).get(2);

        assertThat(repetitions(new LongText(SHORT, SEED), 3).get(2)).isEqualTo(third);
        assertThat(repetitions(new LongText(SHORT, SEED + 1), 3).get(2)).isNotEqualTo(third);
    }

    @Test
    void shouldEndWithTheDocumentThatReachesTheTokens() {
        long all = SHORT.stream().mapToLong(LongText::tokens).sum();
        long tokens = 0;
        int count = 0;
        int last = 0;
        for (CorpusDocument document : text.tokens(all + 1)) {
            last = LongText.tokens(document);
            tokens += last;
            count++;
        }

        assertThat(count).isEqualTo(SHORT.size() + 1);
        assertThat(tokens).isGreaterThanOrEqualTo(all + 1);
        assertThat(tokens - last).isLessThan(all + 1);
    }

    private static List<CorpusDocument> shortText() {
        List<String> words = new ArrayList<>();
        for (int place = 1; words.size() < 5000; place++) {
            for (int word = 0; word < WORDS; word++) {
                if (place % (word + 1) == 0) {
                    words.add("w" + word);
                }
            }
        }
        List<CorpusDocument> documents = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            List<String> half = words.subList(100 * i, 100 * i + 50);
            List<String> other = words.subList(100 * i + 50, 100 * i + 100);
            documents.add(new CorpusDocument("d" + i, "s" + i % 3, List.of(half, other)));
        }
        return documents;
    }

    private static List<List<CorpusDocument>> repetitions(LongText text, int count) {
        Iterator<CorpusDocument> documents = text.iterator();
        List<List<CorpusDocument>> repetitions = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            List<CorpusDocument> repetition = new ArrayList<>();
            for (int d = 0; d < SHORT.size(); d++) {
                repetition.add(documents.next());
            }
            repetitions.add(repetition);
        }
        return repetitions;
    }

    private static List<String> words(List<CorpusDocument> documents) {
        return documents.stream()
                .flatMap(document -> document.sentences().stream())
                .flatMap(List::stream)
                .toList();
    }
}
