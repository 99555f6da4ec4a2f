package dev.driftline.backoff;

import dev.driftline.codec.SplitMix64;

/**
 * N-grams as a trie in flat arrays. Node 0 is the empty context, node {@code 1 + w} the word {@code w}, and the n-grams of
 * order n + 1 follow those of order n. The child {@code w} of the node of a context is the n-gram of the context and
 * {@code w}; children of a node are neighbours, the most probable one first, but for those of node 0.
 *
 * <p>A child is found among few by looking at each, among many by a hash table. {@code fail} leads from a context to the
 * longest shorter one that ends the same way and is in the model (Aho and Corasick 1975): with it a missing suffix, as
 * SRILM's pruning leaves it, costs nothing and changes nothing. Immutable.
 */
final class BackoffTrie {

    /** No such child. */
    static final int NONE = -1;

    /** The most children that are looked at one by one: two cache lines. */
    static final int NARROW = 16;

    private final int order;
    private final int[] bases;
    private final int[] first;
    private final int[] words;
    private final int[] table;
    private final float[] log10;
    private final float[] backoffs;
    private final int[] fail;

    /**
     * @param order the longest n-gram
     * @param bases the first node of each order from 0, and after the last one the number of nodes
     * @param first the first child of each context and, after the last one, the number of nodes
     * @param words the last word of each node
     * @param table nodes with many siblings, by {@link #hash}
     * @param log10 log10 p of each node's last word after the rest
     * @param backoffs log10 backoff weights of contexts
     * @param fail of each context, the longest shorter one
     */
    BackoffTrie(
            int order,
            int[] bases,
            int[] first,
            int[] words,
            int[] table,
            float[] log10,
            float[] backoffs,
            int[] fail) {
        this.order = order;
        this.bases = bases;
        this.first = first;
        this.words = words;
        this.table = table;
        this.log10 = log10;
        this.backoffs = backoffs;
        this.fail = fail;
    }

    int order() {
        return order;
    }

    /** N-grams of an order. */
    int size(int n) {
        return bases[n + 1] - bases[n];
    }

    int base(int n) {
        return bases[n];
    }

    int firstChild(int node) {
        return first[node];
    }

    int endOfChildren(int node) {
        return first[node + 1];
    }

    int word(int node) {
        return words[node];
    }

    float log10(int node) {
        return log10[node];
    }

    float backoff(int node) {
        return backoffs[node];
    }

    int fail(int node) {
        return fail[node];
    }

    /** The n-gram of a context and a word, or {@link #NONE}. */
    int child(int node, int word) {
        if (node == 0) {
            return 1 + word;
        }
        int from = first[node];
        int to = first[node + 1];
        if (to - from <= NARROW) {
            for (int i = from; i < to; i++) {
                if (words[i] == word) {
                    return i;
                }
            }
            return NONE;
        }
        int slot = slot(node, word, table.length);
        while (true) {
            int found = table[slot];
            if (found == 0) {
                return NONE;
            }
            if (found >= from && found < to && words[found] == word) {
                return found;
            }
            slot = slot + 1 == table.length ? 0 : slot + 1;
        }
    }

    /** The context after one word more: the longest that is in the model and shorter than the order. */
    int advance(int node, int word) {
        if (order == 1) {
            return 0;
        }
        int at = node >= bases[order - 1] ? fail[node] : node;
        while (true) {
            int next = child(at, word);
            if (next != NONE) {
                return next;
            }
            at = fail[at];
        }
    }

    /** log10 p of a word after a context. */
    double log10(int node, int word) {
        double backoff = 0;
        int at = node;
        while (true) {
            int found = child(at, word);
            if (found != NONE) {
                return backoff + log10[found];
            }
            backoff += backoffs[at];
            at = fail[at];
        }
    }

    static int slot(int node, int word, int slots) {
        return (int) ((SplitMix64.mix((long) node << 32 | word) >>> 32) * slots >>> 32);
    }

    /** The same for the same n-grams with the same numbers. */
    long fingerprint(long seed) {
        long hash = SplitMix64.mix(seed ^ order);
        for (int node = 1; node < words.length; node++) {
            hash = SplitMix64.mix(hash ^ ((long) words[node] << 32 | Float.floatToIntBits(log10[node]) & 0xFFFFFFFFL));
        }
        for (int context = 0; context < backoffs.length; context++) {
            hash = SplitMix64.mix(
                    hash ^ ((long) first[context] << 32 | Float.floatToIntBits(backoffs[context]) & 0xFFFFFFFFL));
        }
        return hash;
    }

    long heapBytes() {
        return 4L * (first.length + words.length + table.length + log10.length + backoffs.length + fail.length);
    }

    int[] bases() {
        return bases;
    }

    int[] first() {
        return first;
    }

    int[] words() {
        return words;
    }

    int[] table() {
        return table;
    }

    float[] log10() {
        return log10;
    }

    float[] backoffs() {
        return backoffs;
    }

    int[] fail() {
        return fail;
    }
}
