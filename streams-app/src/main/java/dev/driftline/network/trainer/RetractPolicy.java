package dev.driftline.network.trainer;

import java.util.Locale;

/** What becomes of networks that may have seen a document that is taken out. The replay buffer drops it in any case. */
public enum RetractPolicy {
    /** They stay, and so does the line. */
    KEEP,
    /** The next round starts from one that did not see it; the active one serves until that round's candidate is better. */
    RETRAIN,
    /** They are taken off the topic at once; one that did not see it serves, or none. */
    REPLACE;

    /** How it is called in the configuration. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** @throws IllegalArgumentException if there is none of that label */
    public static RetractPolicy named(String label) {
        return valueOf(label.toUpperCase(Locale.ROOT));
    }
}
