/**
 * A network that goes on learning while text flows: what it is trained on ({@link dev.driftline.neural.online.ReplayBuffer}),
 * how ({@link dev.driftline.neural.online.FineTuner}), which words it has rows for
 * ({@link dev.driftline.neural.online.VocabularyTurnover}), and whether the result is better
 * ({@link dev.driftline.neural.online.PairedComparison}, {@link dev.driftline.neural.online.Promotion}).
 * {@link dev.driftline.neural.online.OnlineNetwork} puts them together in one thread; the trainer of the topology does so
 * over a state store and a background thread.
 */
@NullMarked
package dev.driftline.neural.online;

import org.jspecify.annotations.NullMarked;
