package dev.driftline.neural;

/** How the states of a document's tokens become one vector. */
public enum Pooling {
    /** The state after the last token. */
    LAST,
    /** The mean over the tokens. */
    MEAN,
    /** The largest value of each unit. */
    MAX;

    /**
     * The one called {@code label}, whatever its case; the mean for null.
     *
     * @throws IllegalArgumentException naming the known ones if there is none
     */
    public static Pooling named(String label) {
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
