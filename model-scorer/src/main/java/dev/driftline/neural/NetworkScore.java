package dev.driftline.neural;

import org.jspecify.annotations.Nullable;

/**
 * The score of one document by a network.
 *
 * @param logProbabilities {@code [tokens]}: ln p of each token's index, that of {@code <unk>} for words without a row
 * @param topProbabilities {@code [tokens]}: the probability of the most probable token there, a measure of how certain the
 *     network is before it sees the token; of an adaptive softmax, the most probable in the head
 * @param open {@code [vocabulary size]}: the distribution at the document's last position, before the {@code </s>} of
 *     its last sentence; null unless asked for
 * @param encoding {@code [hidden]}: the document's vector; null unless asked for
 */
public record NetworkScore(
        float[] logProbabilities, float[] topProbabilities, float @Nullable [] open, float @Nullable [] encoding) {

    /** What rounding may leave of the logarithm of 1. */
    private static final float ROUNDING = 0.001f;

    /** Whether every number is one; a network of finite weights can overflow, and then says nothing that can be used. */
    public boolean isSound() {
        for (float logarithm : logProbabilities) {
            if (!(logarithm <= ROUNDING)) {
                return false;
            }
        }
        return isFinite(topProbabilities) && isFinite(open) && isFinite(encoding);
    }

    private static boolean isFinite(float @Nullable [] numbers) {
        if (numbers == null) {
            return true;
        }
        float sum = 0;
        for (float number : numbers) {
            // 0 · x is 0 for each finite x, and NaN for the others.
            sum += 0 * number;
        }
        return sum == 0;
    }
}
