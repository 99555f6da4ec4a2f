package dev.driftline.bench.text;

import dev.driftline.corpus.CorpusDocument;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The words of a text by frequency: a word's rank is 0 for the most frequent one. Words of equal frequency are in the order of
 * the alphabet, so that the ranks depend on the text alone.
 */
final class WordRanks {

    private final List<String> words;
    private final Map<String, Integer> ranks = new HashMap<>();

    WordRanks(List<CorpusDocument> documents) {
        Map<String, Integer> counts = new HashMap<>();
        for (CorpusDocument document : documents) {
            for (List<String> sentence : document.sentences()) {
                for (String word : sentence) {
                    counts.merge(word, 1, Integer::sum);
                }
            }
        }
        words = new ArrayList<>(counts.keySet());
        words.sort(Comparator.comparing((String word) -> -counts.getOrDefault(word, 0))
                .thenComparing(Comparator.naturalOrder()));
        for (int rank = 0; rank < words.size(); rank++) {
            ranks.put(words.get(rank), rank);
        }
    }

    /** The number of distinct words. */
    int size() {
        return words.size();
    }

    String word(int rank) {
        return words.get(rank);
    }

    int rank(String word) {
        return Objects.requireNonNull(ranks.get(word), word);
    }
}
