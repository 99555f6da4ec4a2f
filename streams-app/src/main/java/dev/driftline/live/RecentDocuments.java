package dev.driftline.live;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/** The documents that were scored last, in a bounded amount of memory. Thread-safe. */
final class RecentDocuments {

    /** Most documents that are kept. */
    static final int MOST = 100;

    /** Most surprisals of all of them together; the newest document stays whatever its size. */
    static final int MOST_SURPRISALS = 1_000_000;

    private final Deque<LiveDocument> newestFirst = new ArrayDeque<>();
    private int surprisals;

    synchronized void add(LiveDocument document) {
        newestFirst.addFirst(document);
        surprisals += document.size();
        while (newestFirst.size() > MOST || surprisals > MOST_SURPRISALS && newestFirst.size() > 1) {
            surprisals -= newestFirst.removeLast().size();
        }
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
