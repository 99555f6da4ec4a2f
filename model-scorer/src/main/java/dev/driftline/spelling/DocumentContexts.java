package dev.driftline.spelling;

import dev.driftline.codec.LongTable;
import dev.driftline.pages.PagedTable;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The contexts that the document under way has changed or would add, in front of those that were learned: a copy of each, so
 * that nothing of a document that is not learned stays behind, however it ends. Not thread-safe.
 */
final class DocumentContexts {

    /** No node. */
    static final int[] ABSENT = {};

    /** More slots than this are let go after their document. */
    private static final int KEPT = 1 << 10;

    private final LearnedContexts learned;
    /** Number + 1 of a node, by key. */
    private final LongTable places = new LongTable(1 << 8);

    private long[] keys = new long[1 << 8];
    private boolean[] deepest = new boolean[1 << 8];
    private int[] nodes = new int[LearnedContexts.STRIDE << 8];
    private int size;
    private int created;

    DocumentContexts(LearnedContexts learned) {
        this.learned = learned;
    }

    /** Whether there are too few ids left for a word of so many characters. */
    boolean isFull(int length) {
        return (long) learned.nextId() + created + 16L * (length + 2) > Integer.MAX_VALUE;
    }

    /** Copies a node as the document sees it; false where there is none. */
    boolean read(long key, boolean isDeepest, int[] into, int at) {
        int place = size == 0 ? 0 : places.get(key);
        if (place == 0) {
            return learned.read(key, isDeepest, into, at);
        }
        System.arraycopy(nodes, (place - 1) * LearnedContexts.STRIDE, into, at, LearnedContexts.STRIDE);
        return true;
    }

    /** The node's place in {@link #nodes()}, to change it there; it is made if there is none. */
    int change(long key, boolean isDeepest) {
        return change(key, isDeepest, null, 0);
    }

    /**
     * As the other, without a look at the learned ones.
     *
     * @param from where the node was read to before the document changed it; {@link #ABSENT} where there was none; null
     *     where that is not known
     */
    int change(long key, boolean isDeepest, int @Nullable [] from, int fromAt) {
        int place = places.get(key);
        if (place > 0) {
            return (place - 1) * LearnedContexts.STRIDE;
        }
        if (size == keys.length) {
            keys = Arrays.copyOf(keys, size * 2);
            deepest = Arrays.copyOf(deepest, size * 2);
            nodes = Arrays.copyOf(nodes, size * 2 * LearnedContexts.STRIDE);
        }
        int at = size * LearnedContexts.STRIDE;
        boolean isThere;
        if (from == null) {
            isThere = learned.read(key, isDeepest, nodes, at);
        } else {
            isThere = from != ABSENT;
            if (isThere) {
                System.arraycopy(from, fromAt, nodes, at, LearnedContexts.STRIDE);
            }
        }
        if (!isThere) {
            Arrays.fill(nodes, at, at + LearnedContexts.STRIDE, 0);
            if (!isDeepest) {
                nodes[at + LearnedContexts.ID] = learned.idAfter(created++);
            }
        }
        keys[size] = key;
        deepest[size] = isDeepest;
        size++;
        places.putIfAbsent(key, size);
        return at;
    }

    /** The nodes, {@link LearnedContexts#STRIDE} numbers each; valid until the next {@link #change}. */
    int[] nodes() {
        return nodes;
    }

    /** Puts what the document has changed into the learned ones. */
    void learn() {
        learn(false);
    }

    /** As {@link #learn}, and removes the changed nodes that have no count and nothing after them. */
    void unlearn() {
        learn(true);
    }

    private void learn(boolean removes) {
        learned.created(created);
        for (int from = 0; from < size; from += PagedTable.MOST_AHEAD) {
            int to = Math.min(size, from + PagedTable.MOST_AHEAD);
            for (int i = from; i < to; i++) {
                learned.ahead(keys[i], deepest[i]);
            }
            learned.readAhead();
            for (int i = from; i < to; i++) {
                int node = i * LearnedContexts.STRIDE;
                if (removes && isEmpty(node, deepest[i])) {
                    learned.remove(keys[i], deepest[i], nodes[node + LearnedContexts.ID]);
                } else {
                    learned.put(keys[i], deepest[i], nodes, node);
                }
            }
        }
        forget();
    }

    /** Of the deepest there is a count alone. */
    private boolean isEmpty(int node, boolean isDeepest) {
        return nodes[node + LearnedContexts.COUNT] == 0 && (isDeepest || nodes[node + LearnedContexts.TOTAL] == 0);
    }

    /** Drops what the document has changed. */
    void forget() {
        if (size == 0) {
            return;
        }
        places.clear(KEPT);
        if (keys.length > KEPT) {
            keys = new long[1 << 8];
            deepest = new boolean[1 << 8];
            nodes = new int[LearnedContexts.STRIDE << 8];
        }
        size = 0;
        created = 0;
    }

    /** The bytes of heap that this takes. */
    long heapBytes() {
        return places.heapBytes() + keys.length * (Long.BYTES + 1L) + nodes.length * (long) Integer.BYTES;
    }
}
