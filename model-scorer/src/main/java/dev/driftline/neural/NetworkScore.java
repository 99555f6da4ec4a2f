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
        float[] logProbabilities, float[] topProbabilities, float @Nullable [] open, float @Nullable [] encoding) {}
