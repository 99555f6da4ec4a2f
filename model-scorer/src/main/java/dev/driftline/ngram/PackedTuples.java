package dev.driftline.ngram;

import dev.driftline.codec.Varints;
import dev.driftline.pages.CacheUnit;

/**
 * The tuples of a page as the page has them, in no particular order: for each a varint of the word and of whether it came more
 * than once, the context words that are not shared, nearest first, up to N − 1 or {@code <s>}, and the count where it is more
 * than one. A use reads all of them, some fifty, in less time than it takes to decode the page.
 *
 * <p>Not thread-safe.
 */
final class PackedTuples {

    /** Heap of the objects around the bytes, about. */
    private static final int OVERHEAD = 200;

    private final int order;
    private final int base;
    private final int from;
    private byte[] page;
    private int tuples = -1;

    /**
     * @param order N of the model
     * @param base how many context words all tuples here share and the page leaves out
     * @param page is not changed by this
     * @param from where in the page the tuples begin
     */
    PackedTuples(int order, int base, byte[] page, int from) {
        this.order = order;
        this.base = base;
        this.page = page;
        this.from = from;
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
                count++;
            }
            tuples = count;
        }
        return tuples;
    }

    /** Visits every tuple. */
    void tuples(NgramCounts.TupleVisitor visitor) {
        for (Cursor at = new Cursor(); at.next(); ) {
            visitor.visit(at.context, at.length, at.word, at.count);
        }
    }

    /** Adds every tuple to {@code trie}. */
    void decode(ContextTrie trie) {
        tuples((context, length, word, count) -> trie.add(context, length, word, count, null));
    }

    /** A new trie of the tuples whose context goes on by {@code next}, the first word that is not shared. */
    ContextTrie trie(int next, CacheUnit.Budget budget) {
        ContextTrie trie = new ContextTrie(order, base, budget);
        for (Cursor at = new Cursor(); at.next(); ) {
            if (at.context[base + 1] == next) {
                trie.add(at.context, at.length, at.word, at.count, null);
            }
        }
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
        write(base, context, length, word, found ? at.count + count : count, tuple);
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
            write(base, context, length, word, left, tuple);
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

        boolean next() {
            if (!in.hasRemaining()) {
                return false;
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

        /** Where in the page the tuple ends. */
        int end() {
            return in.position();
        }

        boolean is(int[] other, int otherLength, int otherWord) {
            if (word != otherWord || length != otherLength) {
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
