package dev.driftline.neural;

import org.jspecify.annotations.Nullable;

/** How to pool the states of a document's tokens into one vector. */
public enum Pooling {
    /** The state after the last token. */
    LAST,
    /** The mean over the tokens. */
    MEAN,
    /** The largest value of each unit. */
    MAX;

    /**
     * The pooling called {@code label}, in upper or lower case; the mean for null.
     *
     * @throws IllegalArgumentException if there is no such pooling; the message lists the known ones
     */
    public static Pooling named(@Nullable String label) {
        if (label == null) {
            return MEAN;
        }
        for (Pooling pooling : values()) {
            if (pooling.name().equalsIgnoreCase(label)) {
                return pooling;
            }
        }
        throw new IllegalArgumentException("no pooling is called '" + label + "', expected last, mean or max");
    }
}
