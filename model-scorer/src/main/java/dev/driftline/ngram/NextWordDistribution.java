package dev.driftline.ngram;

import java.util.List;

/** What may come next after the beginning of a sentence. */
@FunctionalInterface
public interface NextWordDistribution {

    /**
     * Words and their probabilities, index by index; the arrays are not to be changed. The sum is at most 1: words left
     * out, {@code <unk>} among them, have the rest.
     */
    record Words(String[] words, double[] probabilities) {}

    /** What may follow {@code sentence}, {@code </s>} included. */
    Words after(List<String> sentence);
}
