package dev.driftline.ngram;

import dev.driftline.codec.Varints;
import dev.driftline.pages.CacheUnit;

/**
 * The tuples of a page as the page has them, in no particular order: for each a varint of the word and of whether it came more
 * than once, the context words that are not shared, nearest first, up to N − 1 or {@code <s>}, and the count where it is more
 * than one. A use reads all of them, some fifty, in less time than it takes to decode the page.
 *
 * <p>A <em>marked</em> page is one from which something may be forgotten. Its tuples say more: a tuple came once, or several times
 * and was used or was not since the hand came by, or it is what is left of forgotten ones, which says how long its context is and how
 * many distinct words came before it. Most of what a small state holds has come once, so that has the shortest form: where the tuples
 * share no word, a byte has the place of the nearest one in its block, what kind of tuple this is, and whether it is of a bigram
 * that is left; and what is left has its two counts as a {@link CountPair}.
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

    /** Where the tuples share no word, the lowest bits of the first byte: the place of the nearest word in its block. */
    private static final int NEAREST_BITS = 4;

    private static final int NEAREST_MASK = (1 << NEAREST_BITS) - 1;

    /**
     * In the first byte, above the kind: a bigram is what is left. Its word follows, and nothing else where the kind is {@link #ONCE}:
     * its counts are 1 and 1.
     */
    private static final int BIGRAM = 1 << NEAREST_BITS + KIND_BITS;

    /** Of what else is left of forgotten tuples a number: the length of its context, and above it the pair of its counts. */
    private static final int LENGTH_BITS = 3;

    private static final int LENGTH_MASK = (1 << LENGTH_BITS) - 1;

    private static final int ONE = CountPair.of(1, 1);

    // Of a marked page of 0.6.0.
    private static final int OLD_LEFT_USED = 1 << 3;
    private static final int OLD_LEFT_SHIFT = 4;
    private static final int OLD_LEFT_MANY = 7;

    /** Heap of the objects around the bytes, about. */
    private static final int OVERHEAD = 200;

    private final int order;
    private final int base;
    private final int first;
    private final int from;
    private final Form form;
    private byte[] page;
    private int tuples = -1;

    /** How tuples are written. */
    enum Form {
        /** Where nothing was forgotten. */
        PLAIN,

        /** A marked page of 0.6.0, which is read. */
        MARKED_BEFORE,

        /** A marked page. */
        MARKED
    }

    /**
     * @param order N of the model
     * @param base how many context words all tuples here share and the page leaves out
     * @param first where they share none, the first word of the block that their nearest words are of
     * @param page is not changed by this
     * @param from where in the page the tuples begin
     * @param form of its tuples
     */
    PackedTuples(int order, int base, int first, byte[] page, int from, Form form) {
        this.order = order;
        this.base = base;
        this.first = first;
        this.page = page;
        this.from = from;
        this.form = form;
    }

    /** Whether tuples can be added to the page and taken out as they are. */
    boolean isCurrent() {
        return form != Form.MARKED_BEFORE;
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
        if (form == Form.MARKED) {
            writeMarked(base, context, length, word, count, 0, true, tuple);
        } else {
            write(base, context, length, word, count, tuple);
        }
    }

    /** Writes what is held as a marked page has it. What is left of forgotten tuples is never said to have been used. */
    static void writeMarked(
            int base, int[] context, int length, int word, long count, long left, boolean used, Varints.Writer page) {
        int kind = left > 0 ? LEFT : count == 1 ? ONCE : used ? SEVERAL_USED : SEVERAL;
        int from = base + 1;
        if (base == 0) {
            boolean isBigram = left > 0 && length == 1;
            boolean isOne = isBigram && count == 1 && left == 1;
            int head = (isOne ? ONCE : kind) << NEAREST_BITS | (isBigram ? BIGRAM : 0);
            page.writeByte(context[1] & NEAREST_MASK | head);
            page.writeInt(word + 1);
            if (isBigram) {
                if (!isOne) {
                    int pair = CountPair.of(count, left);
                    page.writeInt(pair);
                    CountPair.writeLarge(pair, count, left, page);
                }
                return;
            }
            from = 2;
        } else {
            page.writeInt(word + 1 << KIND_BITS | kind);
        }
        int pair = left > 0 ? CountPair.of(count, left) : 0;
        if (left > 0) {
            page.writeInt(pair << LENGTH_BITS | length - base);
        }
        for (int d = from; d <= length; d++) {
            page.writeInt(context[d]);
        }
        if (left > 0) {
            CountPair.writeLarge(pair, count, left, page);
        } else if (count > 1) {
            page.writeLong(count);
        }
    }

    /** The bytes of what {@link #writeMarked} writes. */
    static int bytes(int base, int[] context, int length, int word, long count, long left) {
        int bytes = base == 0 ? 1 + varint(word + 1) : varint((long) (word + 1) << KIND_BITS);
        int pair = left > 0 ? CountPair.of(count, left) : 0;
        if (base == 0 && left > 0 && length == 1) {
            boolean isOne = count == 1 && left == 1;
            return bytes + (isOne ? 0 : varint(pair) + CountPair.largeBytes(pair, count, left));
        }
        for (int d = base == 0 ? 2 : base + 1; d <= length; d++) {
            bytes += varint(context[d]);
        }
        if (left == 0) {
            return bytes + countBytes(count);
        }
        return bytes + varint((long) pair << LENGTH_BITS) + CountPair.largeBytes(pair, count, left);
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

    /** The bytes of what {@link #write} writes. */
    static int plainBytes(int base, int[] context, int length, int word, long count) {
        int bytes = varint((long) word << 1) + countBytes(count);
        for (int d = base + 1; d <= length; d++) {
            bytes += varint(context[d]);
        }
        return bytes;
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
            if (form != Form.PLAIN) {
                left = 0;
                if (form == Form.MARKED) {
                    readMarked();
                } else {
                    readMarkedBefore();
                }
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
            int kind;
            int read = base;
            if (base == 0) {
                int head = in.readByte();
                kind = head >>> NEAREST_BITS & (1 << KIND_BITS) - 1;
                context[++read] = first + (head & NEAREST_MASK);
                word = in.readInt() - 1;
                if ((head & BIGRAM) != 0) {
                    used = false;
                    length = 1;
                    readCounts(kind == ONCE ? ONE : in.readInt());
                    return;
                }
            } else {
                int head = in.readInt();
                kind = head & (1 << KIND_BITS) - 1;
                word = (head >>> KIND_BITS) - 1;
            }
            used = kind == SEVERAL_USED;
            if (kind == LEFT) {
                readLeft(read);
                return;
            }
            while (read < order - 1 && (read == base || context[read] != ContextTrie.BOS)) {
                context[++read] = in.readInt();
            }
            length = read;
            count = kind == ONCE ? 1 : in.readLong();
        }

        private void readLeft(int from) {
            int about = in.readInt();
            length = base + (about & LENGTH_MASK);
            for (int read = from; read < length; ) {
                context[++read] = in.readInt();
            }
            readCounts(about >>> LENGTH_BITS);
        }

        private void readCounts(int pair) {
            if (pair > 0) {
                int first = CountPair.count(pair);
                count = first;
                left = CountPair.distinct(pair, first);
            } else {
                count = in.readLong();
                left = in.readLong();
            }
        }

        private void readMarkedBefore() {
            int head = in.readInt();
            int kind = head & (1 << KIND_BITS) - 1;
            word = (head >>> KIND_BITS) - 1;
            used = kind == SEVERAL_USED;
            int read = base;
            if (kind == LEFT) {
                int about = in.readByte();
                used = (about & OLD_LEFT_USED) != 0;
                left = about >>> OLD_LEFT_SHIFT;
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
            if (left == OLD_LEFT_MANY) {
                left = in.readLong();
            }
        }

        void put(ContextTrie trie) {
            if (form != Form.PLAIN) {
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
