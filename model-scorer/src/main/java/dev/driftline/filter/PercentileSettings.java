package dev.driftline.filter;

/**
 * How the percentile of a document is computed.
 *
 * @param of the measure that documents of a source are ranked by
 * @param minimum earlier documents that a source needs before its documents have a percentile
 * @param window how far a percentile looks back, in documents of a source: {@code window} to twice as many; 0 for all
 */
public record PercentileSettings(Measure of, int minimum, int window) {

    /** The settings of a rules file without any. */
    public static final PercentileSettings DEFAULT = new PercentileSettings(Measure.BITS_PER_TOKEN, 30, 1000);

    /** @throws IllegalArgumentException if a number is out of range */
    public PercentileSettings {
        if (minimum < 1 || window < 0) {
            throw new IllegalArgumentException(
                    "minimum " + minimum + " and window " + window + ", expected 1 or more, and 0 or more");
        }
        if (window > 0 && minimum > window) {
            throw new IllegalArgumentException("minimum " + minimum + " is more than the window of " + window);
        }
    }
}
