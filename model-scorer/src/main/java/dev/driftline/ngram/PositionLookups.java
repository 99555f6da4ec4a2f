package dev.driftline.ngram;

import dev.driftline.smoothing.PositionCounts;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Positions of a document that are looked up together, some {@value #MOST} at a time: step by step, each step for all of them.
 *
 * <p>The counts of a large model are in main memory. One look-up reads a dozen places there, each of which says where the
 * next is, so a processor that does one look-up after the other waits for nearly each of them. What a step of another
 * position reads does not depend on it, so the processor waits for many places at once: before each step the places that it
 * needs are read, and no more is done with them (an interleaved search, as in Kocberber, Falsafi and Grot 2015).
 *
 * <p>What is found is valid until the next time that something is learned. Not thread-safe.
 */
public final class PositionLookups {

    /** Enough to wait for as many places as a processor can, and few enough for its first caches. */
    private static final int MOST = 64;

    private final int order;
    private final int[] contexts;
    private final int[] lengths = new int[MOST];
    private final int[] words = new int[MOST];
    private int size;

    private final @Nullable WideContext[] wide = new WideContext[MOST];
    private final @Nullable ContextTrie[] tries = new ContextTrie[MOST];

    /** The node that a position has come to, and how many words of its context that takes. */
    private final int[] nodes = new int[MOST];

    private final int[] depths = new int[MOST];

    /** By length of context: the node of the context, and the record of the word in it; 0 where there is none. */
    private final int[] found;

    private final int[] followers;

    /** Where the path of a position ends in the record of a single tuple; 0 where it does not. */
    private final int[] lazy = new int[MOST];

    private final int[] active = new int[MOST];
    private final int[] childEntries = new int[MOST];
    private final int[] followerEntries = new int[MOST];

    /** Takes in what is read ahead, so that no compiler leaves it out. */
    @SuppressWarnings("unused")
    private int readAhead;

    /** No positions, of a model of order N. */
    public PositionLookups(int order) {
        this.order = order;
        contexts = new int[MOST * order];
        found = new int[MOST * order];
        followers = new int[MOST * order];
    }

    /** Forgets all positions, and what it holds of the cache. */
    public void clear() {
        Arrays.fill(wide, 0, size, null);
        Arrays.fill(tries, 0, size, null);
        size = 0;
    }

    /** Whether no more can be added. */
    public boolean isFull() {
        return size == MOST;
    }

    /** The number of positions. */
    public int size() {
        return size;
    }

    /**
     * Adds a position.
     *
     * @param context ids nearest word first, from index 1; negative where the word was never learned
     * @param length how many there are, at most N − 1
     * @param word the id of the event; negative where it was never learned
     */
    public void add(int[] context, int length, int word) {
        System.arraycopy(context, 1, contexts, size * order + 1, length);
        lengths[size] = length;
        words[size] = word;
        size++;
    }

    /** The nearest word of a position's context, or a negative number where it has none that was learned. */
    int nearest(int position) {
        return lengths[position] == 0 ? -1 : contexts[position * order + 1];
    }

    /** Has the position begin in a context word with pages of its own. */
    void begin(int position, WideContext unit) {
        wide[position] = unit;
        tries[position] = null;
    }

    /** Has the position begin in pages that its nearest context word shares, or nowhere. */
    void begin(int position, @Nullable ContextTrie trie) {
        wide[position] = null;
        tries[position] = trie;
    }

    /** Looks all positions up; each has begun. */
    void find() {
        enterWide();
        int count = 0;
        int ahead = 0;
        for (int i = 0; i < size; i++) {
            ContextTrie trie = tries[i];
            nodes[i] = ContextTrie.ROOT;
            depths[i] = wide[i] == null ? 0 : 1;
            lazy[i] = 0;
            if (trie != null) {
                ahead += trie.readAhead();
                active[count++] = i;
            }
        }
        readAhead += ahead;
        while (count > 0) {
            count = step(count);
        }
    }

    private void enterWide() {
        int ahead = 0;
        for (int i = 0; i < size; i++) {
            WideContext unit = wide[i];
            if (unit != null) {
                ahead += unit.readAhead();
            }
        }
        for (int i = 0; i < size; i++) {
            WideContext unit = wide[i];
            if (unit != null) {
                ahead += unit.readAhead(words[i], lengths[i] > 1 ? contexts[i * order + 2] : 0);
            }
        }
        readAhead += ahead;
        for (int i = 0; i < size; i++) {
            WideContext unit = wide[i];
            if (unit != null && lengths[i] > 1 && contexts[i * order + 2] >= 0) {
                int second = contexts[i * order + 2];
                tries[i] = unit.bucket(second).trie(second);
            }
        }
    }

    /** Takes every active position one word of its context further; returns how many are active then. */
    private int step(int count) {
        for (int a = 0; a < count; a++) {
            int i = active[a];
            ContextTrie trie = trie(i);
            int key = depths[i] < lengths[i] ? contexts[i * order + depths[i] + 1] : -1;
            childEntries[a] = key < 0 ? 0 : trie.childEntry(nodes[i], key);
            followerEntries[a] =
                    nodes[i] == ContextTrie.ROOT || words[i] < 0 ? 0 : trie.followerEntry(nodes[i], words[i]);
        }
        int ahead = 0;
        for (int a = 0; a < count; a++) {
            ContextTrie trie = trie(active[a]);
            ahead += trie.readAhead(childEntries[a]) + trie.readAhead(followerEntries[a]);
        }
        readAhead += ahead;
        int left = 0;
        for (int a = 0; a < count; a++) {
            if (advance(active[a])) {
                active[left++] = active[a];
            }
        }
        return left;
    }

    private boolean advance(int i) {
        ContextTrie trie = trie(i);
        int depth = depths[i];
        int node = nodes[i];
        if (node != ContextTrie.ROOT) {
            followers[i * order + depth] = words[i] < 0 ? 0 : trie.findFollower(node, words[i]);
        }
        int next = depth + 1;
        int key = next <= lengths[i] ? contexts[i * order + next] : -1;
        int at = key < 0 ? 0 : trie.findChild(node, key);
        if (at == 0) {
            return false;
        }
        if (trie.isLazy(at)) {
            lazy[i] = at;
            return false;
        }
        found[i * order + next] = at;
        nodes[i] = at;
        depths[i] = next;
        return true;
    }

    @SuppressWarnings("NullAway")
    private ContextTrie trie(int position) {
        return tries[position];
    }

    /** Fills {@code out} with what was found for a position: see {@link NgramCounts#lookup(int[], int, int, PositionCounts)}. */
    public void read(int position, PositionCounts out) {
        WideContext unit = wide[position];
        if (unit != null) {
            unit.lookup(words[position], out);
        }
        out.matched(depths[position]);
        ContextTrie trie = tries[position];
        if (trie == null) {
            return;
        }
        int base = position * order;
        for (int depth = unit == null ? 1 : 2; depth <= depths[position]; depth++) {
            trie.read(found[base + depth], followers[base + depth], contexts[base + depth], depth, out);
        }
        if (lazy[position] != 0) {
            trie.readLazy(
                    lazy[position], depths[position] + 1, contexts, base, lengths[position], words[position], out);
        }
    }
}
