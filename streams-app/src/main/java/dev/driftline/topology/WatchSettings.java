package dev.driftline.topology;

import dev.driftline.config.DriftlineConfig;
import dev.driftline.config.keys.DriftKeys;
import dev.driftline.drift.DriftSettings;
import java.util.Optional;

/** What counts as a change of a source, as a configuration says it. */
public final class WatchSettings {

    private WatchSettings() {}

    /** What {@code config} says; empty where sources are not watched. */
    public static Optional<DriftSettings> of(DriftlineConfig config) {
        if (config.get(DriftKeys.DETECTORS).isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new DriftSettings(
                config.get(DriftKeys.DETECTORS),
                config.get(DriftKeys.UNIT_TOKENS),
                config.get(DriftKeys.BURN_IN_TOKENS),
                config.get(DriftKeys.REFERENCE_TOKENS),
                config.get(DriftKeys.LEAST_CHANGE),
                config.get(DriftKeys.ADWIN_DELTA),
                config.get(DriftKeys.PAGE_HINKLEY_THRESHOLD),
                config.get(DriftKeys.EWMA_THRESHOLD),
                config.get(DriftKeys.ACCEPT_UNITS)));
    }
}
