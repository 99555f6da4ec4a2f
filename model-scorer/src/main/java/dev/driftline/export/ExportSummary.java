package dev.driftline.export;

import java.util.Arrays;

/**
 * What was exported, and what was not.
 *
 * @param ngrams by order, from index 1
 * @param unsayable words that the format cannot say, with white space or control characters in them, or {@code <unk>} under a growing
 *     vocabulary: they are {@code <unk>} there
 * @param outside words that were not asked for: they are {@code <unk>}, too
 * @param ngramsOfThose n-grams of order 2 and more with such a word
 * @param ngramsUncounted n-grams with a word that its shard does not count, which scores as {@code <unk>}
 * @param prunedByCount n-grams that came too seldom
 * @param prunedByEntropy n-grams whose absence costs too little
 * @param zeros n-grams of probability 0, written as 10⁻⁹⁹
 */
public record ExportSummary(
        long[] ngrams,
        long unsayable,
        long outside,
        long ngramsOfThose,
        long ngramsUncounted,
        long prunedByCount,
        long prunedByEntropy,
        long zeros) {

    /** N-grams of all orders. */
    public long total() {
        return Arrays.stream(ngrams).sum();
    }
}
