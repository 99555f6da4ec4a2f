package dev.driftline.live;

import dev.driftline.schemas.DriftEvent;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What is known of one source. Not thread-safe. */
final class LiveSource {

    private static final double MEMORY = 0.9;
    private static final double STEPS = 1e3;

    private final SourceSeries series;
    private final ModelMeans all = new ModelMeans(1);
    private final ModelMeans recent = new ModelMeans(MEMORY);
    private final Map<String, Object> drift = new LinkedHashMap<>();
    private long documents;
    private long tokens;
    private long unknownTokens;
    private long firstAt = Long.MAX_VALUE;
    private long lastAt = Long.MIN_VALUE;
    private long touchedNanos;
    private boolean changed;

    LiveSource(int points) {
        series = new SourceSeries(points);
    }

    /** Heap that it takes, in bytes, about. */
    long heapBytes() {
        return 2048 + series.heapBytes();
    }

    void add(DocumentCost cost, long nanoTime) {
        if (Double.isFinite(cost.mixtureBits())) {
            // One of infinite cost would be the mean for good.
            series.add(cost);
            all.add(cost);
            recent.add(cost);
        }
        documents++;
        tokens += cost.tokens();
        unknownTokens += cost.unknownTokens();
        firstAt = Math.min(firstAt, cost.at());
        lastAt = Math.max(lastAt, cost.at());
        touched(nanoTime);
    }

    void add(DriftEvent event, long nanoTime) {
        Map<String, Object> state = new LinkedHashMap<>();
        state.put("state", event.getState().name());
        state.put("recovery", event.getRecovery().name());
        state.put("at", event.getAt().toString());
        state.put("started_at", event.getStartedAt().toString());
        state.put("perplexity_before", RecordJson.number(Math.pow(2, event.getBitsPerTokenBefore()), STEPS));
        state.put("perplexity_after", RecordJson.number(Math.pow(2, event.getBitsPerTokenAfter()), STEPS));
        drift.put(event.getSeries().name().toLowerCase(Locale.ROOT), state);
        touched(nanoTime);
    }

    private void touched(long nanoTime) {
        changed = true;
        touchedNanos = nanoTime;
    }

    /** The points of its series, {@code most} or fewer: the older ones are merged where there are more. */
    List<List<Object>> points(int most) {
        return series.points(most);
    }

    /** Whether anything has changed since {@link #changes()}. */
    boolean hasChanged() {
        return changed;
    }

    /** The points that have changed since this was last asked, and all after them. */
    List<List<Object>> changes() {
        changed = false;
        return series.changes();
    }

    long documents() {
        return documents;
    }

    long touchedNanos() {
        return touchedNanos;
    }

    /** Its figures, ready for JSON. */
    Map<String, Object> summary() {
        Map<String, Object> summary = new LinkedHashMap<>();
        summary.put("documents", documents);
        summary.put("tokens", tokens);
        summary.put("unknown_tokens", unknownTokens);
        summary.put(
                "first_scored_at",
                documents == 0 ? null : Instant.ofEpochMilli(firstAt).toString());
        summary.put(
                "last_scored_at",
                documents == 0 ? null : Instant.ofEpochMilli(lastAt).toString());
        summary.put("recent_perplexity", recent.perplexities());
        summary.put("perplexity", all.perplexities());
        summary.put("drift", Map.copyOf(drift));
        return summary;
    }
}
