package dev.driftline.config;

import java.util.Locale;

/** What a crash may do to counts and outputs. */
public enum ProcessingGuarantee {
    /** A crash changes no count and no score is published twice (Kafka transactions). */
    EXACTLY_ONCE_V2,
    /** Faster commits; after a crash some documents may be counted and scored twice. */
    AT_LEAST_ONCE;

    /** The name Kafka Streams uses, for example {@code exactly_once_v2}. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
