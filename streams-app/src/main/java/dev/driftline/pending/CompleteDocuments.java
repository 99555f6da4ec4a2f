package dev.driftline.pending;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * The documents of one partition that every shard has replied to and that have not been emitted, in the order of their
 * last replies: none overtakes another while it waits for the network.
 */
public final class CompleteDocuments {

    /**
     * A document that every shard has replied to.
     *
     * @param ticket its {@link Ticket}
     * @param since when the last reply came, by the clock of its task, milliseconds since 1970
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

    public void clear() {
        waiting.clear();
    }

    public boolean isEmpty() {
        return waiting.isEmpty();
    }
}
