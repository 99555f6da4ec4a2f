package dev.driftline.live;

import dev.driftline.heap.HeapBudget;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;

/** Feeds what the dashboard shows without end, for tests that are not of this package. */
public final class EndlessLiveViews {

    private EndlessLiveViews() {}

    /** Ever new sources. */
    public static IntConsumer sources(HeapBudget budget) {
        LiveSources sources = new LiveSources(Integer.MAX_VALUE, budget);
        return step -> sources.add("source" + step, new DocumentCost(1_000L * step, 1, 1, 1, 1, 1, 0));
    }

    /** Ever new documents and records. */
    public static IntConsumer records(HeapBudget budget) {
        RecentDocuments documents = new RecentDocuments(budget);
        RecentRecords records = new RecentRecords(Integer.MAX_VALUE, budget);
        return step -> {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("id", "id" + step);
            fields.put("words", List.of("a".repeat(step % 100), "b"));
            documents.add(new LiveDocument(
                    new InputPosition("documents", 0, step),
                    fields,
                    Map.of("mixture", new float[step % 1000]),
                    new float[step % 1000]));
            records.add(fields);
        };
    }
}
