package dev.driftline.pending;

import dev.driftline.heap.HeapAccount;
import dev.driftline.pages.PageStore;
import dev.driftline.store.WriteBackCache;
import dev.driftline.store.WriteBackMap;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The documents of one partition that wait for replies, by {@link Ticket}: those used last on the heap, within their share of
 * it, the others in RocksDB.
 *
 * <p>There may be millions after a restore, and nothing here reads all of them at once: {@link #look} goes through them in
 * pieces.
 */
public final class PendingDocuments implements WriteBackCache {

    /** Store of the documents that wait for replies. */
    public static final String STORE = "pending-documents";

    /** A ticket after all others: nothing is left to look at. */
    static final long END = Long.MAX_VALUE;

    /** A backlog may be far larger; what is past this, or past the heap, waits in RocksDB. */
    private static final int DECODED = 4096;

    /** Is told of tickets. */
    interface Visitor {
        /** Whether to go on after a document. */
        boolean visit(long ticket, boolean isComplete);
    }

    private final WriteBackMap<Long, PendingDocument> documents;

    /** Of the tickets below {@link #countedTo}. */
    private int count;

    private long countedTo;

    /** @param heap what decoded documents may take */
    public PendingDocuments(PageStore store, HeapAccount heap) {
        documents = new WriteBackMap<>(store, new PendingDocument.Codec(), DECODED, heap, PendingDocument::heapBytes);
    }

    /** The document, or {@code null} where none of that ticket is waiting. */
    public @Nullable PendingDocument get(long ticket) {
        return documents.get(ticket);
    }

    /** Adds a document. */
    public void add(long ticket, PendingDocument pending) {
        if (ticket < countedTo && documents.get(ticket) == null) {
            count++;
        }
        documents.put(ticket, pending);
    }

    /** Notes that a document has changed. */
    public void update(long ticket, PendingDocument pending) {
        documents.put(ticket, pending);
    }

    /** Removes a document that is there. */
    public void remove(long ticket) {
        if (ticket < countedTo) {
            count--;
        }
        documents.remove(ticket);
    }

    /** How many are waiting: of those that {@link #look} has come to, until it has come to all after a restore. */
    public int size() {
        return count;
    }

    /**
     * Looks at documents from {@code first} on, in the order of tickets, until {@code visitor} says false. None is decoded
     * for it.
     *
     * @return the ticket to go on from; {@link #END} where all have been looked at
     */
    long look(long first, Visitor visitor) {
        long[] next = {END};
        documents.scanFrom(first, (ticket, document, stored) -> {
            if (ticket >= countedTo) {
                count++;
                countedTo = ticket + 1;
            }
            boolean goesOn = visitor.visit(
                    ticket, document == null ? PendingDocument.isComplete(stored) : document.isComplete());
            if (!goesOn) {
                next[0] = ticket + 1;
            }
            return goesOn;
        });
        if (next[0] == END) {
            countedTo = END;
        }
        return next[0];
    }

    /** Goes through the documents that are there, once, in pieces. */
    public Cursor cursor() {
        return new Cursor();
    }

    /** A place in the order of tickets. */
    public final class Cursor {

        private long next;

        private Cursor() {}

        /**
         * Tells of the tickets of documents that still lack a reply. None may be removed meanwhile.
         *
         * @param most how many documents to look at
         * @return whether all have been looked at
         */
        public boolean incomplete(int most, LongConsumer tickets) {
            int[] looked = {0};
            next = look(next, (ticket, isComplete) -> {
                if (!isComplete) {
                    tickets.accept(ticket);
                }
                return ++looked[0] < most;
            });
            return next == END;
        }
    }

    @Override
    public void writeBack() {
        documents.writeBack();
    }

    @Override
    public void forget() {
        documents.forget();
        count = 0;
        countedTo = 0;
    }
}
