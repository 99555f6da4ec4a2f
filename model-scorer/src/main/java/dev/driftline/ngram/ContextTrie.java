package dev.driftline.ngram;

import dev.driftline.codec.LargeCounts;
import dev.driftline.ngram.words.TopFollowers;
import dev.driftline.ngram.words.WordVisitor;
import dev.driftline.pages.CacheUnit;
import dev.driftline.smoothing.CountsOfCounts;
import dev.driftline.smoothing.PositionCounts;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * The counts of a group of contexts, decoded: a trie over context words, nearest first, expanded only where it branches.
 *
 * <p>A <em>tuple</em> is one longest n-gram: context words c<sub>1</sub> … c<sub>L</sub> (nearest first, L = N − 1, or
 * shorter where c<sub>L</sub> is {@code <s>}), the word that followed, and how often. Every shorter n-gram's raw and
 * continuation counts follow from the tuples, so tuples are all that is stored. A context that has been seen with one
 * tuple only is a <em>lazy</em> record that hangs where its path leaves the expanded nodes; the second tuple through it
 * expands one node. Most long contexts are never seen twice, which is why this takes a third of an expanded trie.
 *
 * <p>All records lie in one {@code int} array, found through one open-addressing index over (kind, parent, word). An entry
 * of the index has a record's place in its low bits and as much of the record's hash as fits above, so that a search passes
 * over other records without touching them. A record's slot is given by the high bits of its hash, which a small index has in
 * its entries, too: it grows without a look at the records. A large one has other bits in its entries, since those that the
 * slot says already tell no record from another.
 *
 * <p>Not thread-safe.
 */
final class ContextTrie {

    /** The word id of {@code <s>}, which ends a context. */
    static final int BOS = 0;

    private static final int DEAD = 0;
    private static final int NODE = 1;
    private static final int LAZY = 2;
    private static final int FOLLOWER = 3;
    private static final int KIND_MASK = 3;
    /** Above the kind in a header: the depth. */
    private static final int DEPTH_MASK = 7;
    /** In the header of the last record of a tuple: counted since the hand came by. */
    private static final int USED = 1 << 8;

    // Fields of every record: header (kind, and depth above it), parent or node, word.
    private static final int PARENT = 1;
    private static final int WORD = 2;

    // Node: then the first follower, the number of its top list or −1, eight figures as in PositionCounts, and how much
    // of the
    // totals was followed by words that are forgotten.
    private static final int FIRST = 3;
    private static final int TOP = 4;
    private static final int FIGURES = 5;
    private static final int FORGOTTEN_RAW = FIGURES + 8;
    private static final int FORGOTTEN_CONTINUATION = FIGURES + 9;
    private static final int NODE_SIZE = FIGURES + 10;

    // Follower: then raw count, continuation count, the next follower of the same node.
    private static final int RAW = 3;
    private static final int CONTINUATION = 4;
    private static final int NEXT = 5;
    private static final int FOLLOWER_SIZE = 6;

    /** In place of the words of a lazy record that its context is too short for: not the id of a word unknown to a shard. */
    private static final int NO_WORD = Integer.MIN_VALUE;

    static final int ROOT = 0;

    /** A large index leaves fewer than eight bits of an entry that neither the slot nor the place says. */
    private static final int SMALL_INDEX_BITS = Integer.SIZE - 8;

    /** Cells for each slot of an index that is as full as it may be. */
    private static final int CELLS_A_SLOT = 5;

    private static final int HALF_TURN = Integer.SIZE / 2;
    private static final int[] EMPTY = {};

    private final int order;
    private final int base;
    private final int lazySize;
    private final CacheUnit.Budget budget;
    private int[] cells;
    private int used = 1;
    private int[] index = new int[16];
    private int indexed;
    /** How many low bits of an entry of the index are the place: enough for every place in {@link #cells}. */
    private int placeBits;
    /** By how much a hash is shifted to the right to give a slot of the index. */
    private int slotShift = Integer.numberOfLeadingZeros(index.length) + 1;
    /** By how much a hash is turned to the left for an entry of the index. */
    private int turn;

    /** Raw counts, and sums of them; what counts distinct words or tuples fits a cell as they do. */
    private final LargeCounts large = new LargeCounts();

    private int tuples;
    private long tupleCount;
    /** Cells of records that nothing finds any more. */
    private int garbage;

    private long nearestTotal;
    private List<TopFollowers> tops = List.of();

    /**
     * @param order N of the model
     * @param base how many context words all tuples here share and the trie therefore leaves out
     */
    ContextTrie(int order, int base, CacheUnit.Budget budget) {
        this.order = order;
        this.base = base;
        this.budget = budget;
        // Header, parent, key word, context words base + 1 … N − 1, the follower, its count.
        lazySize = 3 + (order - 1 - base) + 2;
        cells = new int[1 + 2 * lazySize];
        placeBits = bitsFor(cells.length);
        budget.used += bytes();
    }

    /** Distinct tuples. */
    int tuples() {
        return tuples;
    }

    /** After an {@link #add} or {@link #remove}: how often its tuple has been seen. */
    long tupleCount() {
        return tupleCount;
    }

    /** After an {@link #add}: how often the shortest context of that tuple has been seen. */
    long nearestTotal() {
        return nearestTotal;
    }

    /** Heap bytes, about. */
    long bytes() {
        return 96 + LargeCounts.BYTES + 4L * (cells.length + index.length) + TopFollowers.BYTES * tops.size();
    }

    /**
     * Fills {@code out} for every context length from {@code base + 1} on that was seen, and sets what matched.
     *
     * @param context words nearest first from index 1; a word that has never been learned is negative
     * @param length how many there are
     */
    void lookup(int[] context, int length, int word, PositionCounts out) {
        int parent = ROOT;
        for (int depth = base + 1; depth <= length; depth++) {
            int key = context[depth];
            int at = key < 0 ? 0 : findChild(parent, key);
            if (at == 0) {
                out.matched(depth - 1);
                return;
            }
            if (isLazy(at)) {
                readLazy(at, depth, context, 0, length, word, out);
                return;
            }
            read(at, word < 0 ? 0 : findFollower(at, word), key, depth, out);
            parent = at;
        }
        out.matched(length);
    }

    /** Whether a record that {@link #findChild} has found is that of a single tuple. */
    boolean isLazy(int record) {
        return (cells[record] & KIND_MASK) == LAZY;
    }

    /**
     * Fills one length of {@code out}.
     *
     * @param node of the context
     * @param follower the record of the word, or 0
     * @param key the last word of the context
     * @param depth its length
     */
    void read(int node, int follower, int key, int depth, PositionCounts out) {
        boolean rawOnly = rawOnly(key, depth);
        out.setContext(depth, cells, node + FIGURES, large, rawOnly);
        if (follower == 0) {
            out.setWord(depth, 0, 0);
        } else {
            long raw = large.of(cells[follower + RAW]);
            out.setWord(depth, raw, rawOnly ? raw : cells[follower + CONTINUATION]);
        }
    }

    /**
     * Fills the lengths from {@code from} on that a single tuple matches, and sets what matched.
     *
     * @param at its record
     * @param context words nearest first from index {@code offset} + 1
     */
    void readLazy(int at, int from, int[] context, int offset, int length, int word, PositionCounts out) {
        int words = at + 3 - (base + 1);
        int end = at + lazySize;
        boolean same = cells[end - 2] == word;
        long count = large.of(cells[end - 1]);
        int left = left(at);
        int depth = from;
        while (depth <= length && cells[words + depth] == context[offset + depth]) {
            boolean last = left > 0 && cells[words + depth + 1] < 0;
            out.setSingle(depth, count, last ? left : 1, rawOnly(context[offset + depth], depth), same);
            depth++;
        }
        out.matched(depth - 1);
    }

    /** Of the record of what is left of forgotten tuples, the distinct words before it; 0 of a tuple. */
    private int left(int lazy) {
        int last = cells[lazy + lazySize - 3];
        return last >= 0 || last == NO_WORD ? 0 : ~last;
    }

    /** Reads where the arrays are; for {@link PositionLookups}. */
    int readAhead() {
        return index.length + cells.length;
    }

    /** The entry of the index where the search for a child begins. */
    int childEntry(int parent, int word) {
        return index[hash(0, parent, word) >>> slotShift];
    }

    /** The entry of the index where the search for a follower begins. */
    int followerEntry(int node, int word) {
        return index[hash(1, node, word) >>> slotShift];
    }

    /** Reads the record of an entry, or the unused first one of none. */
    int readAhead(int entry) {
        return cells[(entry & (1 << placeBits) - 1) + WORD];
    }

    /** In a context that begins with {@code <s>}, and in one of full length, raw counts are all there is. */
    private boolean rawOnly(int key, int depth) {
        return key == BOS || depth == order - 1;
    }

    /** Visits the followers of a context of {@code length} words with raw and continuation count, or nothing if unseen. */
    void followers(int[] context, int length, WordVisitor visitor) {
        int parent = ROOT;
        for (int depth = base + 1; depth <= length; depth++) {
            int at = context[depth] < 0 ? 0 : findChild(parent, context[depth]);
            if (at == 0) {
                return;
            }
            if ((cells[at] & KIND_MASK) == LAZY) {
                int words = at + 3 - (base + 1);
                for (int d = depth; d <= length; d++) {
                    if (cells[words + d] != context[d]) {
                        return;
                    }
                }
                long count = large.of(cells[at + lazySize - 1]);
                boolean last = left(at) > 0 && cells[words + length + 1] < 0;
                visitor.visit(
                        cells[at + lazySize - 2],
                        count,
                        rawOnly(context[length], length) ? count : last ? left(at) : 1);
                return;
            }
            parent = at;
        }
        boolean rawOnly = rawOnly(context[length], length);
        for (int f = cells[parent + FIRST]; f != 0; f = cells[f + NEXT]) {
            long raw = large.of(cells[f + RAW]);
            if (raw > 0) {
                visitor.visit(cells[f + WORD], raw, rawOnly ? raw : cells[f + CONTINUATION]);
            }
        }
    }

    /** The top list of a context of {@code length} words, or null where it has too few followers for one. */
    @Nullable
    TopFollowers top(int[] context, int length) {
        int parent = ROOT;
        for (int depth = base + 1; depth <= length; depth++) {
            int at = context[depth] < 0 ? 0 : findChild(parent, context[depth]);
            if (at == 0 || (cells[at] & KIND_MASK) == LAZY) {
                return null;
            }
            parent = at;
        }
        int top = cells[parent + TOP];
        return top < 0 ? null : tops.get(top);
    }

    /**
     * Adds a tuple {@code count} times.
     *
     * @param totals told of every n-gram whose count changes, or null while decoding what was counted before
     * @return whether the n-gram of the shared words, c<sub>base+1</sub> and {@code word} is new
     */
    boolean add(int[] context, int length, int word, long count, @Nullable CountsOfCounts totals) {
        int parent = ROOT;
        int shallower = 0;
        boolean firstIsNew = false;
        for (int depth = base + 1; depth <= length; depth++) {
            int key = context[depth];
            int at = findChild(parent, key);
            if (at == 0) {
                appendLazy(parent, depth, context, length, word, count);
                tupleCount = count;
                if (totals != null) {
                    countLazy(totals, depth, context, length, 0, count);
                }
                countContinuation(parent, shallower, depth - 1, totals);
                if (depth == base + 1) {
                    nearestTotal = count;
                    return true;
                }
                return firstIsNew;
            }
            if ((cells[at] & KIND_MASK) == LAZY) {
                if (isSame(at, depth, context, length, word)) {
                    long before = large.of(cells[at + lazySize - 1]);
                    cells[at] |= USED;
                    tupleCount = before + count;
                    cells[at + lazySize - 1] = large.plus(cells[at + lazySize - 1], count);
                    if (totals != null) {
                        countLazy(totals, depth, context, length, before, before + count);
                    }
                    if (depth == base + 1) {
                        nearestTotal = before + count;
                    }
                    return firstIsNew;
                }
                at = expand(at, depth);
            }
            boolean rawOnly = rawOnly(key, depth);
            int follower = findFollower(at, word);
            long before = 0;
            if (follower == 0) {
                follower = appendFollower(at, depth, word);
            } else {
                before = large.of(cells[follower + RAW]);
            }
            long after = before + count;
            cells[follower + RAW] = large.plus(cells[follower + RAW], count);
            if (depth == length) {
                cells[follower] |= USED;
                tupleCount = after;
                if (before == 0) {
                    tuples++;
                }
            }
            int figures = at + FIGURES;
            cells[figures + PositionCounts.RAW_TOTAL] = large.plus(cells[figures + PositionCounts.RAW_TOTAL], count);
            if (depth == base + 1) {
                nearestTotal = large.of(cells[figures + PositionCounts.RAW_TOTAL]);
            }
            moveClass(figures, before, after);
            if (totals != null) {
                totals.moveRaw(depth + 1, before, after);
                if (rawOnly && depth + 1 < order) {
                    totals.moveContinuation(depth + 1, before, after);
                }
            }
            if (rawOnly && cells[at + TOP] >= 0) {
                tops.get(cells[at + TOP]).offer(word, after);
            }
            if (before == 0) {
                if (depth == base + 1) {
                    firstIsNew = true;
                } else {
                    countContinuation(parent, shallower, depth - 1, totals);
                }
                keepTop(at, rawOnly);
            }
            parent = at;
            shallower = follower;
        }
        return firstIsNew;
    }

    /**
     * Takes a tuple out {@code count} times.
     *
     * @param totals told of every n-gram whose count changes
     * @return whether the n-gram of the shared words, c<sub>base+1</sub> and {@code word} is gone
     * @throws IllegalStateException if it is not there so often
     */
    boolean remove(int[] context, int length, int word, long count, @Nullable CountsOfCounts totals) {
        int parent = ROOT;
        int shallower = 0;
        boolean firstIsGone = false;
        for (int depth = base + 1; depth <= length; depth++) {
            int key = context[depth];
            int at = findChild(parent, key);
            if (at != 0 && isLazy(at)) {
                boolean gone = removeLazy(at, depth, context, length, word, count, totals);
                if (gone) {
                    uncountContinuation(parent, shallower, depth - 1, totals);
                }
                return depth == base + 1 ? gone : firstIsGone;
            }
            int follower = at == 0 ? 0 : findFollower(at, word);
            long before = follower == 0 ? 0 : large.of(cells[follower + RAW]);
            long after = before - count;
            if (after < 0) {
                throw new IllegalStateException("a tuple that is taken out " + count + " times is there " + before);
            }
            boolean rawOnly = rawOnly(key, depth);
            cells[follower + RAW] = large.plus(cells[follower + RAW], -count);
            int figures = at + FIGURES;
            cells[figures + PositionCounts.RAW_TOTAL] = large.plus(cells[figures + PositionCounts.RAW_TOTAL], -count);
            moveClass(figures, before, after);
            if (totals != null) {
                totals.moveRaw(depth + 1, before, after);
                if (rawOnly && depth + 1 < order) {
                    totals.moveContinuation(depth + 1, before, after);
                }
            }
            if (rawOnly) {
                lowerTop(at, true, word, after);
            }
            if (depth == length) {
                tupleCount = after;
            }
            if (after == 0) {
                if (depth == length) {
                    tuples--;
                }
                if (depth == base + 1) {
                    firstIsGone = true;
                } else {
                    uncountContinuation(parent, shallower, depth - 1, totals);
                }
                if (followers(at) == 0) {
                    // With the last follower goes what is left of those that are forgotten.
                    cells[at + WORD] = NO_WORD;
                    garbage += NODE_SIZE + FOLLOWER_SIZE;
                }
            }
            parent = at;
            shallower = follower;
        }
        return firstIsGone;
    }

    private boolean removeLazy(
            int at, int depth, int[] context, int length, int word, long count, @Nullable CountsOfCounts totals) {
        long before = isSame(at, depth, context, length, word) ? large.of(cells[at + lazySize - 1]) : 0;
        long after = before - count;
        if (after < 0) {
            throw new IllegalStateException("a tuple that is taken out " + count + " times is there " + before);
        }
        tupleCount = after;
        cells[at + lazySize - 1] = large.plus(cells[at + lazySize - 1], -count);
        if (totals != null) {
            countLazy(totals, depth, context, length, before, after);
        }
        if (after == 0) {
            cells[at] = DEAD | lazySize << 2;
            cells[at + WORD] = NO_WORD;
            garbage += lazySize;
            tuples--;
        }
        return after == 0;
    }

    /**
     * Adds what is held elsewhere, or was stored.
     *
     * @return whether the n-gram of the shared words, c<sub>base+1</sub> and {@code word} is new
     */
    boolean put(int[] context, int length, int word, long count, long left, boolean used) {
        if (word == HeldVisitor.FORGOTTEN) {
            putForgotten(context, length, count, left);
            return false;
        }
        if (left > 0) {
            return putLeft(context, length, word, count, (int) left, used);
        }
        boolean isNew = add(context, length, word, count, null);
        if (!used) {
            clearUsed(context, length, word);
        }
        return isNew;
    }

    /** Puts everything that is held here into another trie, which is empty. */
    void copyTo(ContextTrie other) {
        held((context, length, word, count, left, used) -> {
            if (word != HeldVisitor.FORGOTTEN) {
                other.put(context, length, word, count, left, used);
            }
        });
        // Once all contexts are there.
        held((context, length, word, count, left, used) -> {
            if (word == HeldVisitor.FORGOTTEN) {
                other.put(context, length, word, count, left, used);
            }
        });
    }

    private void clearUsed(int[] context, int length, int word) {
        int parent = ROOT;
        for (int depth = base + 1; depth <= length; depth++) {
            int at = findChild(parent, context[depth]);
            if (isLazy(at)) {
                cells[at] &= ~USED;
                return;
            }
            parent = at;
        }
        cells[findFollower(parent, word)] &= ~USED;
    }

    /**
     * Adds what is left of tuples that are forgotten: those of which {@code context} is the nearest part.
     *
     * @param length below N − 1
     * @param count how often they were counted
     * @param left distinct words before {@code context} and {@code word} in them
     */
    private boolean putLeft(int[] context, int length, int word, long count, int left, boolean used) {
        boolean firstIsNew = false;
        int parent = ROOT;
        int shallower = 0;
        int mark = used ? USED : 0;
        for (int depth = base + 1; depth <= length; depth++) {
            int at = findChild(parent, context[depth]);
            if (at == 0) {
                int record = appendLeft(depth, context, length, word, count, left, mark);
                cells[record + PARENT] = parent;
                cells[record + WORD] = context[depth];
                insert(record);
                countContinuation(parent, shallower, depth - 1, null);
                return firstIsNew || depth == base + 1;
            }
            if (isLazy(at)) {
                if (isSame(at, depth, context, length, word)
                        && left(at) > 0
                        && cells[at + 3 - (base + 1) + length + 1] < 0) {
                    addLeft(at, count, left, mark);
                    return firstIsNew;
                }
                at = expand(at, depth);
            }
            int follower = findFollower(at, word);
            if (follower == 0) {
                follower = appendFollower(at, depth, word);
            }
            long before = large.of(cells[follower + RAW]);
            cells[follower + RAW] = large.plus(cells[follower + RAW], count);
            int figures = at + FIGURES;
            cells[figures + PositionCounts.RAW_TOTAL] = large.plus(cells[figures + PositionCounts.RAW_TOTAL], count);
            moveClass(figures, before, before + count);
            if (before == 0) {
                firstIsNew |= depth == base + 1;
                countContinuation(parent, shallower, depth - 1, null);
                keepTop(at, false);
            }
            if (depth == length) {
                int continuation = cells[follower + CONTINUATION];
                cells[follower + CONTINUATION] = continuation + left;
                cells[figures + PositionCounts.CONTINUATION_TOTAL] += left;
                moveClass(figures + PositionCounts.CONTINUATION_TOTAL, continuation, continuation + left);
                if (cells[at + TOP] >= 0) {
                    tops.get(cells[at + TOP]).offer(word, continuation + left);
                }
                int record = findLeft(at, word);
                if (record != 0) {
                    addLeft(record, count, left, mark);
                } else {
                    record = appendLeft(depth + 1, context, length, word, count, left, mark);
                    cells[record + PARENT] = at;
                    cells[record + WORD] = ~word;
                    insert(record);
                }
            }
            parent = at;
            shallower = follower;
        }
        return firstIsNew;
    }

    private int appendLeft(int depth, int[] context, int length, int word, long count, int left, int mark) {
        int at = allocate(lazySize);
        cells[at] = LAZY | (depth & DEPTH_MASK) << 2 | mark;
        int words = at + 3 - (base + 1);
        for (int d = base + 1; d < order; d++) {
            cells[words + d] = d <= length ? context[d] : NO_WORD;
        }
        cells[at + lazySize - 3] = ~left;
        cells[at + lazySize - 2] = word;
        cells[at + lazySize - 1] = large.cell(count);
        tuples++;
        return at;
    }

    private void addLeft(int record, long count, int left, int mark) {
        cells[record] |= mark;
        cells[record + lazySize - 3] = ~(left(record) + left);
        cells[record + lazySize - 1] = large.plus(cells[record + lazySize - 1], count);
    }

    /** A context has forgotten followers; nothing where the context itself is forgotten. */
    private void putForgotten(int[] context, int length, long raw, long continuation) {
        int parent = ROOT;
        for (int depth = base + 1; depth <= length; depth++) {
            int at = findChild(parent, context[depth]);
            if (at == 0) {
                return;
            }
            if (isLazy(at)) {
                int words = at + 3 - (base + 1);
                for (int d = depth; d <= length; d++) {
                    if (cells[words + d] != context[d]) {
                        return;
                    }
                }
                at = expand(at, depth);
            }
            parent = at;
        }
        addLarge(parent + FORGOTTEN_RAW, raw);
        addLarge(parent + FIGURES + PositionCounts.RAW_TOTAL, raw);
        if (!rawOnly(context[length], length)) {
            addLarge(parent + FORGOTTEN_CONTINUATION, continuation);
            addLarge(parent + FIGURES + PositionCounts.CONTINUATION_TOTAL, continuation);
        }
    }

    private void addLarge(int cell, long more) {
        cells[cell] = large.plus(cells[cell], more);
    }

    /**
     * The raw count of {@code word} after each part of a context, nearest words first, that is in this trie.
     *
     * @param raws filled from {@code base + 1} to {@code length}
     */
    void raws(int[] context, int length, int word, long[] raws) {
        int parent = ROOT;
        for (int depth = base + 1; depth <= length; depth++) {
            int at = findChild(parent, context[depth]);
            if (at == 0) {
                Arrays.fill(raws, depth, length + 1, 0);
                return;
            }
            if (isLazy(at)) {
                boolean same = cells[at + lazySize - 2] == word;
                Arrays.fill(raws, depth, length + 1, same ? large.of(cells[at + lazySize - 1]) : 0);
                return;
            }
            int follower = findFollower(at, word);
            raws[depth] = follower == 0 ? 0 : large.of(cells[follower + RAW]);
            parent = at;
        }
    }

    /**
     * Adds every n-gram here to counts of counts, or takes it from them.
     *
     * @param told the counts of counts of what follows a nearest context word, or null
     * @param sign 1 or −1
     * @param shared the nearest context word, where all tuples here share one
     */
    void census(IntFunction<@Nullable CountsOfCounts> told, int sign, int shared) {
        for (int at = 1; at < used; ) {
            int header = cells[at];
            int depth = header >> 2 & DEPTH_MASK;
            switch (header & KIND_MASK) {
                case NODE -> at += NODE_SIZE;
                case DEAD -> at += header >> 2;
                case LAZY -> {
                    int words = at + 3 - (base + 1);
                    long count = large.of(cells[at + lazySize - 1]);
                    CountsOfCounts totals = told.apply(base == 0 ? cells[words + 1] : shared);
                    for (int d = depth; totals != null && d < order && cells[words + d] >= 0; d++) {
                        boolean last = d + 1 < order && cells[words + d + 1] < 0;
                        long left = rawOnly(cells[words + d], d) ? count : last && left(at) > 0 ? left(at) : 1;
                        totals.count(d + 1, count, left, sign);
                    }
                    at += lazySize;
                }
                default -> {
                    long raw = large.of(cells[at + RAW]);
                    CountsOfCounts totals = raw == 0 ? null : told.apply(base == 0 ? nearest(at) : shared);
                    if (totals != null) {
                        boolean rawOnly = rawOnly(cells[cells[at + PARENT] + WORD], depth);
                        totals.count(depth + 1, raw, rawOnly ? raw : cells[at + CONTINUATION], sign);
                    }
                    at += FOLLOWER_SIZE;
                }
            }
        }
    }

    /** The nearest word of the context of a follower. */
    private int nearest(int follower) {
        int node = cells[follower + PARENT];
        while (cells[node + PARENT] != ROOT) {
            node = cells[node + PARENT];
        }
        return cells[node + WORD];
    }

    /** Whether most of the records are of what was taken out. */
    boolean isMostlyGarbage() {
        return garbage > 1024 && garbage > used / 2;
    }

    /** A left neighbour of (context of {@code depth} words, word) is gone. */
    private void uncountContinuation(int node, int follower, int depth, @Nullable CountsOfCounts totals) {
        if (follower == 0) {
            return;
        }
        int before = cells[follower + CONTINUATION];
        int after = before - 1;
        cells[follower + CONTINUATION] = after;
        int figures = node + FIGURES + PositionCounts.CONTINUATION_TOTAL;
        cells[figures]--;
        moveClass(figures, before, after);
        if (totals != null) {
            totals.moveContinuation(depth + 1, before, after);
        }
        lowerTop(node, false, cells[follower + WORD], after);
    }

    private void lowerTop(int node, boolean rawOnly, int word, long count) {
        if (cells[node + TOP] >= 0 && tops.get(cells[node + TOP]).lower(word, count)) {
            fillTop(tops.get(cells[node + TOP]), node, rawOnly);
        }
    }

    /** A new left neighbour of (context of {@code depth} words, word), whose follower record is {@code follower}. */
    private void countContinuation(int node, int follower, int depth, @Nullable CountsOfCounts totals) {
        if (follower == 0) {
            return;
        }
        int before = cells[follower + CONTINUATION];
        int after = before + 1;
        cells[follower + CONTINUATION] = after;
        int figures = node + FIGURES + PositionCounts.CONTINUATION_TOTAL;
        cells[figures]++;
        moveClass(figures, before, after);
        if (totals != null) {
            totals.moveContinuation(depth + 1, before, after);
        }
        if (cells[node + TOP] >= 0) {
            tops.get(cells[node + TOP]).offer(cells[follower + WORD], after);
        }
    }

    private void countLazy(CountsOfCounts totals, int depth, int[] context, int length, long before, long after) {
        for (int d = depth; d <= length; d++) {
            totals.moveRaw(d + 1, before, after);
            if (d + 1 < order) {
                if (context[d] == BOS) {
                    totals.moveContinuation(d + 1, before, after);
                } else if (before == 0 || after == 0) {
                    totals.moveContinuation(d + 1, Math.min(before, 1), Math.min(after, 1));
                }
            }
        }
    }

    /** {@code figures} points at a total that is followed by the numbers of followers with count 1, 2, 3 and more. */
    private void moveClass(int figures, long before, long after) {
        if (before != 0) {
            cells[figures + (int) Math.min(before, 3)]--;
        }
        if (after != 0) {
            cells[figures + (int) Math.min(after, 3)]++;
        }
    }

    private boolean isSame(int lazy, int depth, int[] context, int length, int word) {
        int words = lazy + 3 - (base + 1);
        for (int d = depth; d <= length; d++) {
            if (cells[words + d] != context[d]) {
                return false;
            }
        }
        return cells[lazy + lazySize - 2] == word;
    }

    private void appendLazy(int parent, int depth, int[] context, int length, int word, long count) {
        int at = allocate(lazySize);
        cells[at] = LAZY | depth << 2 | USED;
        cells[at + PARENT] = parent;
        cells[at + WORD] = context[depth];
        int words = at + 3 - (base + 1);
        for (int d = base + 1; d < order; d++) {
            cells[words + d] = d <= length ? context[d] : NO_WORD;
        }
        cells[at + lazySize - 2] = word;
        cells[at + lazySize - 1] = large.cell(count);
        tuples++;
        insert(at);
    }

    private int appendFollower(int node, int depth, int word) {
        int at = allocate(FOLLOWER_SIZE);
        cells[at] = FOLLOWER | depth << 2;
        cells[at + PARENT] = node;
        cells[at + WORD] = word;
        cells[at + NEXT] = cells[node + FIRST];
        cells[node + FIRST] = at;
        insert(at);
        return at;
    }

    /** Makes a node of the lazy record {@code lazy} at {@code depth}, and moves its tuple one word further. */
    private int expand(int lazy, int depth) {
        int node = allocate(NODE_SIZE);
        int key = cells[lazy + WORD];
        int parent = cells[lazy + PARENT];
        cells[node] = NODE | depth << 2;
        cells[node + PARENT] = parent;
        cells[node + WORD] = key;
        cells[node + TOP] = -1;
        replace(lazy, node);

        int word = cells[lazy + lazySize - 2];
        long count = large.of(cells[lazy + lazySize - 1]);
        boolean rawOnly = rawOnly(key, depth);
        int follower = appendFollower(node, depth, word);
        cells[follower + RAW] = large.cell(count);
        int figures = node + FIGURES;
        cells[figures + PositionCounts.RAW_TOTAL] = large.cell(count);
        cells[figures + (int) Math.min(count, 3)] = 1;
        int used = cells[lazy] & USED;
        if (rawOnly) {
            cells[follower] |= used;
            cells[lazy] = DEAD | lazySize << 2;
        } else {
            int next = cells[lazy + 3 - (base + 1) + depth + 1];
            int continuation = next < 0 ? left(lazy) : 1;
            cells[follower + CONTINUATION] = continuation;
            cells[figures + PositionCounts.CONTINUATION_TOTAL] = continuation;
            cells[figures + PositionCounts.CONTINUATION_TOTAL + Math.min(continuation, 3)] = 1;
            cells[lazy] = LAZY | (depth + 1 & DEPTH_MASK) << 2 | used;
            cells[lazy + PARENT] = node;
            // What is left of a forgotten tuple has no word to go on by: it is found by the follower that it is a part
            // of.
            cells[lazy + WORD] = next < 0 ? ~word : next;
            insert(lazy);
        }
        return node;
    }

    /** Starts a top list for a node that has become wide. */
    private void keepTop(int node, boolean rawOnly) {
        if (cells[node + TOP] >= 0) {
            return;
        }
        if (followers(node) <= TopFollowers.WORTHWHILE) {
            return;
        }
        TopFollowers top = new TopFollowers();
        fillTop(top, node, rawOnly);
        if (tops.isEmpty()) {
            tops = new ArrayList<>(1);
        }
        cells[node + TOP] = tops.size();
        tops.add(top);
        budget.used += TopFollowers.BYTES;
    }

    /** Distinct words that follow a context, but those that are forgotten. */
    private int followers(int node) {
        int figures = node + FIGURES;
        return cells[figures + 1] + cells[figures + 2] + cells[figures + 3];
    }

    private void fillTop(TopFollowers top, int node, boolean rawOnly) {
        top.clear();
        for (int f = cells[node + FIRST]; f != 0; f = cells[f + NEXT]) {
            top.offer(cells[f + WORD], rawOnly ? large.of(cells[f + RAW]) : cells[f + CONTINUATION]);
        }
    }

    /** Visits every tuple, in no particular order. */
    void tuples(NgramCounts.TupleVisitor visitor) {
        held((context, length, word, count, left, used) -> {
            if (left == 0) {
                visitor.visit(context, length, word, count);
            }
        });
    }

    /** Visits everything that is held, in no particular order. */
    void held(HeldVisitor visitor) {
        int[] context = new int[order];
        int at = 1;
        while (at < used) {
            int header = cells[at];
            switch (header & KIND_MASK) {
                case NODE -> {
                    if (cells[at + FORGOTTEN_RAW] != 0 && cells[at + WORD] != NO_WORD) {
                        int depth = header >> 2 & DEPTH_MASK;
                        path(context, depth, at);
                        long raw = large.of(cells[at + FORGOTTEN_RAW]);
                        long continuation = large.of(cells[at + FORGOTTEN_CONTINUATION]);
                        visitor.visit(context, depth, HeldVisitor.FORGOTTEN, raw, Math.max(1, continuation), false);
                    }
                    at += NODE_SIZE;
                }
                case DEAD -> at += header >> 2;
                case LAZY -> {
                    int words = at + 3 - (base + 1);
                    int length = base;
                    while (length + 1 < order && cells[words + length + 1] >= 0) {
                        length++;
                        context[length] = cells[words + length];
                    }
                    long count = large.of(cells[at + lazySize - 1]);
                    visitor.visit(context, length, cells[at + lazySize - 2], count, left(at), (header & USED) != 0);
                    at += lazySize;
                }
                default -> {
                    int depth = header >> 2 & DEPTH_MASK;
                    int node = cells[at + PARENT];
                    if (cells[at + RAW] != 0 && rawOnly(cells[node + WORD], depth)) {
                        path(context, depth, node);
                        long count = large.of(cells[at + RAW]);
                        visitor.visit(context, depth, cells[at + WORD], count, 0, (header & USED) != 0);
                    }
                    at += FOLLOWER_SIZE;
                }
            }
        }
    }

    /**
     * Visits every context of {@code base + 1} to {@code longest} words with its followers, in no particular order.
     *
     * @param shared the words that all contexts here share, at index 1 to {@code base}
     * @param counts filled at the length of each context
     */
    void contexts(int[] shared, int longest, NgramCounts.ContextVisitor visitor, PositionCounts counts) {
        int[] context = Arrays.copyOf(shared, order);
        int at = 1;
        while (at < used) {
            int header = cells[at];
            int depth = header >> 2 & DEPTH_MASK;
            switch (header & KIND_MASK) {
                case NODE -> {
                    if (depth <= longest && cells[at + WORD] != NO_WORD) {
                        path(context, depth, at);
                        node(at, depth, context, visitor, counts);
                    }
                    at += NODE_SIZE;
                }
                case DEAD -> at += header >> 2;
                case LAZY -> {
                    lazy(at, depth, context, longest, visitor, counts);
                    at += lazySize;
                }
                default -> at += FOLLOWER_SIZE;
            }
        }
    }

    private void node(int node, int depth, int[] context, NgramCounts.ContextVisitor visitor, PositionCounts counts) {
        boolean rawOnly = rawOnly(cells[node + WORD], depth);
        counts.clear();
        counts.setContext(depth, cells, node + FIGURES, large, rawOnly);
        if (!visitor.context(context, depth, counts)) {
            return;
        }
        for (int f = cells[node + FIRST]; f != 0; f = cells[f + NEXT]) {
            if (cells[f + RAW] != 0) {
                long raw = large.of(cells[f + RAW]);
                visitor.follower(cells[f + WORD], raw, rawOnly ? raw : cells[f + CONTINUATION]);
            }
        }
    }

    /** The contexts that have been seen with one tuple only. */
    private void lazy(
            int at, int from, int[] context, int longest, NgramCounts.ContextVisitor visitor, PositionCounts counts) {
        int words = at + 3 - (base + 1);
        for (int depth = base + 1; depth < from; depth++) {
            context[depth] = cells[words + depth];
        }
        long count = large.of(cells[at + lazySize - 1]);
        int left = left(at);
        for (int depth = from; depth <= longest && cells[words + depth] >= 0; depth++) {
            context[depth] = cells[words + depth];
            boolean rawOnly = rawOnly(context[depth], depth);
            int continuation = left > 0 && cells[words + depth + 1] < 0 ? left : 1;
            counts.clear();
            counts.setSingle(depth, count, continuation, rawOnly, false);
            if (visitor.context(context, depth, counts)) {
                visitor.follower(cells[at + lazySize - 2], count, rawOnly ? count : continuation);
            }
        }
    }

    /** Writes the words of the context of a node. */
    private void path(int[] context, int depth, int node) {
        for (int d = depth, n = node; d > base; d--, n = cells[n + PARENT]) {
            context[d] = cells[n + WORD];
        }
    }

    private int allocate(int size) {
        int at = used;
        used += size;
        if (used > cells.length) {
            int grown = Math.max(used, cells.length + (cells.length >> 1));
            budget.used += 4L * (grown - cells.length);
            cells = Arrays.copyOf(cells, grown);
            if (bitsFor(grown) > placeBits) {
                widenPlaces(bitsFor(grown));
            }
        }
        return at;
    }

    private static int bitsFor(int length) {
        return Integer.SIZE - Integer.numberOfLeadingZeros(length - 1);
    }

    /** Gives places more bits of each entry, which its hash loses: slots stay as they are. */
    private void widenPlaces(int bits) {
        int kept = -(1 << bits) | (1 << placeBits) - 1;
        int[] slots = index;
        for (int slot = 0; slot < slots.length; slot++) {
            slots[slot] &= kept;
        }
        placeBits = bits;
        turnIfLarge();
    }

    private void turnIfLarge() {
        if (turn == 0 && Integer.SIZE - slotShift + placeBits > SMALL_INDEX_BITS) {
            turn = HALF_TURN;
            writeIndex(index.length);
        }
    }

    /** Writes the index again, from the records. */
    private void writeIndex(int length) {
        int[] old = index;
        int places = (1 << placeBits) - 1;
        index = new int[length];
        slotShift = Integer.numberOfLeadingZeros(length) + 1;
        for (int entry : old) {
            if (entry != 0) {
                place(entry & places);
            }
        }
    }

    /** Doubles the index; a small one without a look at the records. */
    private void growIndex() {
        int[] old = index;
        budget.used += 4L * old.length;
        if (turn != 0) {
            writeIndex(old.length * 2);
            return;
        }
        int[] grown = new int[old.length * 2];
        int mask = grown.length - 1;
        slotShift--;
        for (int entry : old) {
            if (entry != 0) {
                int slot = entry >>> slotShift;
                while (grown[slot] != 0) {
                    slot = slot + 1 & mask;
                }
                grown[slot] = entry;
            }
        }
        index = grown;
        turnIfLarge();
    }

    /**
     * Makes room for tuples that are about to be added, so that the arrays need not grow one step at a time.
     *
     * @param more cells that their records will take, about
     */
    void reserve(int more) {
        if (indexed > 0 || used + more <= cells.length) {
            return;
        }
        budget.used -= bytes();
        cells = new int[used + more];
        placeBits = bitsFor(cells.length);
        index = new int[Integer.highestOneBit(Math.max(8, more / CELLS_A_SLOT)) << 1];
        slotShift = Integer.numberOfLeadingZeros(index.length) + 1;
        turnIfLarge();
        budget.used += bytes();
    }

    /** Cells in use. */
    int used() {
        return used;
    }

    int findChild(int parent, int word) {
        int[] slots = index;
        int mask = slots.length - 1;
        int hash = hash(0, parent, word);
        int slot = hash >>> slotShift;
        int tag = Integer.rotateLeft(hash, turn);
        while (true) {
            int entry = slots[slot];
            if (entry == 0) {
                return 0;
            }
            if ((entry ^ tag) >>> placeBits == 0) {
                int at = entry & (1 << placeBits) - 1;
                if (cells[at + WORD] == word && cells[at + PARENT] == parent && (cells[at] & KIND_MASK) != FOLLOWER) {
                    return at;
                }
            }
            slot = (slot + 1) & mask;
        }
    }

    int findFollower(int node, int word) {
        int[] slots = index;
        int mask = slots.length - 1;
        int hash = hash(1, node, word);
        int slot = hash >>> slotShift;
        int tag = Integer.rotateLeft(hash, turn);
        while (true) {
            int entry = slots[slot];
            if (entry == 0) {
                return 0;
            }
            if ((entry ^ tag) >>> placeBits == 0) {
                int at = entry & (1 << placeBits) - 1;
                if (cells[at + WORD] == word && cells[at + PARENT] == node && (cells[at] & KIND_MASK) == FOLLOWER) {
                    return at;
                }
            }
            slot = (slot + 1) & mask;
        }
    }

    /** The record of what is left of forgotten tuples, beside others, that the follower {@code word} of {@code node} counts. */
    private int findLeft(int node, int word) {
        int mask = index.length - 1;
        int slot = hash(2, node, ~word) >>> slotShift;
        while (index[slot] != 0) {
            int at = index[slot] & (1 << placeBits) - 1;
            if (cells[at + WORD] == ~word && cells[at + PARENT] == node && (cells[at] & KIND_MASK) == LAZY) {
                return at;
            }
            slot = (slot + 1) & mask;
        }
        return 0;
    }

    /** Makes {@code node} the record that is found where {@code record}, of the same parent and word, was. */
    private void replace(int record, int node) {
        int mask = index.length - 1;
        int places = (1 << placeBits) - 1;
        int slot = hash(0, cells[record + PARENT], cells[record + WORD]) >>> slotShift;
        while ((index[slot] & places) != record) {
            slot = (slot + 1) & mask;
        }
        index[slot] = index[slot] & ~places | node;
    }

    private void insert(int record) {
        if (++indexed * 2 > index.length) {
            growIndex();
        }
        place(record);
    }

    private void place(int record) {
        int mask = index.length - 1;
        int kind = (cells[record] & KIND_MASK) == FOLLOWER ? 1 : cells[record + WORD] < 0 ? 2 : 0;
        int hash = hash(kind, cells[record + PARENT], cells[record + WORD]);
        int slot = hash >>> slotShift;
        while (index[slot] != 0) {
            slot = (slot + 1) & mask;
        }
        index[slot] = Integer.rotateLeft(hash, turn) & -(1 << placeBits) | record;
    }

    private static int hash(int kind, int parent, int word) {
        int h = parent * 0x9E3779B1 ^ word * 0x85EBCA77 ^ kind * 0x27D4EB2F;
        h ^= h >>> 15;
        h *= 0x2C1B3C6D;
        return h ^ h >>> 13;
    }

    /** Forgets everything and gives its memory back to the budget. */
    void release() {
        budget.used -= bytes();
        cells = EMPTY;
        index = EMPTY;
        tops = List.of();
    }
}
