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
 * <p>Not thread-safe.
 */
final class ContextTrie extends TrieRecords implements HeldVisitor.Source {

    /** Beside the arrays and lists, about. */
    private static final long OWN_BYTES = 96 + LargeCounts.BYTES;

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
        super(order, base, budget);
        budget.used += OWN_BYTES;
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
        return OWN_BYTES + recordBytes() + TopFollowers.BYTES * tops.size();
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
        int words = words(at);
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

    /** Visits the followers of a context of {@code length} words with raw and continuation count, or nothing if unseen. */
    void followers(int[] context, int length, WordVisitor visitor) {
        int parent = ROOT;
        for (int depth = base + 1; depth <= length; depth++) {
            int at = context[depth] < 0 ? 0 : findChild(parent, context[depth]);
            if (at == 0) {
                return;
            }
            if ((cells[at] & KIND_MASK) == LAZY) {
                int words = words(at);
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
        heldContextsFirst(other::put);
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
                if (isSame(at, depth, context, length, word) && left(at) > 0 && cells[words(at) + length + 1] < 0) {
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
        int words = words(at);
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
                int words = words(at);
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

    /** See {@link TrieWalk#census}. */
    void census(IntFunction<@Nullable CountsOfCounts> told, int sign, int shared) {
        new TrieWalk(this).census(told, sign, shared);
    }

    /** Visits every tuple, in no particular order. */
    void tuples(NgramCounts.TupleVisitor visitor) {
        held((context, length, word, count, left, used) -> {
            if (left == 0) {
                visitor.visit(context, length, word, count);
            }
        });
    }

    @Override
    public void held(HeldVisitor visitor) {
        new TrieWalk(this).held(visitor);
    }

    /** See {@link TrieWalk#contexts}. */
    void contexts(int[] shared, int longest, NgramCounts.ContextVisitor visitor, PositionCounts counts) {
        new TrieWalk(this).contexts(shared, longest, visitor, counts);
    }

    /** Whether most of the records are of what was taken out. */
    boolean isMostlyGarbage() {
        return garbage > 1024 && garbage > used() / 2;
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
        int words = words(lazy);
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
        int words = words(at);
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
            int next = cells[words(lazy) + depth + 1];
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

    /** Forgets everything and gives its memory back to the budget. */
    void release() {
        budget.used -= bytes();
        clear();
        tops = List.of();
    }
}
