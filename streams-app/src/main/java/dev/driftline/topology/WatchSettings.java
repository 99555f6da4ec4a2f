package dev.driftline.topology;

import dev.driftline.config.DriftlineConfig;
import dev.driftline.config.Keys;
import dev.driftline.drift.DriftSettings;
import java.util.Optional;

/** What counts as a change of a source, as a configuration says it. */
public final class WatchSettings {

    private WatchSettings() {}

    /** What {@code config} says; empty where sources are not watched. */
    public static Optional<DriftSettings> of(DriftlineConfig config) {
        if (config.get(Keys.DRIFT_DETECTORS).isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new DriftSettings(
                config.get(Keys.DRIFT_DETECTORS),
                config.get(Keys.DRIFT_UNIT_TOKENS),
                config.get(Keys.DRIFT_BURN_IN_TOKENS),
                config.get(Keys.DRIFT_REFERENCE_TOKENS),
                config.get(Keys.DRIFT_LEAST_CHANGE),
                config.get(Keys.DRIFT_ADWIN_DELTA),
                config.get(Keys.DRIFT_PAGE_HINKLEY_THRESHOLD),
                config.get(Keys.DRIFT_EWMA_THRESHOLD),
                config.get(Keys.DRIFT_ACCEPT_UNITS)));
    }
}
