package dev.driftline.mixture;

import dev.driftline.scoring.DocumentTokens;
import dev.driftline.scoring.NgramProbabilities;
import java.util.Arrays;

/**
 * The bits to say which word each {@code <unk>} of a document is: one of its new words that came before, or one that the
 * character model spells, under the predictive rule of Pitman and Yor with that model as its base (formula (7) of the
 * package). New words tend to come again in the document that introduced them.
 *
 * <p>Not thread-safe.
 */
final class NewWordSpelling {

    private static final double CONCENTRATION = 5;
    private static final double DISCOUNT = 0.5;

    private int[] repeats = new int[1024];

    double bits(DocumentTokens document, NgramProbabilities ngrams) {
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
            double fresh = (CONCENTRATION + DISCOUNT * types) / (seen + CONCENTRATION); // (7)
            if (count == 0) {
                // Apart: the probability of a long spelling does not fit a double.
                bits += ngrams.spellingBits()[i] + Bits.of(fresh);
                types++;
            } else {
                double again = (count - DISCOUNT) / (seen + CONCENTRATION); // (7)
                bits += Bits.of(again + fresh * Math.pow(2, -ngrams.spellingBits()[i]));
            }
            seen++;
        }
        return bits;
    }
}
