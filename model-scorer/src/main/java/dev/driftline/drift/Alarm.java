package dev.driftline.drift;

/**
 * The answer of a detector to a unit.
 *
 * @param ratio the statistic over its threshold, with the sign of the change: 1 or more is a rise, −1 or less a fall
 * @param statistic in the detector's own unit, never negative
 * @param threshold what {@code statistic} has to reach
 */
record Alarm(double ratio, double statistic, double threshold) {

    static final Alarm NONE = new Alarm(0, 0, 1);

    boolean isChange() {
        return Math.abs(ratio) >= 1;
    }

    boolean isWarning() {
        return Math.abs(ratio) >= DriftSettings.WARNING;
    }

    boolean isRise() {
        return ratio > 0;
    }
}
