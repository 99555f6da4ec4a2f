package dev.driftline.simulation;

import dev.driftline.config.DriftlineConfig;
import dev.driftline.topics.Layout;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Under which a history happens.
 *
 * @param name for messages
 * @param layout of the topics
 * @param settings of the service
 * @param exactlyOnce whether there are transactions
 * @param keepsState whether committed state on disk outlives a crash, or is wiped
 */
record Circumstances(
        String name, Layout layout, Map<String, String> settings, boolean exactlyOnce, boolean keepsState) {

    private static final Map<String, String> COMMON = Map.of(
            "neural.model", "none",
            "model.order", "3",
            "predictions.k", "2",
            "drift.detectors", "adwin",
            "drift.unit.tokens", "5",
            "sources.idle.ms", Long.toString(100L * 365 * 24 * 3_600_000));

    /** Every layout, with each guarantee, and with state that is kept and that is wiped. */
    static final List<Circumstances> ALL = Stream.of(
                    new Parts(Layout.ONE_TASK, 1, 1),
                    new Parts(Layout.ONE_SHARD, 1, 3),
                    new Parts(Layout.SHARDS, 1, 2),
                    new Parts(Layout.SHARDS, 2, 2),
                    new Parts(Layout.SHARDS, 4, 1))
            .flatMap(parts -> Stream.of(of(parts, true, true), of(parts, true, false), of(parts, false, true)))
            .toList();

    private record Parts(Layout layout, int shards, int partitions) {}

    private static Circumstances of(Parts parts, boolean exactlyOnce, boolean keepsState) {
        Map<String, String> settings = new HashMap<>(COMMON);
        settings.put("shards", Integer.toString(parts.shards()));
        settings.put("partitions", Integer.toString(parts.partitions()));
        return new Circumstances(
                parts.layout() + ", " + parts.shards() + " shards, " + parts.partitions() + " partitions, "
                        + (exactlyOnce ? "exactly once, state " + (keepsState ? "kept" : "wiped") : "at least once"),
                parts.layout(),
                settings,
                exactlyOnce,
                keepsState);
    }

    Blueprint blueprint() {
        return new Blueprint(DriftlineConfig.of(settings), layout);
    }

    @Override
    public String toString() {
        return name;
    }
}
