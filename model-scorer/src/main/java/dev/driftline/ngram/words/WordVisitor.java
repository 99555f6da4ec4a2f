package dev.driftline.ngram.words;

/** Visits words, each with its counts: alone, or after the words of a context. */
@FunctionalInterface
public interface WordVisitor {

    /**
     * @param word the word's id
     * @param raw how often it came, or followed the context
     * @param continuation distinct words before it, or before the context and it; the raw count where only that is kept
     */
    void visit(int word, long raw, long continuation);
}
