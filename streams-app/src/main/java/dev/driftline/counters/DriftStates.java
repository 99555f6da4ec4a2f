package dev.driftline.counters;

import dev.driftline.drift.DriftChange.State;
import dev.driftline.drift.Series;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * In which states the watched sources are whose partitions this instance owns just now, as their stores have them: so it is the
 * same after a restart, and elsewhere after a move. Only what is not stable takes room. Thread-safe.
 */
public final class DriftStates {

    /** By partition and source, those that changed last at the end; the stable ones are not there. */
    private final Map<Integer, LinkedHashMap<String, Map<Series, State>>> partitions = new HashMap<>();

    /** No partition is owned before a task starts. */
    public DriftStates() {}

    /** A partition is here; nothing is known of its sources yet. */
    public synchronized void opened(int partition) {
        partitions.put(partition, new LinkedHashMap<>());
    }

    /** A partition is not here any more. */
    public synchronized void closed(int partition) {
        partitions.remove(partition);
    }

    /** Notes the states of a source of a partition that is here. */
    public synchronized void set(int partition, String source, Function<Series, State> states) {
        LinkedHashMap<String, Map<Series, State>> sources = partitions.get(partition);
        if (sources == null) {
            return;
        }
        sources.remove(source);
        Map<Series, State> notStable = new EnumMap<>(Series.class);
        for (Series series : Series.values()) {
            State state = states.apply(series);
            if (state == State.WARNING || state == State.DRIFT) {
                notStable.put(series, state);
            }
        }
        if (!notStable.isEmpty()) {
            sources.put(source, notStable);
        }
    }

    /** A source is new when it comes again. */
    public synchronized void evicted(int partition, String source) {
        LinkedHashMap<String, Map<Series, State>> sources = partitions.get(partition);
        if (sources != null) {
            sources.remove(source);
        }
    }

    /**
     * The sources that are not stable, with the series that are not.
     *
     * @param most at most so many: those in drift first, and of each kind those that changed last
     */
    public synchronized Map<String, Map<Series, State>> notStable(int most) {
        List<Map.Entry<String, Map<Series, State>>> all = new ArrayList<>();
        partitions.values().forEach(sources -> {
            List<Map.Entry<String, Map<Series, State>>> newestFirst = new ArrayList<>(sources.entrySet());
            Collections.reverse(newestFirst);
            all.addAll(newestFirst);
        });
        all.sort(Comparator.comparing(entry -> !entry.getValue().containsValue(State.DRIFT)));
        Map<String, Map<Series, State>> notStable = new LinkedHashMap<>();
        all.stream().limit(most).forEach(entry -> notStable.put(entry.getKey(), Map.copyOf(entry.getValue())));
        return notStable;
    }
}
