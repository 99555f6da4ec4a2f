package dev.driftline.scoring;

import java.util.Arrays;

/**
 * The bits to say which word each {@code <unk>} of a document is: one of its new words that came before, or one that the
 * character model spells with probability p(w). New words tend to come again in the document that introduced them, so the
 * rule is the predictive one of Pitman and Yor 1997 with that model as its base: after n new words of t types, c(w) of them w,
 *
 * <pre>
 * P(w) = ((c(w) − d) + (θ + d t) p(w)) / (n + θ),   without the first term where c(w) is 0
 * </pre>
 *
 * <p>Not thread-safe.
 */
public final class NewWordSpelling {

    private static final double LN2 = Math.log(2);
    private static final double CONCENTRATION = 5;
    private static final double DISCOUNT = 0.5;

    private int[] repeats = new int[1024];

    private static double bits(double p) {
        return -Math.log(p) / LN2;
    }

    /**
     * Bits beyond those of {@code <unk>}.
     *
     * @param ngrams say which tokens are unknown, and what it costs to spell each
     */
    public double bits(DocumentTokens document, NgramProbabilities ngrams) {
        int[] tokens = document.tokens();
        int words = document.words().length;
        if (words > repeats.length) {
            repeats = new int[Math.max(words, repeats.length * 2)];
        }
        Arrays.fill(repeats, 0, words, 0);
        int seen = 0;
        int types = 0;
        double bits = 0;
        for (int i = 0; i < tokens.length; i++) {
            if (!ngrams.unknown()[i]) {
                continue;
            }
            int count = repeats[tokens[i]]++;
            double fresh = (CONCENTRATION + DISCOUNT * types) / (seen + CONCENTRATION);
            if (count == 0) {
                // Apart: the probability of a long spelling does not fit a double.
                bits += ngrams.spellingBits()[i] + bits(fresh);
                types++;
            } else {
                double again = (count - DISCOUNT) / (seen + CONCENTRATION);
                bits += bits(again + fresh * Math.pow(2, -ngrams.spellingBits()[i]));
            }
            seen++;
        }
        return bits;
    }
}
