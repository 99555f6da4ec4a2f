package dev.driftline.drift;

import java.util.Locale;

/** The detectors of change. */
public enum Detector {
    /** {@link Adwin}. */
    ADWIN,
    /** {@link PageHinkley}. */
    PAGE_HINKLEY,
    /** {@link EwmaChart}. */
    EWMA;

    /** The name in settings and in output. */
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
        throw new IllegalArgumentException("'" + label + "' is not one of adwin, page-hinkley, ewma");
    }
}
