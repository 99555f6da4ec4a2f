package dev.driftline.live;

import dev.driftline.heap.HeapAccount;
import dev.driftline.heap.HeapBudget;
import dev.driftline.heap.HeapUse;
import dev.driftline.schemas.DriftEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The sources that documents came from lately, and all of them together. The longest idle one goes where there would be too
 * many, and whichever has been idle for long. Thread-safe.
 */
public final class LiveSources {

    /** Most sources that are kept. */
    static final int MOST_SOURCES = 2_000;

    /** Most points of a source. */
    static final int SOURCE_POINTS = 256;

    /** Most sources whose changes are told at once; the others follow. */
    static final int MOST_CHANGES = 200;

    /** Most points of all sources that are told at once; the rest follow, so that an event stays far below what may wait. */
    static final int MOST_CHANGED_POINTS = 4_000;

    /** Most points of all sources in one answer. */
    static final int MOST_POINTS = 30_000;

    private static final int TOTAL_POINTS = 1024;
    private static final Duration IDLE = Duration.ofHours(6);
    private static final int RATE_SECONDS = 10;

    private final int most;
    private final HeapAccount heap;

    /** By name, the one touched longest ago first. */
    private final Map<String, LiveSource> sources = new LinkedHashMap<>(64, 0.75f, true);

    private final LiveSource total = new LiveSource(TOTAL_POINTS);
    private final long[] rateSecond = new long[RATE_SECONDS + 2];
    private final long[] rateTokens = new long[RATE_SECONDS + 2];
    private final long[] rateDocuments = new long[RATE_SECONDS + 2];
    private long forgotten;
    private long version;

    LiveSources(int most) {
        this(most, new HeapBudget());
    }

    /** No source; at most {@code most}, and as many as have room in {@code budget}. */
    LiveSources(int most, HeapBudget budget) {
        this.most = most;
        heap = budget.account(HeapUse.LIVE_SOURCES);
    }

    synchronized void add(String source, DocumentCost cost) {
        long now = System.nanoTime();
        LiveSource one = source(source);
        long before = one.heapBytes();
        one.add(cost, now);
        grown(one.heapBytes() - before);
        total.add(cost, now);
        long second = cost.at() / 1000;
        int slot = Math.floorMod(second, rateSecond.length);
        if (rateSecond[slot] < second) {
            rateSecond[slot] = second;
            rateTokens[slot] = 0;
            rateDocuments[slot] = 0;
        }
        if (rateSecond[slot] == second) {
            rateTokens[slot] += cost.tokens();
            rateDocuments[slot]++;
        }
    }

    synchronized void add(DriftEvent event) {
        source(event.getSource()).add(event, System.nanoTime());
    }

    private void grown(long bytes) {
        heap.add(bytes);
        while (heap.isOver() && sources.size() > 1) {
            evictLongestIdle();
        }
    }

    private static long bytes(String name, LiveSource source) {
        return 128 + 2L * name.length() + source.heapBytes();
    }

    private LiveSource source(String name) {
        LiveSource source = sources.get(name);
        if (source == null) {
            if (sources.size() >= most) {
                evictLongestIdle();
            }
            source = new LiveSource(SOURCE_POINTS);
            sources.put(name, source);
            grown(bytes(name, source));
        }
        return source;
    }

    private void evictLongestIdle() {
        Iterator<Map.Entry<String, LiveSource>> oldest = sources.entrySet().iterator();
        Map.Entry<String, LiveSource> gone = oldest.next();
        heap.add(-bytes(gone.getKey(), gone.getValue()));
        oldest.remove();
        forgotten++;
    }

    /** Takes a source out, with its series; what all sources cost together stays as it was. */
    synchronized void remove(String name) {
        LiveSource gone = sources.remove(name);
        if (gone != null) {
            heap.add(-bytes(name, gone));
        }
    }

    /** Forgets the sources that have been idle for long. */
    synchronized void evictIdle() {
        long now = System.nanoTime();
        while (!sources.isEmpty() && now - sources.values().iterator().next().touchedNanos() > IDLE.toNanos()) {
            evictLongestIdle();
        }
    }

    /**
     * The figures of the sources that were active last, ready for JSON. Their {@code version} is that of the last
     * {@link #changes()} that they contain.
     *
     * @param limit the most sources
     * @param only one source; empty for all
     * @param points whether the points of their series are wanted: with many sources each has fewer of them, see
     *     {@link #MOST_POINTS}
     */
    public synchronized Map<String, Object> describe(int limit, Optional<String> only, boolean points) {
        List<Map.Entry<String, LiveSource>> listed = new ArrayList<>();
        // get() would touch it.
        sources.entrySet().stream()
                .filter(entry -> only.isEmpty() || only.get().equals(entry.getKey()))
                .forEach(listed::add);
        int each = points ? MOST_POINTS / Math.max(1, Math.min(limit, listed.size())) : 0;
        List<Map<String, Object>> described = new ArrayList<>();
        for (int i = listed.size() - 1; i >= 0 && described.size() < limit; i--) {
            Map<String, Object> source = new LinkedHashMap<>();
            source.put("source", listed.get(i).getKey());
            source.putAll(described(listed.get(i).getValue(), each));
            described.add(source);
        }
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("version", version);
        answer.put("total", described(total, points ? TOTAL_POINTS : 0));
        answer.put("known", sources.size());
        answer.put("forgotten", forgotten);
        answer.put("sources", described);
        return answer;
    }

    private static Map<String, Object> described(LiveSource source, int points) {
        Map<String, Object> described = source.summary();
        if (points > 0) {
            described.put("points", source.points(points));
        }
        return described;
    }

    /**
     * What has changed since this was last asked, ready for JSON; empty where nothing has. A series comes with all points
     * from the first that has changed on, which replace those that were there.
     */
    synchronized Optional<Map<String, Object>> changes() {
        List<Map<String, Object>> changed = new ArrayList<>();
        int points = 0;
        // The ones that have waited longest come first.
        for (Map.Entry<String, LiveSource> entry : sources.entrySet()) {
            LiveSource source = entry.getValue();
            if (source.hasChanged() && changed.size() < MOST_CHANGES && points < MOST_CHANGED_POINTS) {
                Map<String, Object> change = new LinkedHashMap<>();
                change.put("source", entry.getKey());
                change.putAll(source.summary());
                List<List<Object>> changes = source.changes();
                points += changes.size();
                change.put("points", changes);
                changed.add(change);
            }
        }
        if (changed.isEmpty()) {
            return Optional.empty();
        }
        version++;
        Map<String, Object> all = total.summary();
        all.put("points", total.changes());
        Map<String, Object> changes = new LinkedHashMap<>();
        changes.put("version", version);
        changes.put("total", all);
        changes.put("sources", changed);
        return Optional.of(changes);
    }

    /** Sources, documents and tokens so far, and what the last {@value #RATE_SECONDS} full seconds gave. */
    synchronized Map<String, Object> totals(long nowMillis) {
        long second = nowMillis / 1000;
        long tokens = 0;
        long documents = 0;
        for (int slot = 0; slot < rateSecond.length; slot++) {
            if (rateSecond[slot] < second && rateSecond[slot] >= second - RATE_SECONDS) {
                tokens += rateTokens[slot];
                documents += rateDocuments[slot];
            }
        }
        Map<String, Object> totals = new LinkedHashMap<>();
        totals.put("sources", sources.size());
        totals.put("documents", total.documents());
        totals.put("tokens_per_second", (double) tokens / RATE_SECONDS);
        totals.put("documents_per_second", (double) documents / RATE_SECONDS);
        return totals;
    }
}
