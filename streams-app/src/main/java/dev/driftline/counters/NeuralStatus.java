package dev.driftline.counters;

import java.util.Locale;

/** What part the network took in a score. */
public enum NeuralStatus {
    /** It was asked and is in the mixture. */
    SCORED,
    /** There was no snapshot yet. */
    NO_SNAPSHOT,
    /** There was one, and it could not keep up, or failed. */
    FALLBACK;

    /** The name in a record: {@code no-snapshot}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
