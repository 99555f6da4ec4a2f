package dev.driftline.metrics;

import dev.driftline.drift.DriftChange;
import dev.driftline.drift.Series;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Changes of the language of sources, and the state that the last of them left. Thread-safe. */
final class DriftMetrics {

    private static final List<DriftChange.State> EVENTS =
            List.of(DriftChange.State.WARNING, DriftChange.State.DRIFT, DriftChange.State.RECOVERED);

    private record Event(Series series, DriftChange.State state) {}

    private final Map<Event, Long> events = new LinkedHashMap<>();
    private final Map<String, Map<Series, DriftChange.State>> states;

    /** @param most sources whose state is remembered: those that changed last */
    DriftMetrics(int most) {
        for (Series series : Series.values()) {
            EVENTS.forEach(state -> events.put(new Event(series, state), 0L));
        }
        states = new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<String, Map<Series, DriftChange.State>> eldest) {
                return size() > most;
            }
        };
    }

    /** A series of {@code source} has come into another state. */
    synchronized void changed(String source, Series series, DriftChange.State state) {
        events.merge(new Event(series, state), 1L, Long::sum);
        states.computeIfAbsent(source, name -> new EnumMap<>(Series.class)).put(series, state);
    }

    /** @param busiest sources that have a state also where nothing has happened to them */
    synchronized void read(Set<String> busiest, Samples samples) {
        events.forEach((event, count) ->
                samples.add(DriftlineMetric.DRIFT_EVENTS, count, label(event.series()), label(event.state())));
        Map<String, Map<Series, DriftChange.State>> all = new TreeMap<>();
        busiest.forEach(source -> all.put(source, Map.of()));
        all.putAll(states);
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
