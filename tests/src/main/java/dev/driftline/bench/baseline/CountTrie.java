package dev.driftline.bench.baseline;

import dev.driftline.codec.LongTable;
import java.util.Arrays;

/**
 * Exact counts of sequences of word ids, as a trie: a node for each sequence and each beginning of one, found by one look-up
 * from the node before it. 16 bytes a node and 18 to 36 for the look-up. Not thread-safe.
 */
final class CountTrie {

    /** The node of the empty sequence. */
    static final int ROOT = 0;

    private final LongTable children;
    private int[] parents;
    private int[] words;
    private long[] counts;
    private int size = 1;

    /** @param capacity nodes at first, a power of two */
    CountTrie(int capacity) {
        children = new LongTable(2 * capacity);
        parents = new int[capacity];
        words = new int[capacity];
        counts = new long[capacity];
    }

    /** The node of the sequence of {@code parent} and then {@code word}, made where there is none. */
    int child(int parent, int word) {
        long key = (long) parent << 32 | word;
        int known = children.putIfAbsent(key, size);
        if (known != 0) {
            return known;
        }
        if (size == parents.length) {
            parents = Arrays.copyOf(parents, 2 * size);
            words = Arrays.copyOf(words, 2 * size);
            counts = Arrays.copyOf(counts, 2 * size);
        }
        parents[size] = parent;
        words[size] = word;
        return size++;
    }

    /** The node of the sequence of {@code parent} and then {@code word}, or 0. */
    int find(int parent, int word) {
        return children.get((long) parent << 32 | word);
    }

    void add(int node, long times) {
        counts[node] += times;
    }

    long count(int node) {
        return counts[node];
    }

    int parent(int node) {
        return parents[node];
    }

    /** The last word of the sequence of {@code node}. */
    int word(int node) {
        return words[node];
    }

    /** The number of nodes, the root included; a node has a larger number than its parent. */
    int size() {
        return size;
    }
}
