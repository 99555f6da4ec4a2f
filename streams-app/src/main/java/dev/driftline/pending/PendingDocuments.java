package dev.driftline.pending;

import dev.driftline.ngram.PageStore;
import dev.driftline.store.WriteBackCache;
import dev.driftline.store.WriteBackMap;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The documents of one partition that wait for replies, by {@link Ticket}. */
public final class PendingDocuments implements WriteBackCache {

    /** Store of the documents that wait for replies. */
    public static final String STORE = "pending-documents";

    /** A backlog may be far larger; what is past this waits in RocksDB. */
    private static final int DECODED = 4096;

    private final WriteBackMap<Long, PendingDocument> documents;
    private int count = -1;

    public PendingDocuments(PageStore store) {
        documents = new WriteBackMap<>(store, new PendingDocument.Codec(), DECODED);
    }

    /** The document, or {@code null} where none of that ticket is waiting. */
    public @Nullable PendingDocument get(long ticket) {
        return documents.get(ticket);
    }

    /** Adds a document. */
    public void add(long ticket, PendingDocument pending) {
        count = size() + (documents.get(ticket) == null ? 1 : 0);
        documents.put(ticket, pending);
    }

    /** Notes that a document has changed. */
    public void update(long ticket, PendingDocument pending) {
        documents.put(ticket, pending);
    }

    /** Removes a document that is there. */
    public void remove(long ticket) {
        count = size() - 1;
        documents.remove(ticket);
    }

    /** How many are waiting; the first call after a restore counts them. */
    public int size() {
        if (count < 0) {
            count = documents.count();
        }
        return count;
    }

    /** The tickets of those to which every shard has replied, in the order of tickets; for right after a restore. */
    public List<Long> complete() {
        List<Long> tickets = new ArrayList<>();
        documents.forEach((ticket, document) -> {
            if (document.isComplete()) {
                tickets.add(ticket);
            }
        });
        Collections.sort(tickets);
        return tickets;
    }

    @Override
    public void writeBack() {
        documents.writeBack();
    }

    @Override
    public void forget() {
        documents.forget();
        count = -1;
    }
}
