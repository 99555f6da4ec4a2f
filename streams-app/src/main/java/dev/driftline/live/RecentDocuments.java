package dev.driftline.live;

import dev.driftline.heap.HeapAccount;
import dev.driftline.heap.HeapBudget;
import dev.driftline.heap.HeapUse;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** The documents that were scored last, in a bounded amount of memory. Thread-safe. */
final class RecentDocuments {

    /** Most documents that are kept. */
    static final int MOST = 100;

    private final Deque<LiveDocument> newestFirst = new ArrayDeque<>();
    private final HeapAccount heap;

    /** None; as many as have room in {@code budget}, and the newest whatever its size. */
    RecentDocuments(HeapBudget budget) {
        heap = budget.account(HeapUse.LIVE_RECORDS);
    }

    synchronized void add(LiveDocument document) {
        newestFirst.addFirst(document);
        heap.add(document.heapBytes());
        while (newestFirst.size() > MOST || heap.isOver() && newestFirst.size() > 1) {
            heap.add(-newestFirst.removeLast().heapBytes());
        }
    }

    /** Takes out those that {@code gone} names. */
    synchronized void remove(Predicate<LiveDocument> gone) {
        newestFirst.removeIf(document -> {
            boolean isGone = gone.test(document);
            if (isGone) {
                heap.add(-document.heapBytes());
            }
            return isGone;
        });
    }

    /** The newest {@code limit}, the newest first. */
    synchronized List<LiveDocument> newest(int limit) {
        return newestFirst.stream().limit(limit).toList();
    }

    /** The one that was read from {@code position}; empty where it is not among them any more. */
    synchronized Optional<LiveDocument> at(InputPosition position) {
        return newestFirst.stream()
                .filter(document -> document.position().equals(position))
                .findFirst();
    }
}
