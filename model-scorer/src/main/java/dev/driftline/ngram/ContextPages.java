package dev.driftline.ngram;

import dev.driftline.ngram.words.ShardWords;
import dev.driftline.ngram.words.TopFollowers;
import dev.driftline.ngram.words.WordTable;
import dev.driftline.ngram.words.WordVisitor;
import dev.driftline.pages.CacheUnit;
import dev.driftline.pages.DecodedUnits;
import dev.driftline.pages.PageCache;
import dev.driftline.pages.PageStore;
import dev.driftline.smoothing.CountsOfCounts;
import dev.driftline.smoothing.PositionCounts;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What follows the contexts of a shard, in units by the nearest context word: rare words share one with fifteen others of about the
 * same age, and a word that has been seen {@value WideContext#THRESHOLD} times gets its own. Units that are used stay decoded, within
 * the bound of a cache. Not thread-safe.
 */
final class ContextPages {

    /** Words that share a unit. */
    static final int RARE_BLOCK = 16;

    /** Is given the unit that the rare ones of {@value #RARE_BLOCK} words share. */
    private interface RareUnits {

        /** @param isInside by word, modulo {@value #RARE_BLOCK}: whether it is the name of something inside the shard */
        void visit(TriePages unit, boolean[] isInside);
    }

    private final int order;
    private final PageStore store;
    private final WordTable words;
    private final ShardWords shardWords;
    private final Holdings holdings;
    private final PageCache cache;
    private final DecodedUnits<TriePages> rare = new DecodedUnits<>();
    private final DecodedUnits<WideContext> wide = new DecodedUnits<>();

    /** Takes in what is read ahead, so that no compiler leaves it out. */
    @SuppressWarnings("unused")
    private int readAhead;

    /**
     * @param words know which of them have their own unit
     * @param shardWords told of the words of n-grams that the hand would miss
     * @param holdings what is held here
     * @param cacheBytes heap that decoded units may take
     */
    ContextPages(
            int order, PageStore store, WordTable words, ShardWords shardWords, Holdings holdings, long cacheBytes) {
        this.order = order;
        this.store = store;
        this.words = words;
        this.shardWords = shardWords;
        this.holdings = holdings;
        cache = new PageCache(store, cacheBytes);
    }

    /** See {@link NgramCounts#lookup(int[], int, int, PositionCounts)}. */
    void lookup(int[] context, int length, int word, PositionCounts out) {
        if (length == 0 || context[1] < 0) {
            out.matched(0);
            return;
        }
        WideContext unit = wideIfAny(context[1]);
        if (unit != null) {
            unit.lookup(context, length, word, out);
        } else {
            rareOf(context[1]).trie(context[1]).lookup(context, length, word, out);
        }
    }

    /** See {@link NgramCounts#lookup(PositionLookups)}. */
    void lookup(PositionLookups positions) {
        int ahead = 0;
        for (int i = 0; i < positions.size(); i++) {
            ahead += wide.readAhead(positions.nearest(i));
        }
        readAhead += ahead;
        for (int i = 0; i < positions.size(); i++) {
            int nearest = positions.nearest(i);
            if (nearest < 0) {
                positions.begin(i, (ContextTrie) null);
                continue;
            }
            WideContext unit = wideIfAny(nearest);
            if (unit == null) {
                positions.begin(i, rareOf(nearest).trie(nearest));
            } else if (unit.isEmpty()) {
                positions.begin(i, (ContextTrie) null);
            } else {
                positions.begin(i, unit);
            }
        }
        positions.find();
    }

    /**
     * Counts a tuple.
     *
     * @param told the counts of counts to enter it in; null for none
     * @return whether the bigram is new
     */
    boolean add(int[] context, int length, int word, long times, @Nullable CountsOfCounts told) {
        int nearest = context[1];
        WideContext own = wideIfAny(nearest);
        if (own != null) {
            boolean isNew = own.add(context, length, word, times, told);
            cache.markDirty(own);
            return isNew;
        }
        TriePages unit = rareOf(nearest);
        boolean isNew = unit.add(context, length, word, times, told);
        cache.markDirty(unit);
        if (unit.nearestTotal() >= WideContext.THRESHOLD) {
            widen(nearest, unit);
        }
        return isNew;
    }

    /**
     * The inverse of {@link #add}.
     *
     * @return whether the bigram is gone
     * @throws IllegalStateException if the tuple is not there so often
     */
    boolean remove(int[] context, int length, int word, long times, @Nullable CountsOfCounts told) {
        WideContext own = wideIfAny(context[1]);
        if (own != null) {
            boolean isGone = own.remove(context, length, word, times, told);
            cache.markDirty(own);
            return isGone;
        }
        TriePages unit = rareOf(context[1]);
        boolean isGone = unit.remove(context, length, word, times, told);
        cache.markDirty(unit);
        return isGone;
    }

    /** The unit of a word that has its own; null where it has none. A decoded one is found without a look at the word. */
    private @Nullable WideContext wideIfAny(int word) {
        WideContext unit = wide.get(word);
        return unit != null || !words.wide(word) ? unit : wide(word);
    }

    /** The unit of a word that has its own. */
    WideContext wide(int word) {
        WideContext unit = wide.get(word);
        if (unit == null) {
            unit = new WideContext(order, word, cache, holdings, () -> wide.remove(word));
            unit.load(store);
            wide.put(word, unit);
            cache.add(unit);
        }
        return unit;
    }

    /** The unit that a word shares. */
    TriePages rareOf(int word) {
        int block = word / RARE_BLOCK;
        TriePages unit = rare.get(block);
        if (unit == null) {
            unit = TriePages.load(
                    order,
                    0,
                    block * RARE_BLOCK,
                    cache.budget(),
                    holdings,
                    store,
                    page -> PageKeys.rare(block, page),
                    () -> rare.remove(block));
            rare.put(block, unit);
            cache.add(unit);
        }
        unit.referenced = true;
        return unit;
    }

    /** A unit is newer than its pages now. */
    void markDirty(CacheUnit unit) {
        cache.markDirty(unit);
    }

    /** Moves the tuples of a context word that has become frequent into pages of its own. */
    private void widen(int word, TriePages shared) {
        WideContext own = new WideContext(order, word, cache, holdings, () -> wide.remove(word));
        wide.put(word, own);
        words.setWide(word);
        cache.add(own);
        int block = word / RARE_BLOCK;
        TriePages rest = TriePages.empty(
                order,
                0,
                block * RARE_BLOCK,
                cache.budget(),
                holdings,
                page -> PageKeys.rare(block, page),
                () -> rare.remove(block));
        rest.trie().reserve(shared.trie().used());
        move(shared, word, own, rest);
        rest.replace(shared);
        cache.replace(shared, rest);
        rare.put(block, rest);
        shared.release();
        cache.markDirty(own);
    }

    private void move(TriePages from, int word, WideContext own, TriePages rest) {
        from.heldContextsFirst((context, length, follower, count, left, used) -> {
            if (context[1] != word) {
                rest.put(context, length, follower, count, left, used);
                return;
            }
            // The hand may ask for these words before it comes by the pages that these n-grams go to.
            shardWords.need(context, length, follower);
            if (follower != HeldVisitor.FORGOTTEN) {
                holdings.ngrams--;
                holdings.bytes -= PackedTuples.bytes(0, context, length, follower, count, left);
            }
            // A page does not say whether what came once was used.
            own.put(context, length, follower, count, left, used && count > 1);
        });
    }

    /** See {@link NgramCounts#followers}. */
    void followers(int[] context, int length, WordVisitor visitor) {
        if (length == 0 || context[1] < 0) {
            return;
        }
        if (length == 1 && words.wide(context[1])) {
            wide(context[1]).followers(visitor);
            return;
        }
        ContextTrie trie = trie(context);
        if (trie != null) {
            trie.followers(context, length, visitor);
        }
    }

    /** See {@link NgramCounts#topFollowers}. */
    long topFollowers(int[] context, int length, WordVisitor visitor) {
        TopFollowers top = top(context, length);
        if (top == null) {
            followers(context, length, visitor);
            return 0;
        }
        for (int i = 0; i < top.size(); i++) {
            visitor.visit(top.word(i), top.count(i), top.count(i));
        }
        return top.floor();
    }

    private @Nullable TopFollowers top(int[] context, int length) {
        if (length == 0 || context[1] < 0) {
            return null;
        }
        if (length == 1 && words.wide(context[1])) {
            return wide(context[1]).top();
        }
        ContextTrie trie = trie(context);
        return trie == null ? null : trie.top(context, length);
    }

    /** Where the longer contexts of a frequent word are, or all of a rare one; null where there is no such context. */
    private @Nullable ContextTrie trie(int[] context) {
        if (!words.wide(context[1])) {
            return rareOf(context[1]).trie(context[1]);
        }
        return context[2] < 0 ? null : wide(context[1]).bucket(context[2]).trie(context[2]);
    }

    /** See {@link NgramCounts#tuples(int, NgramCounts.TupleVisitor)}. */
    void tuples(int nearest, NgramCounts.TupleVisitor visitor) {
        if (words.wide(nearest)) {
            wide(nearest).tuples(visitor, this::trim);
        } else {
            rareOf(nearest).tuples((context, length, word, count) -> {
                if (context[1] == nearest) {
                    visitor.visit(context, length, word, count);
                }
            });
        }
    }

    /** Visits every tuple whose nearest context word is not the name of something inside the shard. */
    void tuples(NgramCounts.TupleVisitor visitor) {
        units(
                true,
                unit -> unit.tuples(visitor, this::trim),
                (unit, isInside) -> unit.tuples((context, length, word, count) -> {
                    if (!isInside[context[1] % RARE_BLOCK]) {
                        visitor.visit(context, length, word, count);
                    }
                }));
    }

    /** Visits every context of at most {@code longest} words whose nearest is not the name of something inside the shard. */
    void contexts(int longest, NgramCounts.ContextVisitor visitor) {
        PositionCounts counts = new PositionCounts(order);
        int[] nothing = new int[order];
        units(
                true,
                unit -> unit.contexts(longest, visitor, counts, this::trim),
                (unit, isInside) -> unit.contexts(nothing, longest, withoutInside(visitor, isInside), counts));
    }

    private static NgramCounts.ContextVisitor withoutInside(NgramCounts.ContextVisitor visitor, boolean[] isInside) {
        return new NgramCounts.ContextVisitor() {
            @Override
            public boolean context(int[] context, int length, PositionCounts of) {
                return !isInside[context[1] % RARE_BLOCK] && visitor.context(context, length, of);
            }

            @Override
            public void follower(int word, long raw, long continuation) {
                visitor.follower(word, raw, continuation);
            }
        };
    }

    /** Visits everything that is held. */
    void held(HeldVisitor visitor) {
        units(false, unit -> unit.held(visitor, this::trim), (unit, isInside) -> unit.held(visitor));
    }

    /** Finds out what is held. */
    void measure() {
        holdings.ngrams = 0;
        holdings.bytes = 0;
        units(false, unit -> unit.measure(this::trim), (unit, isInside) -> unit.measure());
    }

    /**
     * Visits every unit: of {@value #RARE_BLOCK} words those of the frequent ones, and then the one that the others share.
     *
     * @param wordsOnly whether the units of names of something inside the shard are left out; of a shared unit nothing can be
     */
    private void units(boolean wordsOnly, Consumer<WideContext> wides, RareUnits rares) {
        boolean[] isInside = new boolean[RARE_BLOCK];
        for (int from = 0; from < words.size(); from += RARE_BLOCK) {
            for (int word = from; word < Math.min(words.size(), from + RARE_BLOCK); word++) {
                isInside[word - from] = words.isInside(word);
                if (words.wide(word) && !(wordsOnly && isInside[word - from])) {
                    wides.accept(wide(word));
                }
            }
            rares.visit(rareOf(from), isInside);
            trim();
        }
    }

    /** Drops what has not been used of late until units and words are within their bounds, writing it first where it has changed. */
    void trim() {
        cache.trim();
        words.trim();
    }

    /** Writes every changed page. */
    void writeBack() {
        cache.writeBack();
    }

    /** Heap bytes of decoded units, about. */
    long heapBytes() {
        return cache.budget().used;
    }
}
