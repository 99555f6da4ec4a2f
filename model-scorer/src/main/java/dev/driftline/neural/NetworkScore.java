package dev.driftline.neural;

/**
 * What a network says of one document.
 *
 * @param logProbabilities {@code [tokens]}: ln p of each token's index, that of {@code <unk>} for words without a row
 * @param topProbabilities {@code [tokens]}: the probability of the most probable token there, a measure of how sure the
 *     network is before it sees the token; of an adaptive softmax, the most probable in the head
 * @param open {@code [vocabulary size]}: the distribution at the document's last position, where its last sentence is taken
 *     as still open (before its {@code </s>}); null unless asked for
 * @param encoding {@code [hidden]}: the document's vector; null unless asked for
 */
public record NetworkScore(float[] logProbabilities, float[] topProbabilities, float[] open, float[] encoding) {}
