/**
 * Neural language models: what they are made of ({@link dev.driftline.neural.Architecture}), what they know
 * ({@link dev.driftline.neural.Network}, immutable), and what they say of documents
 * ({@link dev.driftline.neural.NetworkReader}, one a thread).
 */
package dev.driftline.neural;
