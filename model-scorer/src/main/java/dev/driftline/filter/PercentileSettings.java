package dev.driftline.filter;

/**
 * What the percentile of a document is, and of how much it is remembered.
 *
 * @param of the measure that documents of a source are ranked by
 * @param minimum earlier documents of a source below which its documents have no percentile
 * @param window documents of a source that a percentile looks back on: {@code window} to twice as many, 0 for all
 */
public record PercentileSettings(Measure of, int minimum, int window) {

    /** What applies where the file says nothing. */
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
