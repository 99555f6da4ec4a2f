package dev.driftline.bulk.models;

/**
 * What a text cost under a model.
 *
 * @param tokens its tokens, {@code </s>} included
 * @param unknown how many of them the model did not know
 * @param bits −log2 p of the text, unknown words as the model takes them
 * @param tokenBits the part of {@code bits} of each token; empty unless asked for
 * @param tokenUnknown which tokens were unknown; empty unless asked for
 */
public record TextCost(int tokens, int unknown, double bits, float[] tokenBits, boolean[] tokenUnknown) {

    /** Of a text whose tokens were not asked for. */
    public static final float[] NO_BITS = {};
    /** Of a text whose tokens were not asked for. */
    public static final boolean[] NO_FLAGS = {};
}
