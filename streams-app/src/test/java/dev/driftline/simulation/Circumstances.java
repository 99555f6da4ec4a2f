package dev.driftline.simulation;

import dev.driftline.config.DriftlineConfig;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Under which a history happens.
 *
 * @param name for messages
 * @param settings of the service
 * @param exactlyOnce whether there are transactions
 * @param keepsState whether committed state on disk outlives a crash, or is wiped
 */
record Circumstances(String name, Map<String, String> settings, boolean exactlyOnce, boolean keepsState) {

    private static final Map<String, String> COMMON = Map.of(
            "neural.model", "none",
            "model.order", "3",
            "predictions.k", "2",
            "drift.detectors", "adwin",
            "drift.unit.tokens", "5",
            "sources.idle.ms", Long.toString(100L * 365 * 24 * 3_600_000));

    /** Every number of shards and partitions, with each guarantee, and with state that is kept and that is wiped. */
    static final List<Circumstances> ALL = Stream.of(
                    new int[] {2, 2}, new int[] {4, 1}, new int[] {1, 2}, new int[] {1, 1})
            .flatMap(parts -> Stream.of(
                    of(parts[0], parts[1], true, true),
                    of(parts[0], parts[1], true, false),
                    of(parts[0], parts[1], false, true)))
            .toList();

    static Circumstances of(int shards, int partitions, boolean exactlyOnce, boolean keepsState) {
        Map<String, String> settings = new HashMap<>(COMMON);
        settings.put("shards", Integer.toString(shards));
        settings.put("partitions", Integer.toString(partitions));
        return new Circumstances(
                shards + " shards, " + partitions + " partitions, "
                        + (exactlyOnce ? "exactly once, state " + (keepsState ? "kept" : "wiped") : "at least once"),
                settings,
                exactlyOnce,
                keepsState);
    }

    DriftlineConfig config() {
        return DriftlineConfig.of(settings);
    }

    @Override
    public String toString() {
        return name;
    }
}
