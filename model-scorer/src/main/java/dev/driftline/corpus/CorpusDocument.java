package dev.driftline.corpus;

import java.util.List;
import java.util.Map;

/**
 * One tokenised document of a corpus.
 *
 * @param id its id in the corpus
 * @param source the unit of drift and of mixture weights: a genre, a year, a feed
 * @param sentences its sentences, each a list of tokens without {@code <s>} and {@code </s>}
 * @param learn false for a document that is scored but not learned
 * @param attributes further facts, by name
 */
public record CorpusDocument(
        String id, String source, List<List<String>> sentences, boolean learn, Map<String, String> attributes) {

    /** A document to be learned, without attributes. */
    public CorpusDocument(String id, String source, List<List<String>> sentences) {
        this(id, source, sentences, true, Map.of());
    }
}
