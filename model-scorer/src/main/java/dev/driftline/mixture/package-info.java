/**
 * The mathematics of the mixture: the n-gram orders, the caches of a source and a network, where there is one, become one
 * distribution for each token, with weights that are learned online.
 *
 * <p>Let p_i be the <i>experts'</i> probabilities of one token: the n-gram orders 1 to N, the unigram cache, the bigram cache,
 * the background, the network. Each is a distribution over the known types, {@code </s>} and {@code <unk>}. A token is scored before anything
 * is learned from it. {@link dev.driftline.mixture.TokenMixer} computes, and the code refers to the numbers:
 *
 * <ol>
 *   <li><b>By bucket:</b> p = Σ_i w_i p_i, one set of weights for each bucket of matched context and cache evidence
 *       ({@link dev.driftline.mixture.WeightBuckets}). Two smaller mixtures of the same form join each cache to the top order.
 *       Linear interpolation with bucketed weights: Jelinek and Mercer 1980.
 *   <li><b>Their learning:</b> w_i ← (1 − η) w_i + η w_i p_i / p, the online EM step (Cappé and Moulines 2009) with
 *       η = max(1 / (t + t0), the learning rate) at the bucket's t-th token ({@link dev.driftline.mixture.OnlineWeights}).
 *   <li><b>By circumstances,</b> where there is a network: p = Σ_i softmax(A x)_i p_i, with features x known before the token:
 *       the gating network of Jacobs, Jordan, Nowlan and Hinton 1991 ({@link dev.driftline.mixture.Gate}).
 *   <li><b>Its learning:</b> gradient ascent on ln p, ∂ ln p / ∂A_ik = g_i (p_i / p − 1) x_k, where g is the softmax; each step
 *       is divided by the root of the sum of its past squares (AdaGrad, Duchi, Hazan and Singer 2011), which fades slowly.
 *   <li><b>Outermost:</b> the Bayes mixture under a uniform prior, p = Σ_j π_j q_j and π_j ← π_j q_j / p, of (1), (3), every
 *       n-gram order, each cache joined to the top order, and the network ({@link dev.driftline.mixture.BayesMixture}). Its
 *       probability of all that a source sends is the mean of the K components', so it never costs more than log2 K bits
 *       beyond the best of them (Cesa-Bianchi and Lugosi 2006, chapter 9).
 *   <li><b>A network's events:</b> its {@code <unk>} is shared out over the events for which it has no row, by the estimate
 *       (new + ½) / (all + 1) of Krichevsky and Trofimov 1981 ({@link dev.driftline.neural.events.NeuralEvents}).
 *   <li><b>A young source's caches:</b> of a cache that has seen n tokens the share n / (n + k) is its own, the rest that of the
 *       top order ({@link dev.driftline.mixture.TokenEvidence}).
 *   <li><b>A background's events:</b> the counts share what they give {@code <unk>} out over the words that only the background
 *       has, and the background what it gives it over those that only the counts have, with the same estimate
 *       ({@link dev.driftline.background.BackgroundRows}).
 *   <li><b>Young counts:</b> of counts that have seen n tokens the share n / (n + k) is their own, the rest the background's.
 * </ol>
 *
 * <p>A source begins with the weights that all sources before it have reached
 * ({@link dev.driftline.mixture.CommonWeights}). What a source remembers is behind
 * {@link dev.driftline.mixture.SourceMemory}: this package knows neither caches nor stores.
 */
@NullMarked
package dev.driftline.mixture;

import org.jspecify.annotations.NullMarked;
