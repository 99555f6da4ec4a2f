package dev.driftline.spelling;

import dev.driftline.codec.LongTable;
import java.util.Arrays;

/** The contexts of the words that were learned, by key. Not thread-safe. */
final class LearnedContexts {

    /** Numbers of a node: how often it followed, the sum, the number and the ones of what follows it, and its id. */
    static final int STRIDE = 5;

    /** Where the id of a node is, which is part of the keys of its children. */
    static final int ID = 4;

    /** Number + 1 of a node, by key. */
    private final LongTable places = new LongTable(1 << 10);

    private int[] nodes = new int[STRIDE << 8];
    private int nextId;

    /** Copies a node; false where there is none. */
    boolean read(long key, boolean isDeepest, int[] into, int at) {
        int place = places.get(key);
        if (place == 0) {
            return false;
        }
        System.arraycopy(nodes, (place - 1) * STRIDE, into, at, STRIDE);
        return true;
    }

    /** Adds a node, or puts it in the place of what has its key. */
    void put(long key, boolean isDeepest, int[] from, int at) {
        int known = places.putIfAbsent(key, places.size() + 1);
        int place = known == 0 ? places.size() : known;
        if (place * STRIDE > nodes.length) {
            nodes = Arrays.copyOf(nodes, nodes.length + (nodes.length >> 1));
        }
        System.arraycopy(from, at, nodes, (place - 1) * STRIDE, STRIDE);
    }

    /** The number of nodes. */
    long size() {
        return places.size();
    }

    /** The id for the next new node. */
    int nextId() {
        return nextId;
    }

    /** So many ids have been given. */
    void created(int ids) {
        nextId += ids;
    }

    /** The bytes of heap that the nodes take. */
    long heapBytes() {
        return places.heapBytes() + (long) nodes.length * Integer.BYTES;
    }
}
