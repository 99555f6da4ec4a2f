package dev.driftline.pending;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BooleanSupplier;

/**
 * The documents of one partition that every shard has replied to and that have not been emitted, in the order of their
 * last replies: none overtakes another while it waits for the network.
 *
 * <p>At most {@value #MOST} tickets are in memory. Further ones are left in the store, where {@link #look} finds them, as it
 * finds those of before a restart: in the order of tickets, a piece at a time, so that a stream thread is never held up for
 * long by a backlog of millions. While there are any left, half of the places are theirs.
 *
 * <p>Made by {@code Processor.init}, and not to be used after {@code close}. Not thread-safe.
 */
public final class CompleteDocuments {

    /** The most tickets in memory, some hundred bytes each. */
    static final int MOST = 16_384;

    private static final int CLOCK_EVERY = 64;

    /**
     * A document that every shard has replied to.
     *
     * @param ticket its {@link Ticket}
     * @param since when the last reply came, or when it was found, by the clock of its task, milliseconds since 1970
     */
    public record Complete(long ticket, long since) {}

    private final PendingDocuments pending;
    private final LinkedHashMap<Long, Long> waiting = new LinkedHashMap<>();

    /** The lowest ticket that may be complete and not in {@link #waiting}; at first that of any document in the store. */
    private long unseen;

    /** @param pending where documents are that are complete already, and those for which there is no place */
    public CompleteDocuments(PendingDocuments pending) {
        this.pending = pending;
    }

    /** Adds a document to which the last shard has just replied. */
    public void add(long ticket, long now) {
        if (waiting.size() < (isLooking() ? MOST / 2 : MOST)) {
            waiting.put(ticket, now);
        } else {
            unseen = Math.min(unseen, ticket);
        }
    }

    /** Whether documents may be left that are complete and not here: {@link #look} is to be called again. */
    public boolean isLooking() {
        return unseen != PendingDocuments.END;
    }

    /**
     * Looks for complete documents in the store, until there are no more, there is no place, or it is enough.
     *
     * @param now the time since when those found here wait
     * @param isEnough asked now and then, at first after {@value #CLOCK_EVERY} documents
     */
    public void look(long now, BooleanSupplier isEnough) {
        if (!isLooking() || waiting.size() >= MOST) {
            return;
        }
        int[] looked = {0};
        unseen = pending.look(unseen, (ticket, isComplete) -> {
            if (isComplete) {
                waiting.putIfAbsent(ticket, now);
            }
            return waiting.size() < MOST && (++looked[0] % CLOCK_EVERY != 0 || !isEnough.getAsBoolean());
        });
    }

    /** The one whose turn it is; there must be one. */
    public Complete first() {
        Map.Entry<Long, Long> first = waiting.entrySet().iterator().next();
        return new Complete(first.getKey(), first.getValue());
    }

    public void removeFirst() {
        Iterator<Long> tickets = waiting.keySet().iterator();
        tickets.next();
        tickets.remove();
    }

    public boolean isEmpty() {
        return waiting.isEmpty();
    }
}
