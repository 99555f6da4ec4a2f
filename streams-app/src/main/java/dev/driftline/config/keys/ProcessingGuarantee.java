package dev.driftline.config.keys;

import java.util.Locale;

/** How a crash may affect counts and outputs. */
public enum ProcessingGuarantee {
    /** A crash neither changes a count nor repeats a score (Kafka transactions). */
    EXACTLY_ONCE_V2,
    /** Commits are faster; after a crash, some documents may be counted and scored twice. */
    AT_LEAST_ONCE;

    /** The name Kafka Streams uses, for example {@code exactly_once_v2}. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
