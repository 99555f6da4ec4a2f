package dev.driftline.verify;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Collects differences: the first ones of each kind whole, of the others how many. */
final class Differences {

    private static final int KEPT = 10;

    private final List<Difference> first = new ArrayList<>();
    private final Map<Difference.Kind, Long> counts = new EnumMap<>(Difference.Kind.class);

    void add(Difference.Kind kind, String what, String where, Object expected, Object found) {
        if (counts.merge(kind, 1L, Long::sum) <= KEPT) {
            first.add(new Difference(kind, what, where, String.valueOf(expected), String.valueOf(found)));
        }
    }

    /** More of a kind, of which so many have been named that none is named any more. */
    void addUnnamed(Difference.Kind kind, long count) {
        if (count > 0) {
            counts.merge(kind, count, Long::sum);
        }
    }

    List<Difference> first() {
        return List.copyOf(first);
    }

    Map<Difference.Kind, Long> counts() {
        return Map.copyOf(counts);
    }

    long total() {
        return counts.values().stream().mapToLong(Long::longValue).sum();
    }
}
