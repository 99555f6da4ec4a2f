package dev.driftline.metrics;

import dev.driftline.counters.DriftStates;
import dev.driftline.drift.DriftChange;
import dev.driftline.drift.Series;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Changes of the language of sources, and the states that they are in. Thread-safe. */
final class DriftMetrics {

    private static final List<DriftChange.State> EVENTS =
            List.of(DriftChange.State.WARNING, DriftChange.State.DRIFT, DriftChange.State.RECOVERED);

    private record Event(Series series, DriftChange.State state) {}

    private final Map<Event, Long> events = new LinkedHashMap<>();
    private final DriftStates states;
    private final int most;

    /**
     * @param states of the sources that are here
     * @param most sources that are shown because they are not stable
     */
    DriftMetrics(DriftStates states, int most) {
        this.states = states;
        this.most = most;
        for (Series series : Series.values()) {
            EVENTS.forEach(state -> events.put(new Event(series, state), 0L));
        }
    }

    /** A series of a source has come into another state. */
    synchronized void changed(Series series, DriftChange.State state) {
        events.merge(new Event(series, state), 1L, Long::sum);
    }

    /** @param busiest sources that are shown also where they are stable, or elsewhere */
    synchronized void read(Set<String> busiest, Samples samples) {
        events.forEach((event, count) ->
                samples.add(DriftlineMetric.DRIFT_EVENTS, count, label(event.series()), label(event.state())));
        Map<String, Map<Series, DriftChange.State>> all = new TreeMap<>();
        busiest.forEach(source -> all.put(source, Map.of()));
        all.putAll(states.notStable(most));
        all.forEach((source, ofSource) -> {
            for (Series series : Series.values()) {
                samples.add(
                        DriftlineMetric.SOURCE_DRIFT_STATE,
                        level(ofSource.getOrDefault(series, DriftChange.State.STABLE)),
                        source,
                        label(series));
            }
        });
    }

    private static String label(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    private static int level(DriftChange.State state) {
        return switch (state) {
            case DRIFT -> 2;
            case WARNING -> 1;
            case STABLE, RECOVERED -> 0;
        };
    }
}
