package dev.driftline.spelling;

import dev.driftline.codec.Varints;
import dev.driftline.pages.PageCache;
import dev.driftline.pages.PagedTable;
import java.nio.ByteBuffer;

/**
 * The contexts of the words that were learned, by key, in pages of the store: those with followers, and the deepest, which have
 * a count alone. The ids of contexts that were removed are given again. Not thread-safe.
 */
final class LearnedContexts {

    /** Numbers of a node: how often it followed, the sum, the number and the ones of what follows it, and its id. */
    static final int STRIDE = 5;

    /** Where the count of a node is, and the sum of what follows it. */
    static final int COUNT = 0;

    static final int TOTAL = 1;

    /** Where the id of a node is, which is part of the keys of its children. */
    static final int ID = 4;

    /** Contexts that are also held apart: the short ones, which every word asks for. */
    private static final int HOT = 1 << 12;

    private final PagedTable inner;
    private final PagedTable deepest;
    private int nextId;

    /** The ids to be given again, by number from 0; the last is given first. */
    private final PagedTable free;

    private final int[] freed = new int[1];

    LearnedContexts(PageCache cache, byte[] prefix) {
        inner = new PagedTable(cache, key(prefix, 'i'), STRIDE, HOT);
        deepest = new PagedTable(cache, key(prefix, 'l'), 1, 1);
        free = new PagedTable(cache, key(prefix, 'f'), 1, 1);
    }

    static byte[] key(byte[] prefix, char family) {
        return ByteBuffer.allocate(prefix.length + 1)
                .put(prefix)
                .put((byte) family)
                .array();
    }

    /** Copies a node; false where there is none. */
    boolean read(long key, boolean isDeepest, int[] into, int at) {
        return (isDeepest ? deepest : inner).read(key, into, at);
    }

    /** Announces a node that is about to be read or put; see {@link PagedTable#ahead}. */
    void ahead(long key, boolean isDeepest) {
        (isDeepest ? deepest : inner).ahead(key);
    }

    /** Reads the places of the announced nodes. */
    void readAhead() {
        inner.readAhead();
        deepest.readAhead();
    }

    /** Adds a node, or puts it in the place of what has its key. */
    void put(long key, boolean isDeepest, int[] from, int at) {
        (isDeepest ? deepest : inner).put(key, from, at);
    }

    /** The number of nodes. */
    long size() {
        return inner.size() + deepest.size();
    }

    /** Removes a node. */
    void remove(long key, boolean isDeepest, int id) {
        if (isDeepest) {
            deepest.remove(key);
        } else {
            inner.remove(key);
            freed[0] = id;
            free.put(free.size(), freed, 0);
        }
    }

    /** All ids that were ever given are below this. */
    int nextId() {
        return nextId;
    }

    /** The id for a new node, {@code before} of which have got theirs since {@link #created} was called last. */
    int idAfter(int before) {
        if (before >= free.size()) {
            return nextId + before - (int) free.size();
        }
        free.read(free.size() - 1 - before, freed, 0);
        return freed[0];
    }

    /** So many ids have been given. */
    void created(int ids) {
        int left = ids;
        while (left > 0 && free.size() > 0) {
            free.remove(free.size() - 1);
            left--;
        }
        nextId += left;
    }

    /** Whether pages that were changed since the last checkpoint are in the store or take more heap than {@code bytes}. */
    boolean wantCheckpoint(long bytes) {
        return inner.mustCheckpoint()
                || deepest.mustCheckpoint()
                || free.mustCheckpoint()
                || inner.changedBytes() + deepest.changedBytes() + free.changedBytes() > bytes;
    }

    /** Writes every changed page, and the rest into {@code head}. */
    void checkpoint(Varints.Writer head) {
        head.writeInt(nextId);
        inner.checkpoint(head);
        deepest.checkpoint(head);
    }

    /** Writes what {@link #checkpoint} does not: the ids to be given again. */
    void checkpointFree(Varints.Writer head) {
        free.checkpoint(head);
    }

    /** Begins with what {@link #checkpointFree} wrote. */
    void openFree(Varints.Reader head) {
        free.open(head);
    }

    /** Begins with what {@link #checkpoint} wrote. */
    void open(Varints.Reader head) {
        nextId = head.readInt();
        inner.open(head);
        deepest.open(head);
    }
}
