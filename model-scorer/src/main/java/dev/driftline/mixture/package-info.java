/**
 * What a source adds to the shared n-gram model: caches of its recent words, and weights learned online that mix them
 * with the n-gram orders, and with a network where there is one, into one distribution.
 *
 * <p>With p_i the experts' probabilities of a token, each a distribution over the known types, {@code </s>} and
 * {@code <unk>}:
 *
 * <ul>
 *   <li><i>by bucket</i> ({@link dev.driftline.mixture.OnlineWeights}): p = Σ w_i p_i, one set of weights for each bucket of
 *       matched context and cache evidence, moved by w_i ← (1 − η) w_i + η w_i p_i / p. A source begins with the weights that
 *       all sources before it have come to ({@link dev.driftline.mixture.CommonWeights});
 *   <li><i>by circumstances</i> ({@link dev.driftline.mixture.Gate}), where there is a network: p = Σ softmax(A x)_i p_i with
 *       features x known before the token, A moved along the gradient of ln p;
 *   <li><i>outermost</i> ({@link dev.driftline.mixture.BayesMixture}): the Bayes mixture, under a uniform prior, of these two
 *       and of every model that a score lists. Its probability of all that a source sends is the mean of theirs, so it never
 *       costs more than log2(their number) bits beyond the best of them.
 * </ul>
 *
 * <p>{@link dev.driftline.mixture.NeuralEvents} says how the words of a network become those events, and
 * {@link dev.driftline.mixture.DocumentScorer} what happens in documents that no network has scored.
 */
package dev.driftline.mixture;
