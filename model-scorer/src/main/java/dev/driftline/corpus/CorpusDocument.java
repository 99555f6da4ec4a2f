package dev.driftline.corpus;

import java.util.List;

/**
 * One tokenised document of a corpus.
 *
 * @param id what the corpus calls it
 * @param source the unit of drift and of mixture weights: a genre, a year, a feed
 * @param sentences its sentences, each a list of tokens without {@code <s>} and {@code </s>}
 */
public record CorpusDocument(String id, String source, List<List<String>> sentences) {}
