package dev.driftline.mixture;

import java.util.List;

/**
 * The most probable next words under one model. The probabilities of the words, {@code unknown} and {@link #rest()} add up to 1.
 *
 * @param model the name of the model
 * @param words the words, the most probable first; {@code <unk>} is not among them
 * @param unknown the probability of {@code <unk>}, any word that the model does not know
 * @param ceiling the highest probability of a word that is not listed; 1 where that was not asked for
 * @param missed words that may be above the ceiling of those that were looked at: to be looked at, too, where the list is not
 *     {@linkplain #isProved proved} to be complete
 */
public record NextWordPrediction(
        String model, List<PredictedWord> words, double unknown, double ceiling, List<String> missed) {

    /** The name of a linear blend of top order and network. */
    public static final String BLEND = "blend";

    /** Relative: α and γ come as 32-bit floats. */
    private static final double ROUNDING = 1e-6;

    /** The probability of all words that are neither listed nor unknown. */
    public double rest() {
        double listed = words.stream().mapToDouble(PredictedWord::probability).sum();
        return Math.max(0, 1 - listed - unknown);
    }

    /**
     * Whether the {@code count} most probable words are listed, or all that there are, each with the probability that a score
     * would give it.
     */
    public boolean isProved(int count) {
        if (!words.stream().allMatch(PredictedWord::exact)) {
            return false;
        }
        double last = words.size() < count ? 0 : words.get(words.size() - 1).probability();
        return ceiling <= last * (1 + ROUNDING);
    }
}
