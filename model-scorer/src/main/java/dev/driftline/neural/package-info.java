/**
 * Neural language models: their shape ({@link dev.driftline.neural.Architecture}), their weights and vocabulary
 * ({@link dev.driftline.neural.Network}, immutable), and scoring ({@link dev.driftline.neural.NetworkReader}, one a thread).
 */
@NullMarked
package dev.driftline.neural;

import org.jspecify.annotations.NullMarked;
