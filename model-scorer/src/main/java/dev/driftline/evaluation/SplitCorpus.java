package dev.driftline.evaluation;

import dev.driftline.corpus.CorpusDocument;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A corpus cut in three, in its order, with one vocabulary for every model (as in Bengio et al. 2003).
 *
 * @param training the first sentences
 * @param validation those after them
 * @param test the rest
 * @param words the words with events of their own, the most frequent first; all others are one symbol
 * @param rareTypes types that were merged into that symbol
 */
public record SplitCorpus(
        List<CorpusDocument> training,
        List<CorpusDocument> validation,
        List<CorpusDocument> test,
        List<String> words,
        int rareTypes) {

    public SplitCorpus {
        training = List.copyOf(training);
        validation = List.copyOf(validation);
        test = List.copyOf(test);
        words = List.copyOf(words);
    }

    /**
     * Cuts after the sentences that complete the number of words; a document that lies across a cut becomes two.
     *
     * @param trainingWords words to learn from, {@code </s>} not counted
     * @param validationWords words after them that say when to stop
     * @param mergeRare types that come so often or less in the whole corpus are merged; 0 for none
     * @throws IllegalArgumentException if nothing is left for one of the three
     */
    public static SplitCorpus of(
            List<CorpusDocument> documents, long trainingWords, long validationWords, int mergeRare) {
        List<List<CorpusDocument>> parts = List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        long[] until = {trainingWords, trainingWords + validationWords, Long.MAX_VALUE};
        Map<String, Integer> counts = new HashMap<>();
        int part = 0;
        long words = 0;
        for (CorpusDocument document : documents) {
            List<List<String>> sentences = new ArrayList<>();
            for (List<String> sentence : document.sentences()) {
                if (words >= until[part]) {
                    add(parts.get(part), document, sentences);
                    sentences = new ArrayList<>();
                    while (words >= until[part]) {
                        part++;
                    }
                }
                sentences.add(sentence);
                words += sentence.size();
                sentence.forEach(word -> counts.merge(word, 1, Integer::sum));
            }
            add(parts.get(part), document, sentences);
        }
        for (List<CorpusDocument> documentsOfPart : parts) {
            if (documentsOfPart.isEmpty()) {
                throw new IllegalArgumentException("a split of " + trainingWords + " and " + validationWords
                        + " words leaves a part of the corpus, which has " + words + " words, empty");
            }
        }
        List<String> frequent = counts.entrySet().stream()
                .filter(entry -> entry.getValue() > mergeRare)
                .sorted(Map.Entry.<String, Integer>comparingByValue()
                        .reversed()
                        .thenComparing(Map.Entry.comparingByKey(Comparator.naturalOrder())))
                .map(Map.Entry::getKey)
                .toList();
        return new SplitCorpus(parts.get(0), parts.get(1), parts.get(2), frequent, counts.size() - frequent.size());
    }

    private static void add(List<CorpusDocument> part, CorpusDocument document, List<List<String>> sentences) {
        if (!sentences.isEmpty()) {
            part.add(new CorpusDocument(
                    document.id(), document.source(), sentences, document.learn(), document.attributes()));
        }
    }
}
