package dev.driftline.drift;

import dev.driftline.codec.Varints;

/**
 * The test of Page and Hinkley: cumulated deviations from the baseline, less a slack of half a deviation, and how far their
 * sum has risen above its minimum; the same downwards. Units are weighted by tokens. Statistic and threshold are
 * in standard deviations of a unit. Not thread-safe.
 *
 * <p>With z = (x − mean) / (σ√inflation): g ← max(0, g + (w/w̄)(z − ½)), which is m<sub>t</sub> − min m of E. S. Page,
 * <em>Continuous inspection schemes</em>, 1954, and D. Hinkley, 1971.
 */
final class PageHinkley {

    private static final double SLACK = 0.5;

    /** One unit, however far off, is not enough for a change. */
    private static final double MOST_STEP = 5;

    private final double threshold;
    private double rise;
    private double fall;

    PageHinkley(double threshold) {
        this.threshold = threshold;
    }

    Alarm add(double value, double tokens, Baseline baseline) {
        double share = Math.min(2, tokens / baseline.unitWeight());
        double deviation = baseline.deviation() * Math.sqrt(baseline.inflation());
        double z = (value - baseline.mean()) / deviation;
        rise = Math.min(2 * threshold, Math.max(0, rise + Math.min(MOST_STEP, share * (z - SLACK))));
        fall = Math.min(2 * threshold, Math.max(0, fall + Math.min(MOST_STEP, share * (-z - SLACK))));
        double most = Math.max(rise, fall);
        return new Alarm((rise >= fall ? 1 : -1) * most / threshold, most, threshold);
    }

    void reset() {
        rise = 0;
        fall = 0;
    }

    void write(Varints.Writer out) {
        out.writeDouble(rise);
        out.writeDouble(fall);
    }

    /** Reads what {@link #write} wrote; begins again where a number is not finite. */
    void read(Varints.Reader in) {
        rise = in.readDouble();
        fall = in.readDouble();
        if (!Double.isFinite(rise) || !Double.isFinite(fall)) {
            reset();
        }
    }
}
