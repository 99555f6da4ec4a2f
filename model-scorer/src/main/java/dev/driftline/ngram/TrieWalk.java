package dev.driftline.ngram;

import static dev.driftline.ngram.TrieRecords.CONTINUATION;
import static dev.driftline.ngram.TrieRecords.DEAD;
import static dev.driftline.ngram.TrieRecords.DEPTH_MASK;
import static dev.driftline.ngram.TrieRecords.FIGURES;
import static dev.driftline.ngram.TrieRecords.FIRST;
import static dev.driftline.ngram.TrieRecords.FOLLOWER_SIZE;
import static dev.driftline.ngram.TrieRecords.FORGOTTEN_CONTINUATION;
import static dev.driftline.ngram.TrieRecords.FORGOTTEN_RAW;
import static dev.driftline.ngram.TrieRecords.KIND_MASK;
import static dev.driftline.ngram.TrieRecords.LAZY;
import static dev.driftline.ngram.TrieRecords.NEXT;
import static dev.driftline.ngram.TrieRecords.NODE;
import static dev.driftline.ngram.TrieRecords.NODE_SIZE;
import static dev.driftline.ngram.TrieRecords.NO_WORD;
import static dev.driftline.ngram.TrieRecords.PARENT;
import static dev.driftline.ngram.TrieRecords.RAW;
import static dev.driftline.ngram.TrieRecords.ROOT;
import static dev.driftline.ngram.TrieRecords.USED;
import static dev.driftline.ngram.TrieRecords.WORD;

import dev.driftline.smoothing.CountsOfCounts;
import dev.driftline.smoothing.PositionCounts;
import java.util.Arrays;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** Goes over all records of a trie, in the order in which they lie there. Nothing may be added meanwhile. Not thread-safe. */
final class TrieWalk {

    private final TrieRecords trie;
    private final int[] cells;

    TrieWalk(TrieRecords trie) {
        this.trie = trie;
        cells = trie.cells;
    }

    /**
     * Adds every n-gram here to counts of counts, or takes it from them.
     *
     * @param told the counts of counts of what follows a nearest context word, or null
     * @param sign 1 or −1
     * @param shared the nearest context word, where all tuples here share one
     */
    void census(IntFunction<@Nullable CountsOfCounts> told, int sign, int shared) {
        for (int at = 1; at < trie.used(); ) {
            int header = cells[at];
            int depth = header >> 2 & DEPTH_MASK;
            switch (header & KIND_MASK) {
                case NODE -> at += NODE_SIZE;
                case DEAD -> at += header >> 2;
                case LAZY -> {
                    int words = trie.words(at);
                    long count = trie.large.of(cells[at + trie.lazySize - 1]);
                    CountsOfCounts totals = told.apply(trie.base == 0 ? cells[words + 1] : shared);
                    for (int d = depth; totals != null && d < trie.order && cells[words + d] >= 0; d++) {
                        boolean last = d + 1 < trie.order && cells[words + d + 1] < 0;
                        long left = trie.rawOnly(cells[words + d], d)
                                ? count
                                : last && trie.left(at) > 0 ? trie.left(at) : 1;
                        totals.count(d + 1, count, left, sign);
                    }
                    at += trie.lazySize;
                }
                default -> {
                    long raw = trie.large.of(cells[at + RAW]);
                    CountsOfCounts totals = raw == 0 ? null : told.apply(trie.base == 0 ? nearest(at) : shared);
                    if (totals != null) {
                        boolean rawOnly = trie.rawOnly(cells[cells[at + PARENT] + WORD], depth);
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

    /** Visits everything that is held, in no particular order. */
    void held(HeldVisitor visitor) {
        int[] context = new int[trie.order];
        int at = 1;
        while (at < trie.used()) {
            int header = cells[at];
            switch (header & KIND_MASK) {
                case NODE -> {
                    if (cells[at + FORGOTTEN_RAW] != 0 && cells[at + WORD] != NO_WORD) {
                        int depth = header >> 2 & DEPTH_MASK;
                        path(context, depth, at);
                        long raw = trie.large.of(cells[at + FORGOTTEN_RAW]);
                        long continuation = trie.large.of(cells[at + FORGOTTEN_CONTINUATION]);
                        visitor.visit(context, depth, HeldVisitor.FORGOTTEN, raw, Math.max(1, continuation), false);
                    }
                    at += NODE_SIZE;
                }
                case DEAD -> at += header >> 2;
                case LAZY -> {
                    int words = trie.words(at);
                    int length = trie.base;
                    while (length + 1 < trie.order && cells[words + length + 1] >= 0) {
                        length++;
                        context[length] = cells[words + length];
                    }
                    long count = trie.large.of(cells[at + trie.lazySize - 1]);
                    visitor.visit(
                            context, length, cells[at + trie.lazySize - 2], count, trie.left(at), (header & USED) != 0);
                    at += trie.lazySize;
                }
                default -> {
                    int depth = header >> 2 & DEPTH_MASK;
                    int node = cells[at + PARENT];
                    if (cells[at + RAW] != 0 && trie.rawOnly(cells[node + WORD], depth)) {
                        path(context, depth, node);
                        long count = trie.large.of(cells[at + RAW]);
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
        int[] context = Arrays.copyOf(shared, trie.order);
        int at = 1;
        while (at < trie.used()) {
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
                    at += trie.lazySize;
                }
                default -> at += FOLLOWER_SIZE;
            }
        }
    }

    private void node(int node, int depth, int[] context, NgramCounts.ContextVisitor visitor, PositionCounts counts) {
        boolean rawOnly = trie.rawOnly(cells[node + WORD], depth);
        counts.clear();
        counts.setContext(depth, cells, node + FIGURES, trie.large, rawOnly);
        if (!visitor.context(context, depth, counts)) {
            return;
        }
        for (int f = cells[node + FIRST]; f != 0; f = cells[f + NEXT]) {
            if (cells[f + RAW] != 0) {
                long raw = trie.large.of(cells[f + RAW]);
                visitor.follower(cells[f + WORD], raw, rawOnly ? raw : cells[f + CONTINUATION]);
            }
        }
    }

    /** The contexts that have been seen with one tuple only. */
    private void lazy(
            int at, int from, int[] context, int longest, NgramCounts.ContextVisitor visitor, PositionCounts counts) {
        int words = trie.words(at);
        for (int depth = trie.base + 1; depth < from; depth++) {
            context[depth] = cells[words + depth];
        }
        long count = trie.large.of(cells[at + trie.lazySize - 1]);
        int left = trie.left(at);
        for (int depth = from; depth <= longest && cells[words + depth] >= 0; depth++) {
            context[depth] = cells[words + depth];
            boolean rawOnly = trie.rawOnly(context[depth], depth);
            int continuation = left > 0 && cells[words + depth + 1] < 0 ? left : 1;
            counts.clear();
            counts.setSingle(depth, count, continuation, rawOnly, false);
            if (visitor.context(context, depth, counts)) {
                visitor.follower(cells[at + trie.lazySize - 2], count, rawOnly ? count : continuation);
            }
        }
    }

    /** Writes the words of the context of a node. */
    private void path(int[] context, int depth, int node) {
        for (int d = depth, n = node; d > trie.base; d--, n = cells[n + PARENT]) {
            context[d] = cells[n + WORD];
        }
    }
}
