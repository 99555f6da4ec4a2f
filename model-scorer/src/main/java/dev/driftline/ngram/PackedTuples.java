package dev.driftline.ngram;

import dev.driftline.codec.Varints;
import dev.driftline.pages.CacheUnit;

/**
 * The tuples of a page as the page has them, in no particular order: for each a varint of the word and of whether it came more
 * than once, the context words that are not shared, nearest first, up to N − 1 or {@code <s>}, and the count where it is more
 * than one. A <em>marked</em> page, one from which something may be forgotten, has a bit more: a tuple came once, or several times
 * and was used or was not since the hand came by, or it is what is left of forgotten ones, which says how long its context is and how
 * many distinct words came before it. A use reads all of them, some fifty, in less time than it takes to decode the page.
 *
 * <p>Not thread-safe.
 */
final class PackedTuples {

    // What a marked tuple is, in the two lowest bits. One that came once is never said to have been used.
    private static final int ONCE = 0;
    private static final int SEVERAL = 1;
    private static final int SEVERAL_USED = 2;
    private static final int LEFT = 3;
    private static final int KIND_BITS = 2;

    /** Of what is left of forgotten tuples a byte: the length of its context, whether it was used, the words before it if few. */
    private static final int LENGTH_MASK = 7;

    private static final int LEFT_USED = 1 << 3;
    private static final int LEFT_SHIFT = 4;
    private static final int LEFT_MANY = 7;

    /** Heap of the objects around the bytes, about. */
    private static final int OVERHEAD = 200;

    private final int order;
    private final int base;
    private final int from;
    private final boolean marked;
    private byte[] page;
    private int tuples = -1;

    /**
     * @param order N of the model
     * @param base how many context words all tuples here share and the page leaves out
     * @param page is not changed by this
     * @param from where in the page the tuples begin
     * @param marked whether its tuples say whether they were used
     */
    PackedTuples(int order, int base, byte[] page, int from, boolean marked) {
        this.order = order;
        this.base = base;
        this.page = page;
        this.from = from;
        this.marked = marked;
    }

    /** Whether the tuples say whether they were used. */
    boolean isMarked() {
        return marked;
    }

    /** The page, which nobody may change. */
    byte[] page() {
        return page;
    }

    /** Heap bytes, about. */
    int bytes() {
        return OVERHEAD + page.length;
    }

    /** Distinct tuples. */
    int tuples() {
        if (tuples < 0) {
            int count = 0;
            for (Cursor at = new Cursor(); at.next(); ) {
                if (at.word != HeldVisitor.FORGOTTEN) {
                    count++;
                }
            }
            tuples = count;
        }
        return tuples;
    }

    /** Visits every tuple. */
    void tuples(NgramCounts.TupleVisitor visitor) {
        for (Cursor at = new Cursor(); at.next(); ) {
            if (at.left == 0) {
                visitor.visit(at.context, at.length, at.word, at.count);
            }
        }
    }

    /** Adds everything that is held to {@code trie}. */
    void decode(ContextTrie trie) {
        decode(trie, -1);
    }

    private void decode(ContextTrie trie, int next) {
        if (decodeTuples(trie, next)) {
            putForgotten(trie);
        }
    }

    /**
     * Adds all but the mass of forgotten followers.
     *
     * @param next −1, or the first word that is not shared of those to add
     * @return whether there is such mass
     */
    boolean decodeTuples(ContextTrie trie, int next) {
        boolean forgotten = false;
        for (Cursor at = new Cursor(); at.next(); ) {
            if (at.word == HeldVisitor.FORGOTTEN) {
                forgotten = true;
            } else if (next < 0 || at.context[base + 1] == next) {
                at.put(trie);
            }
        }
        return forgotten;
    }

    /** Once the contexts are there that have forgotten followers: all others have none left. */
    void putForgotten(ContextTrie trie) {
        for (Cursor at = new Cursor(); at.next(); ) {
            if (at.word == HeldVisitor.FORGOTTEN) {
                at.put(trie);
            }
        }
    }

    /** A new trie of the tuples whose context goes on by {@code next}, the first word that is not shared. */
    ContextTrie trie(int next, CacheUnit.Budget budget) {
        ContextTrie trie = new ContextTrie(order, base, budget);
        decode(trie, next);
        return trie;
    }

    /** Adds a tuple {@code count} times. */
    void add(int[] context, int length, int word, long count) {
        int before = tuples();
        Cursor at = new Cursor();
        int start = from;
        boolean found = false;
        while (!found && at.next()) {
            found = at.is(context, length, word);
            start = found ? start : at.end();
        }
        int end = found ? at.end() : start;
        Varints.Writer tuple = new Varints.Writer(32);
        write(context, length, word, found ? at.count + count : count, tuple);
        replace(start, end, tuple);
        tuples = found ? before : before + 1;
    }

    /**
     * Takes a tuple out {@code count} times.
     *
     * @throws IllegalStateException if it is not there so often
     */
    void remove(int[] context, int length, int word, long count) {
        int before = tuples();
        Cursor at = new Cursor();
        int start = from;
        while (at.next() && !at.is(context, length, word)) {
            start = at.end();
        }
        long left = at.is(context, length, word) ? at.count - count : -count;
        if (left < 0) {
            throw new IllegalStateException("a tuple that is taken out " + count + " times is not there as often");
        }
        Varints.Writer tuple = new Varints.Writer(32);
        if (left > 0) {
            write(context, length, word, left, tuple);
        } else {
            tuples = before - 1;
        }
        replace(start, at.end(), tuple);
    }

    private void replace(int start, int end, Varints.Writer tuple) {
        byte[] changed = new byte[page.length - (end - start) + tuple.size()];
        System.arraycopy(page, 0, changed, 0, start);
        tuple.copyTo(changed, start);
        System.arraycopy(page, end, changed, start + tuple.size(), page.length - end);
        page = changed;
    }

    private void write(int[] context, int length, int word, long count, Varints.Writer tuple) {
        if (marked) {
            writeMarked(base, context, length, word, count, 0, true, tuple);
        } else {
            write(base, context, length, word, count, tuple);
        }
    }

    /** Writes what is held as a marked page has it. */
    static void writeMarked(
            int base, int[] context, int length, int word, long count, long left, boolean used, Varints.Writer page) {
        int kind = left > 0 ? LEFT : count == 1 ? ONCE : used ? SEVERAL_USED : SEVERAL;
        page.writeInt(word + 1 << KIND_BITS | kind);
        if (left > 0) {
            page.writeInt(length - base | (used ? LEFT_USED : 0) | (int) Math.min(left, LEFT_MANY) << LEFT_SHIFT);
        }
        for (int d = base + 1; d <= length; d++) {
            page.writeInt(context[d]);
        }
        if (count > 1 || left > 0) {
            page.writeLong(count);
        }
        if (left >= LEFT_MANY) {
            page.writeLong(left);
        }
    }

    /** The bytes of what {@link #writeMarked} writes. */
    static int bytes(int base, int[] context, int length, int word, long count, long left) {
        int bytes = varint((long) (word + 1) << KIND_BITS);
        for (int d = base + 1; d <= length; d++) {
            bytes += varint(context[d]);
        }
        int counts = left > 0 ? 1 + varint(count) : countBytes(count);
        return bytes + counts + (left >= LEFT_MANY ? varint(left) : 0);
    }

    /** The bytes of a tuple's count. */
    static int countBytes(long count) {
        return count > 1 ? varint(count) : 0;
    }

    /** The bytes of a varint. */
    static int varint(long value) {
        return (70 - Long.numberOfLeadingZeros(value | 1)) / 7;
    }

    /** Writes a tuple as a page has it. */
    static void write(int base, int[] context, int length, int word, long count, Varints.Writer page) {
        page.writeInt(word << 1 | (count > 1 ? 1 : 0));
        for (int d = base + 1; d <= length; d++) {
            page.writeInt(context[d]);
        }
        if (count > 1) {
            page.writeLong(count);
        }
    }

    private final class Cursor {

        private final Varints.Reader in = new Varints.Reader(page, from, page.length - from);
        private final int[] context = new int[order];
        private int length;
        private int word;
        private long count;
        private long left;
        private boolean used;

        boolean next() {
            if (!in.hasRemaining()) {
                return false;
            }
            if (marked) {
                readMarked();
                return true;
            }
            int wordAndMany = in.readInt();
            int read = base;
            do {
                context[++read] = in.readInt();
            } while (read < order - 1 && context[read] != ContextTrie.BOS);
            length = read;
            word = wordAndMany >>> 1;
            count = (wordAndMany & 1) == 1 ? in.readLong() : 1;
            return true;
        }

        private void readMarked() {
            int head = in.readInt();
            int kind = head & (1 << KIND_BITS) - 1;
            word = (head >>> KIND_BITS) - 1;
            used = kind == SEVERAL_USED;
            left = 0;
            int read = base;
            if (kind == LEFT) {
                int about = in.readByte();
                used = (about & LEFT_USED) != 0;
                left = about >>> LEFT_SHIFT;
                for (int end = base + (about & LENGTH_MASK); read < end; ) {
                    context[++read] = in.readInt();
                }
            } else {
                do {
                    context[++read] = in.readInt();
                } while (read < order - 1 && context[read] != ContextTrie.BOS);
            }
            length = read;
            count = kind == ONCE ? 1 : in.readLong();
            if (left == LEFT_MANY) {
                left = in.readLong();
            }
        }

        void put(ContextTrie trie) {
            if (marked) {
                trie.put(context, length, word, count, left, used);
            } else {
                trie.add(context, length, word, count, null);
            }
        }

        /** Where in the page the tuple ends. */
        int end() {
            return in.position();
        }

        boolean is(int[] other, int otherLength, int otherWord) {
            if (word != otherWord || length != otherLength || left > 0) {
                return false;
            }
            for (int d = base + 1; d <= length; d++) {
                if (context[d] != other[d]) {
                    return false;
                }
            }
            return true;
        }
    }
}
