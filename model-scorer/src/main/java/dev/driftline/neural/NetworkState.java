package dev.driftline.neural;

/**
 * The state of a network after some tokens. Immutable.
 *
 * @param values layer by layer: h, and for an LSTM c after it; for a window the indexes of its tokens
 */
public record NetworkState(float[] values) {}
