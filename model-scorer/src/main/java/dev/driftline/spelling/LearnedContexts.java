package dev.driftline.spelling;

import dev.driftline.codec.Varints;
import dev.driftline.pages.PageCache;
import dev.driftline.pages.PagedTable;
import java.nio.ByteBuffer;

/**
 * The contexts of the words that were learned, by key, in pages of the store: those with followers, and the deepest, which have
 * a count alone. Not thread-safe.
 */
final class LearnedContexts {

    /** Numbers of a node: how often it followed, the sum, the number and the ones of what follows it, and its id. */
    static final int STRIDE = 5;

    /** Where the id of a node is, which is part of the keys of its children. */
    static final int ID = 4;

    /** Contexts that are also held apart: the short ones, which every word asks for. */
    private static final int HOT = 1 << 12;

    private final PagedTable inner;
    private final PagedTable deepest;
    private int nextId;

    LearnedContexts(PageCache cache, byte[] prefix) {
        inner = new PagedTable(cache, key(prefix, 'i'), STRIDE, HOT);
        deepest = new PagedTable(cache, key(prefix, 'l'), 1, 1);
    }

    private static byte[] key(byte[] prefix, char family) {
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

    /** The id for the next new node. */
    int nextId() {
        return nextId;
    }

    /** So many ids have been given. */
    void created(int ids) {
        nextId += ids;
    }

    /** Whether pages that were changed since the last checkpoint are in the store or take more heap than {@code bytes}. */
    boolean wantCheckpoint(long bytes) {
        return inner.mustCheckpoint()
                || deepest.mustCheckpoint()
                || inner.changedBytes() + deepest.changedBytes() > bytes;
    }

    /** Writes every changed page, and the rest into {@code head}. */
    void checkpoint(Varints.Writer head) {
        head.writeInt(nextId);
        inner.checkpoint(head);
        deepest.checkpoint(head);
    }

    /** Begins with what {@link #checkpoint} wrote. */
    void open(Varints.Reader head) {
        nextId = head.readInt();
        inner.open(head);
        deepest.open(head);
    }
}
