package dev.driftline.scoring;

import dev.driftline.prefix.WordPrefix;
import java.util.Arrays;
import java.util.List;

/**
 * Candidates for the word after a document's last sentence, taken as still open, with what the n-gram model says of each.
 *
 * @param prefix what each of the words wanted begins with
 * @param words candidate words that do, and {@code <unk>}; where there is no prefix {@code </s>}, too; distinct
 * @param probabilities one row a candidate; {@code matched} is the same in all rows. A word that is no event of its own, as it
 *     is not in the vocabulary, is {@code unknown} and has the row of {@code <unk>}
 * @param exact {@code [words]}: whether a row is what a score says of the word there; else its unigram part is an estimate
 * @param ceilings {@code [order]}: the highest probability of a word with the prefix that is not among {@code words}, by top
 *     order; 1 where nothing is known of it, 0 where there is no such word
 * @param unresolved words that the shards named without saying all that is needed; bounded by {@code ceilings}
 */
public record Candidates(
        WordPrefix prefix,
        List<String> words,
        NgramProbabilities probabilities,
        boolean[] exact,
        double[] ceilings,
        List<String> unresolved) {

    /** Exact candidates beside which nothing is known. */
    public Candidates(List<String> words, NgramProbabilities probabilities) {
        this(WordPrefix.NONE, words, probabilities, allOf(words.size()), ones(probabilities.order()), List.of());
    }

    private static boolean[] allOf(int words) {
        boolean[] exact = new boolean[words];
        Arrays.fill(exact, true);
        return exact;
    }

    private static double[] ones(int order) {
        double[] ceilings = new double[order];
        Arrays.fill(ceilings, 1);
        return ceilings;
    }

    /** Whether every event of the vocabulary that begins with the prefix is among {@link #words()}. */
    public boolean isComplete() {
        return Arrays.stream(ceilings).allMatch(ceiling -> ceiling == 0);
    }
}
