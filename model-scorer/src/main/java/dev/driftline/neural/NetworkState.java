package dev.driftline.neural;

/**
 * What a network remembers of the tokens so far. Immutable.
 *
 * @param values layer by layer: h, and for an LSTM c after it; for a window the indexes of its tokens
 */
public record NetworkState(float[] values) {}
