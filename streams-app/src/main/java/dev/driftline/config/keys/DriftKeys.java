package dev.driftline.config.keys;

import dev.driftline.drift.Detector;
import java.util.EnumSet;
import java.util.Set;

/** Which detectors watch the sources for changes, and how sensitive they are. */
public final class DriftKeys {

    static final KeyGroup GROUP = new KeyGroup("Drift");

    /** The value of {@link #DETECTORS} that watches no source. */
    public static final String NO_DETECTORS = "none";

    public static final ConfigKey<Set<Detector>> DETECTORS = GROUP.key(
            "drift.detectors",
            "adwin,page-hinkley,ewma",
            "none, or some of adwin, page-hinkley and ewma separated by commas",
            "Detectors that watch the surprisal of each source for changes. The first to detect one raises the "
                    + "alarm. none: do not watch the sources, and publish nothing to the observations and drift topics.",
            DriftKeys::detectors);

    public static final ConfigKey<Integer> UNIT_TOKENS = GROUP.whole(
            "drift.unit.tokens",
            "200",
            1,
            1_000_000,
            "Short documents of a source are combined until they have this many tokens, and are then watched as "
                    + "one unit. A document counts as at most ten times as many tokens.");

    public static final ConfigKey<Long> BURN_IN_TOKENS = GROUP.wholeLong(
            "drift.burn.in.tokens",
            "5000",
            0,
            1_000_000_000,
            "Tokens of a source before its live surprisal is watched. Until then its caches and mixture weights "
                    + "settle.");

    public static final ConfigKey<Integer> REFERENCE_TOKENS = GROUP.whole(
            "drift.reference.tokens",
            "10000",
            0,
            1_000_000,
            "Tokens of a source, in each of its partitions, from which its frozen reference is learned. 0: watch "
                    + "the live surprisal alone. About 4 bytes per token in RocksDB and the changelog.");

    public static final ConfigKey<Double> LEAST_CHANGE = GROUP.real(
            "drift.least.change",
            "0.3",
            0,
            100,
            "Smallest change of the level, in bits per token, that is reported as drift; half of it for a "
                    + "warning. Applies however certain the detectors are.");

    public static final ConfigKey<Double> ADWIN_DELTA = GROUP.real(
            "drift.adwin.delta",
            "0.002",
            1e-12,
            0.5,
            "Confidence parameter of ADWIN. A smaller value raises fewer false alarms and detects a change later.");

    public static final ConfigKey<Double> PAGE_HINKLEY_THRESHOLD = GROUP.real(
            "drift.page.hinkley.threshold",
            "16",
            0.1,
            10_000,
            "Cumulative deviation, in standard deviations of a document, at which the Page-Hinkley test raises an "
                    + "alarm.");

    public static final ConfigKey<Double> EWMA_THRESHOLD = GROUP.real(
            "drift.ewma.threshold",
            "4.5",
            0.1,
            1000,
            "Deviation of the moving average, in its standard errors, at which the EWMA chart raises an alarm.");

    public static final ConfigKey<Integer> ACCEPT_UNITS = GROUP.whole(
            "drift.accept.units",
            "64",
            8,
            1_000_000,
            "Number of documents, or units of drift.unit.tokens, for which a new level must be stable before it "
                    + "is accepted as normal.");

    private DriftKeys() {}

    private static Set<Detector> detectors(String value) {
        if (value.equals(NO_DETECTORS)) {
            return Set.of();
        }
        Set<Detector> detectors = EnumSet.noneOf(Detector.class);
        for (String label : value.split(",", -1)) {
            detectors.add(Detector.labelled(label.strip()));
        }
        return detectors;
    }
}
