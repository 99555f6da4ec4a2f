package dev.driftline.metrics;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Totals by source for a bounded number of sources: those with the most tokens of late. All others are counted together, so
 * that the number of series does not grow with the number of sources.
 *
 * <p>Tokens count half after {@value #HALF_LIFE_SECONDS} s. Once a minute, when it is read, a source that has more than
 * twice the tokens of the least busy one takes its place; what was counted of that one goes, and starts from 0 should it
 * return, like the counters of a process that was restarted. Of sources without a place a bounded number is watched.
 *
 * <p>Thread-safe. A source with a place costs a look into a hash table.
 */
final class BusiestSources {

    /** What all sources without a place are called; a source of that name never gets one. */
    static final String OTHER = "other";

    private static final int HALF_LIFE_SECONDS = 600;
    private static final long SETTLE_NANOS = TimeUnit.SECONDS.toNanos(60);
    private static final double CLEARLY = 2;
    private static final int WATCHED_PER_PLACE = 8;

    /** How busy a source is. */
    private static final class Load {
        final LongAdder fresh = new LongAdder();
        double tokens;

        void settle(double kept) {
            tokens = tokens * kept + fresh.sumThenReset();
        }
    }

    private record Place(ModelTotals totals, Load load) {}

    private final int most;
    private final int models;
    private final int neural;
    private final LongSupplier clock;
    private final Map<String, Place> places = new ConcurrentHashMap<>();
    private final Map<String, Load> watched = new ConcurrentHashMap<>();
    private final ModelTotals others;
    private long settledAt;

    /**
     * @param most sources that have totals of their own, 0 or more
     * @param models as for {@link ModelTotals}
     * @param neural as for {@link ModelTotals}
     * @param clock nanoseconds
     */
    BusiestSources(int most, int models, int neural, LongSupplier clock) {
        this.most = most;
        this.models = models;
        this.neural = neural;
        this.clock = clock;
        others = new ModelTotals(models, neural);
        settledAt = clock.getAsLong();
    }

    /** The totals that a document of {@code source} is to be added to, which may be those of all others. */
    ModelTotals of(String source, int tokens) {
        Place place = places.get(source);
        if (place == null && places.size() < most && !source.equals(OTHER)) {
            place = admit(source);
        }
        if (place != null) {
            place.load().fresh.add(tokens);
            return place.totals();
        }
        Load load = watched.get(source);
        if (load == null && watched.size() < WATCHED_PER_PLACE * most && !source.equals(OTHER)) {
            load = watched.computeIfAbsent(source, name -> new Load());
        }
        if (load != null) {
            load.fresh.add(tokens);
        }
        return others;
    }

    private synchronized @Nullable Place admit(String source) {
        Place place = places.get(source);
        if (place == null && places.size() < most) {
            place = new Place(new ModelTotals(models, neural), new Load());
            places.put(source, place);
        }
        return place;
    }

    /** The totals by source, {@link #OTHER} among them once a document of another has come; settles who has a place. */
    synchronized Map<String, ModelTotals.Sums> read() {
        long now = clock.getAsLong();
        if (now - settledAt >= SETTLE_NANOS) {
            settle(Math.pow(0.5, (now - settledAt) / 1e9 / HALF_LIFE_SECONDS));
            settledAt = now;
        }
        Map<String, ModelTotals.Sums> sums = new TreeMap<>();
        places.forEach((source, place) -> sums.put(source, place.totals().sums()));
        ModelTotals.Sums rest = others.sums();
        if (rest.documents() > 0) {
            sums.put(OTHER, rest);
        }
        return sums;
    }

    private void settle(double kept) {
        // A copy: others may come to be watched meanwhile.
        Map<String, Load> waiting = new HashMap<>(watched);
        Map<String, Load> loads = new HashMap<>(waiting);
        places.forEach((source, place) -> loads.put(source, place.load()));
        loads.values().forEach(load -> load.settle(kept));
        List<String> least = leastBusyFirst(places.keySet(), loads);
        List<String> candidates = leastBusyFirst(waiting.keySet(), loads);
        int candidate = candidates.size() - 1;
        for (String out : least) {
            if (candidate < 0) {
                break;
            }
            String in = candidates.get(candidate);
            Load load = load(loads, in);
            if (load.tokens <= CLEARLY * load(loads, out).tokens) {
                break;
            }
            places.remove(out);
            watched.remove(in);
            places.put(in, new Place(new ModelTotals(models, neural), load));
            candidate--;
        }
        // Half of the places to watch are for sources that have not been seen yet.
        int tooMany = candidate + 1 - WATCHED_PER_PLACE * most / 2;
        for (int i = 0; i < tooMany; i++) {
            watched.remove(candidates.get(i));
        }
    }

    private static List<String> leastBusyFirst(Set<String> sources, Map<String, Load> loads) {
        return sources.stream()
                .sorted(Comparator.comparingDouble(source -> load(loads, source).tokens))
                .toList();
    }

    private static Load load(Map<String, Load> loads, String source) {
        return Objects.requireNonNull(loads.get(source), source);
    }
}
