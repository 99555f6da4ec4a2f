package dev.driftline.drift;

import java.util.Set;

/**
 * What counts as drift.
 *
 * @param detectors the detectors that may raise an alarm
 * @param unitTokens short documents are joined into a unit of at least this many tokens
 * @param burnInTokens tokens of a source before its live series is watched, while caches and weights settle
 * @param referenceTokens tokens of a source that its reference learns before it is frozen
 * @param leastChange bits a token by which the level must change; a smaller change is not reported, however significant
 * @param adwinDelta ADWIN's δ, its bound on the probability of a false cut
 * @param pageHinkleyThreshold cumulated standard deviations at which Page–Hinkley raises an alarm
 * @param ewmaThreshold standard errors of the moving average at which the chart raises an alarm
 * @param acceptUnits units for which a new level must be stable to become the baseline
 */
public record DriftSettings(
        Set<Detector> detectors,
        int unitTokens,
        long burnInTokens,
        int referenceTokens,
        double leastChange,
        double adwinDelta,
        double pageHinkleyThreshold,
        double ewmaThreshold,
        int acceptUnits) {

    /** Defaults that suit most streams; their error rates are in the documentation of drift. */
    public static final DriftSettings DEFAULTS =
            new DriftSettings(Set.of(Detector.values()), 200, 5_000, 10_000, 0.3, 0.002, 16, 4.5, 64);

    /** A warning is given at this share of a detector's threshold. */
    static final double WARNING = 0.7;

    /** @throws IllegalArgumentException if a number is out of range */
    public DriftSettings {
        detectors = Set.copyOf(detectors);
        atLeast("unitTokens", unitTokens, 1);
        atLeast("burnInTokens", burnInTokens, 0);
        atLeast("referenceTokens", referenceTokens, 0);
        atLeast("leastChange", leastChange, 0);
        atLeast("acceptUnits", acceptUnits, 8);
        if (!(adwinDelta > 0 && adwinDelta < 1)) {
            throw new IllegalArgumentException("adwinDelta is " + adwinDelta + ", expected between 0 and 1");
        }
        if (!(pageHinkleyThreshold > 0) || !(ewmaThreshold > 0)) {
            throw new IllegalArgumentException(
                    "thresholds are " + pageHinkleyThreshold + " and " + ewmaThreshold + ", expected more than 0");
        }
    }

    /** The most tokens that a unit counts as, so that one long document does not outweigh all others. */
    public int mostWeight() {
        return 10 * unitTokens;
    }

    /** The same with other detectors. */
    public DriftSettings with(Set<Detector> others) {
        return new DriftSettings(
                others,
                unitTokens,
                burnInTokens,
                referenceTokens,
                leastChange,
                adwinDelta,
                pageHinkleyThreshold,
                ewmaThreshold,
                acceptUnits);
    }

    private static void atLeast(String name, double value, double least) {
        if (!(value >= least)) {
            throw new IllegalArgumentException(name + " is " + value + ", expected at least " + least);
        }
    }
}
