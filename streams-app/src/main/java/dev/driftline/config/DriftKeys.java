package dev.driftline.config;

import dev.driftline.drift.Detector;
import java.util.EnumSet;
import java.util.Set;

/** What watches the sources for changes, and how soon it speaks up. */
public final class DriftKeys {

    static final KeyGroup GROUP = new KeyGroup("Drift");

    /** The value of {@link #DETECTORS} that watches nothing. */
    public static final String NO_DETECTORS = "none";

    public static final ConfigKey<Set<Detector>> DETECTORS = GROUP.key(
            "drift.detectors",
            "adwin,page-hinkley,ewma",
            "none, or some of adwin, page-hinkley and ewma separated by commas",
            "What watches the surprisal of each source for changes; the first to notice one raises the alarm. none: sources are "
                    + "not watched, and nothing goes to the observations and drift topics for it.",
            DriftKeys::detectors);

    public static final ConfigKey<Integer> UNIT_TOKENS = GROUP.whole(
            "drift.unit.tokens",
            "200",
            1,
            1_000_000,
            "Short documents of a source are put together until they have so many tokens, and are watched as one; a document "
                    + "counts as at most ten times as many.");

    public static final ConfigKey<Long> BURN_IN_TOKENS = GROUP.wholeLong(
            "drift.burn.in.tokens",
            "5000",
            0,
            1_000_000_000,
            "Tokens of a source before its live surprisal is watched: until then its caches and mixture weights settle.");

    public static final ConfigKey<Integer> REFERENCE_TOKENS = GROUP.whole(
            "drift.reference.tokens",
            "10000",
            0,
            1_000_000,
            "Tokens of a source from which its frozen reference is learned, for each partition that it comes through; 0 watches "
                    + "the live surprisal alone. About 4 bytes a token in RocksDB and the changelog.");

    public static final ConfigKey<Double> LEAST_CHANGE = GROUP.real(
            "drift.least.change",
            "0.3",
            0,
            100,
            "Bits a token by which the level must have changed to be called drift, and half of it for a warning, however sure the "
                    + "detectors are.");

    public static final ConfigKey<Double> ADWIN_DELTA = GROUP.real(
            "drift.adwin.delta",
            "0.002",
            1e-12,
            0.5,
            "ADWIN's confidence parameter: smaller values raise fewer false alarms and notice a change later.");

    public static final ConfigKey<Double> PAGE_HINKLEY_THRESHOLD = GROUP.real(
            "drift.page.hinkley.threshold",
            "16",
            0.1,
            10_000,
            "Cumulated deviation, in standard deviations of a document, at which the Page-Hinkley test raises an alarm.");

    public static final ConfigKey<Double> EWMA_THRESHOLD = GROUP.real(
            "drift.ewma.threshold",
            "4.5",
            0.1,
            1000,
            "Standard errors of the moving average by which it must be off for the chart to raise an alarm.");

    public static final ConfigKey<Integer> ACCEPT_UNITS = GROUP.whole(
            "drift.accept.units",
            "64",
            8,
            1_000_000,
            "Documents, or units of drift.unit.tokens, for which a new level must have been stable to be taken for the new "
                    + "normal.");

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
