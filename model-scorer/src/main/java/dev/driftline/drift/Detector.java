package dev.driftline.drift;

import java.util.Locale;

/** What can notice a change. */
public enum Detector {
    /** {@link Adwin}. */
    ADWIN,
    /** {@link PageHinkley}. */
    PAGE_HINKLEY,
    /** {@link EwmaChart}. */
    EWMA;

    /** The name in settings and on the screen. */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /**
     * The detector called {@code label}.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static Detector labelled(String label) {
        for (Detector detector : values()) {
            if (detector.label().equals(label)) {
                return detector;
            }
        }
        throw new IllegalArgumentException("'" + label + "' is none of adwin, page-hinkley, ewma");
    }
}
