package dev.driftline.live;

import dev.driftline.heap.HeapAccount;
import dev.driftline.heap.HeapBudget;
import dev.driftline.heap.HeapUse;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** The last records of a topic, as fields ready for JSON. Thread-safe. */
final class RecentRecords {

    private final int most;
    private final HeapAccount heap;
    private final Deque<Map<String, Object>> newestFirst = new ArrayDeque<>();

    RecentRecords(int most, HeapBudget budget) {
        this.most = most;
        heap = budget.account(HeapUse.LIVE_RECORDS);
    }

    synchronized void add(Map<String, Object> fields) {
        newestFirst.addFirst(fields);
        heap.add(RecordJson.heapBytes(fields));
        while (newestFirst.size() > most || heap.isOver() && newestFirst.size() > 1) {
            heap.add(-RecordJson.heapBytes(newestFirst.removeLast()));
        }
    }

    /** Takes out those that {@code gone} names. */
    synchronized void remove(Predicate<Map<String, Object>> gone) {
        newestFirst.removeIf(fields -> {
            boolean isGone = gone.test(fields);
            if (isGone) {
                heap.add(-RecordJson.heapBytes(fields));
            }
            return isGone;
        });
    }

    /** The newest {@code limit} that {@code wanted} lets through, the newest first. */
    synchronized List<Map<String, Object>> newest(int limit, Predicate<Map<String, Object>> wanted) {
        return newestFirst.stream().filter(wanted).limit(limit).toList();
    }
}
