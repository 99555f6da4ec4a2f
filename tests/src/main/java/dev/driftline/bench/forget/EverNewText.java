package dev.driftline.bench.forget;

import dev.driftline.bench.text.BenchCorpus;
import dev.driftline.corpus.CorpusDocument;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A text without an end whose n-grams and words never cease to be new: a {@link dev.driftline.bench.text.LongText} whose rare words are
 * others in each repetition. Of Brown, one token in twelve is such a word, and three quarters of the vocabulary are.
 */
final class EverNewText implements Iterator<CorpusDocument> {

    /** A word that the short text has no more often is another one in each repetition. */
    private static final int RARE = 5;

    private final Iterator<CorpusDocument> documents;
    private final Set<String> rare = new HashSet<>();

    EverNewText(BenchCorpus corpus) {
        Map<String, Integer> counts = new HashMap<>();
        corpus.documents().stream()
                .flatMap(document -> document.sentences().stream())
                .flatMap(List::stream)
                .forEach(word -> counts.merge(word, 1, Integer::sum));
        counts.forEach((word, count) -> {
            if (count <= RARE) {
                rare.add(word);
            }
        });
        documents = corpus.endless().iterator();
    }

    @Override
    public boolean hasNext() {
        return true;
    }

    @Override
    public CorpusDocument next() {
        CorpusDocument document = documents.next();
        int hash = document.id().lastIndexOf('#');
        String repetition = hash < 0 ? "" : document.id().substring(hash);
        return new CorpusDocument(
                document.id(),
                document.source(),
                document.sentences().stream()
                        .map(sentence -> sentence.stream()
                                .map(word -> rare.contains(word) ? word + repetition : word)
                                .toList())
                        .toList());
    }
}
