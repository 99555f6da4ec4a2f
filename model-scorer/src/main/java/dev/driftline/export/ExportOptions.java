package dev.driftline.export;

import java.util.Optional;
import java.util.Set;

/**
 * What of the counts is exported.
 *
 * @param order of the model, 1 to that of the counts
 * @param prune by order, from index 1: n-grams that came so often or less are left out; 0 leaves none out
 * @param entropy n-grams are left out whose absence raises the perplexity of the model by less than this part (Stolcke 1998); 0
 *     leaves none out
 * @param words the words that the model has; empty for all
 */
public record ExportOptions(int order, long[] prune, double entropy, Optional<Set<String>> words) {

    /** The whole model of that order. */
    public static ExportOptions ofOrder(int order) {
        return new ExportOptions(order, new long[order + 1], 0, Optional.empty());
    }

    /**
     * How often n-grams of each order must have come, from thresholds as KenLM has them.
     *
     * @param thresholds of order 1, 2 and so on; the last one holds for all higher orders
     * @throws IllegalArgumentException if one is negative or below the one before it, or unigrams are to go
     */
    public static long[] prune(int order, long... thresholds) {
        long[] prune = new long[order + 1];
        for (int k = 1; k <= order; k++) {
            long threshold = thresholds.length == 0 ? 0 : thresholds[Math.min(k, thresholds.length) - 1];
            if (threshold < prune[k - 1]) {
                throw new IllegalArgumentException(
                        "the threshold " + threshold + " of order " + k + " is below " + prune[k - 1]
                                + ", that of order " + (k - 1) + ": an n-gram is never seen more often than its parts");
            }
            if (k == 1 && threshold != 0) {
                throw new IllegalArgumentException(
                        "the threshold of order 1 is " + threshold + ", and words are not pruned: begin with 0");
            }
            prune[k] = threshold;
        }
        return prune;
    }

    /** Whether some n-grams may be left out. */
    boolean prunes() {
        return prune[order] > 0 || entropy > 0;
    }
}
