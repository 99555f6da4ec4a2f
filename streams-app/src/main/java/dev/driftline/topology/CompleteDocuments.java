package dev.driftline.topology;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * The documents of one partition to which every shard has replied and that have not gone out yet, in the order in which they
 * became so: none overtakes another while it waits for the network.
 */
final class CompleteDocuments {

    /**
     * One of them.
     *
     * @param ticket its name
     * @param since when it was complete, by the clock of its task: milliseconds since 1970
     */
    record Complete(long ticket, long since) {}

    private final Deque<Complete> waiting = new ArrayDeque<>();

    void add(long ticket, long now) {
        waiting.addLast(new Complete(ticket, now));
    }

    /** The one whose turn it is, or null. */
    Complete first() {
        return waiting.peekFirst();
    }

    void removeFirst() {
        waiting.removeFirst();
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }
}
