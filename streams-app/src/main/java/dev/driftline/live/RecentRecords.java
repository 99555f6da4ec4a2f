package dev.driftline.live;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** The last records of a topic, as fields ready for JSON. Thread-safe. */
final class RecentRecords {

    private final int most;
    private final Deque<Map<String, Object>> newestFirst = new ArrayDeque<>();

    RecentRecords(int most) {
        this.most = most;
    }

    synchronized void add(Map<String, Object> fields) {
        newestFirst.addFirst(fields);
        if (newestFirst.size() > most) {
            newestFirst.removeLast();
        }
    }

    /** The newest {@code limit} that {@code wanted} lets through, the newest first. */
    synchronized List<Map<String, Object>> newest(int limit, Predicate<Map<String, Object>> wanted) {
        return newestFirst.stream().filter(wanted).limit(limit).toList();
    }
}
