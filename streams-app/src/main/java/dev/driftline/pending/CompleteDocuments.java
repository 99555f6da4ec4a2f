package dev.driftline.pending;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * The documents of one partition to which every shard has replied and that have not gone out yet, in the order in which they
 * became so: none overtakes another while it waits for the network.
 */
public final class CompleteDocuments {

    /**
     * One of them.
     *
     * @param ticket its name
     * @param since when it was complete, by the clock of its task: milliseconds since 1970
     */
    public record Complete(long ticket, long since) {}

    private final Deque<Complete> waiting = new ArrayDeque<>();

    public void add(long ticket, long now) {
        waiting.addLast(new Complete(ticket, now));
    }

    /** The one whose turn it is, or null. */
    public Complete first() {
        return waiting.peekFirst();
    }

    public void removeFirst() {
        waiting.removeFirst();
    }

    public boolean isEmpty() {
        return waiting.isEmpty();
    }
}
