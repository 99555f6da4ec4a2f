package dev.driftline.neural;

/** How the states of a document's tokens become one vector. */
public enum Pooling {
    /** The state after the last token. */
    LAST,
    /** The mean over the tokens. */
    MEAN,
    /** The largest value of each unit. */
    MAX
}
