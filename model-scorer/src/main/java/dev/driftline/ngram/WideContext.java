package dev.driftline.ngram;

import dev.driftline.codec.LargeCounts;
import dev.driftline.codec.Varints;
import dev.driftline.ngram.words.TopFollowers;
import dev.driftline.ngram.words.WordVisitor;
import dev.driftline.pages.CacheUnit;
import dev.driftline.pages.PageCache;
import dev.driftline.pages.PageFormat;
import dev.driftline.pages.PageStore;
import dev.driftline.smoothing.CountsOfCounts;
import dev.driftline.smoothing.PositionCounts;
import java.util.Arrays;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A context word that occurs often: its followers in a table of their own, and the longer contexts that end in it in
 * buckets by their second word, split one at a time as they fill (linear hashing, Litwin 1980), so that no page grows
 * with the number of its followers.
 *
 * <p>Not thread-safe.
 */
final class WideContext extends CacheUnit {

    /** A context word gets pages of its own once it has been seen this often. */
    static final int THRESHOLD = 64;

    private static final int BUCKET = 48;
    private static final int FOLLOWERS_A_PAGE = 128;
    private static final int FORMAT = 1;
    /** Of pages that say which followers were used, and how much of the totals is forgotten. */
    private static final int MARKED = 3;

    /** The same as 0.6.0 wrote it. */
    private static final int MARKED_BEFORE = 2;

    // Below the word of a follower on a marked page: whether it came once, and nothing follows, and whether it was
    // used.
    private static final int ONCE_BIT = 1;
    private static final int USED_BIT = 2;
    private static final int MARK_BITS = 2;

    /** Of counts that are not a {@link CountPair}, about. */
    private static final int LARGE_BYTES = 5;

    private static final int ENTRY = 3;

    /** In the cell of a continuation count: counted since the hand came by. */
    private static final int USED = 1 << 31;

    private final int order;
    private final int contextWord;
    private final boolean rawOnly;
    private final PageCache cache;
    private final Budget budget;
    private final Holdings holdings;
    private final Runnable detach;
    private boolean marked;

    /** Word + 1 (0 where free), raw count (see {@link #large}), continuation count: distinct words, so that it fits. */
    private int[] table = new int[ENTRY * 128];

    private LargeCounts large = new LargeCounts();

    private int size;
    /** As {@link PositionCounts} orders them, and what is forgotten; the totals as {@link #large} has them. */
    private final int[] figures = new int[10];

    private @Nullable TopFollowers top;
    private int pages = 1;
    /** Pages that were stored before there were fewer; 0 where there are not. */
    private int formerPages;

    private long[] dirtyPages = {0};

    private TriePages[] buckets = new TriePages[1];
    private int bucketCount = 1;
    private int residentBuckets;
    private long tuples;

    /** @param detach called when this is dropped from {@code cache} */
    WideContext(int order, int contextWord, PageCache cache, Holdings holdings, Runnable detach) {
        this.holdings = holdings;
        marked = holdings.forgets;
        this.order = order;
        this.contextWord = contextWord;
        this.rawOnly = order == 2 || contextWord == ContextTrie.BOS;
        this.cache = cache;
        this.detach = detach;
        budget = cache.budget();
        budget.used += bytes();
    }

    /** Decodes what is stored under this word. */
    void load(PageStore store) {
        int count = decode(store.get(PageKeys.followers(contextWord, 0)), true);
        pages = count;
        for (int page = 1; page < count; page++) {
            decode(store.get(PageKeys.followers(contextWord, page)), false);
        }
        dirtyPages = new long[count + 63 >> 6];
        dirty = false;
        buckets = new TriePages[bucketCount];
    }

    /** Whether nothing follows this word any more. */
    boolean isEmpty() {
        return figures[PositionCounts.RAW_TOTAL] == 0;
    }

    void lookup(int[] context, int length, int word, PositionCounts out) {
        if (isEmpty()) {
            out.matched(0);
            return;
        }
        lookup(word, out);
        if (length > 1 && context[2] >= 0) {
            bucket(context[2]).trie(context[2]).lookup(context, length, word, out);
        }
    }

    /** As the other, for a context of one word. */
    void lookup(int word, PositionCounts out) {
        referenced = true;
        out.setContext(1, figures, 0, large, rawOnly);
        int at = word < 0 ? -1 : slot(word);
        if (at < 0 || table[at] == 0) {
            out.setWord(1, 0, 0);
        } else {
            long raw = large.of(table[at + 1]);
            out.setWord(1, raw, rawOnly ? raw : continuation(at));
        }
        out.matched(1);
    }

    /** Reads where the arrays are; for {@link PositionLookups}. */
    int readAhead() {
        return figures[0] + table.length + buckets.length;
    }

    /** Reads where a follower and the longer contexts of a second word are; for {@link PositionLookups}. */
    int readAhead(int word, int second) {
        int at = (mix(word) & table.length / ENTRY - 1) * ENTRY;
        return table[at] + (buckets[bucketOf(second)] == null ? 0 : 1);
    }

    /** Adds a tuple; returns whether (this word, {@code word}) is a new bigram. */
    boolean add(int[] context, int length, int word, long count, @Nullable CountsOfCounts totals) {
        referenced = true;
        int at = slot(word);
        if (table[at] == 0) {
            if (++size * 2 * ENTRY > table.length) {
                grow();
                at = slot(word);
            }
            table[at] = word + 1;
        }
        long before = large.of(table[at + 1]);
        int bytesBefore = before <= CountPair.LARGEST ? bytes(at) : 0;
        boolean isNew = before == 0;
        long after = before + count;
        table[at + 1] = large.plus(table[at + 1], count);
        addTotal(PositionCounts.RAW_TOTAL, count);
        moveClass(PositionCounts.RAW_TOTAL, before, after);
        if (totals != null) {
            totals.moveRaw(2, before, after);
            if (rawOnly && order > 2) {
                totals.moveContinuation(2, before, after);
            }
        }
        if (rawOnly) {
            offer(word, after);
        } else if (length > 1 && addLonger(context, length, word, count, totals)) {
            int continuation = continuation(at);
            table[at + 2] = continuation + 1;
            addTotal(PositionCounts.CONTINUATION_TOTAL, 1);
            moveClass(PositionCounts.CONTINUATION_TOTAL, continuation, continuation + 1);
            if (totals != null) {
                totals.moveContinuation(2, continuation, continuation + 1);
            }
            offer(word, continuation + 1);
        }
        table[at + 2] |= USED;
        if (before <= CountPair.LARGEST) {
            holdings.bytes += bytes(at) - bytesBefore;
        }
        if (isNew) {
            holdings.ngrams++;
        }
        markDirty(word);
        return isNew;
    }

    private int continuation(int at) {
        return table[at + 2] & ~USED;
    }

    /** The bytes of an entry, about: those of large counts change too often to be counted. 0 where nothing follows. */
    private int bytes(int at) {
        long raw = large.of(table[at + 1]);
        if (raw == 0) {
            return 0;
        }
        int bytes = PackedTuples.varint((long) table[at] << MARK_BITS);
        if (isOnce(at, raw)) {
            return bytes;
        }
        if (rawOnly) {
            return bytes + 1;
        }
        int pair = CountPair.of(raw, continuation(at));
        return bytes + (pair == 0 ? LARGE_BYTES : PackedTuples.varint(pair));
    }

    private boolean isOnce(int at, long raw) {
        return raw == 1 && (rawOnly || continuation(at) == 1);
    }

    /**
     * Takes a tuple out {@code count} times; returns whether the bigram of this word and {@code word} is gone.
     *
     * @throws IllegalStateException if it is not there so often
     */
    boolean remove(int[] context, int length, int word, long count, @Nullable CountsOfCounts totals) {
        referenced = true;
        int at = slot(word);
        long before = table[at] == 0 ? 0 : large.of(table[at + 1]);
        long after = before - count;
        if (after < 0) {
            throw new IllegalStateException("a tuple that is taken out " + count + " times is there " + before);
        }
        int bytesBefore = bytes(at);
        boolean longer = !rawOnly && length > 1;
        boolean leftIsGone = false;
        if (longer) {
            TriePages bucket = bucket(context[2]);
            leftIsGone = bucket.remove(context, length, word, count, totals);
            cache.markDirty(bucket);
            if (bucket.tupleIsGone()) {
                countTuples(-1);
            }
        }
        table[at + 1] = large.plus(table[at + 1], -count);
        addTotal(PositionCounts.RAW_TOTAL, -count);
        moveClass(PositionCounts.RAW_TOTAL, before, after);
        if (totals != null) {
            totals.moveRaw(2, before, after);
            if (rawOnly && order > 2) {
                totals.moveContinuation(2, before, after);
            }
        }
        if (rawOnly) {
            lower(word, after);
        } else if ((leftIsGone || after == 0) && continuation(at) > 0) {
            // It is 0 where this follower has faded before the n-grams that end in it. Where it goes before them,
            // nothing is left.
            int continuation = continuation(at);
            int left = after == 0 ? 0 : continuation - 1;
            table[at + 2] = table[at + 2] & USED | left;
            addTotal(PositionCounts.CONTINUATION_TOTAL, left - continuation);
            moveClass(PositionCounts.CONTINUATION_TOTAL, continuation, left);
            if (totals != null) {
                totals.moveContinuation(2, continuation, left);
            }
            lower(word, left);
        }
        holdings.bytes += bytes(at) - bytesBefore;
        if (after == 0) {
            holdings.ngrams--;
        }
        markDirty(word);
        return after == 0;
    }

    private void lower(int word, long count) {
        TopFollowers list = top;
        if (list != null && list.lower(word, count)) {
            list.clear();
            followers((w, raw, continuation) -> list.offer(w, continuation));
        }
    }

    private boolean addLonger(int[] context, int length, int word, long count, @Nullable CountsOfCounts totals) {
        TriePages bucket = bucket(context[2]);
        boolean isNew = bucket.add(context, length, word, count, totals);
        cache.markDirty(bucket);
        if (bucket.newTuple()) {
            countTuples(1);
        }
        if (tuples > (long) bucketCount * BUCKET) {
            split();
        }
        return isNew;
    }

    private void offer(int word, long count) {
        if (top != null) {
            top.offer(word, count);
        } else if (size > TopFollowers.WORTHWHILE) {
            TopFollowers first = new TopFollowers();
            top = first;
            budget.used += TopFollowers.BYTES;
            followers((w, raw, continuation) -> first.offer(w, continuation));
        }
    }

    private void addTotal(int total, long more) {
        figures[total] = large.plus(figures[total], more);
    }

    private void moveClass(int total, long before, long after) {
        if (before != 0) {
            figures[total + (int) Math.min(before, 3)]--;
        }
        if (after != 0) {
            figures[total + (int) Math.min(after, 3)]++;
        }
    }

    /** Visits every follower. */
    void followers(WordVisitor visitor) {
        for (int at = 0; at < table.length; at += ENTRY) {
            if (table[at] != 0 && table[at + 1] != 0) {
                long raw = large.of(table[at + 1]);
                visitor.visit(table[at] - 1, raw, rawOnly ? raw : continuation(at));
            }
        }
    }

    /** Visits everything that is held; {@code between} is called where buckets may be dropped. */
    void held(HeldVisitor visitor, Runnable between) {
        int[] context = new int[order + 1];
        context[1] = contextWord;
        for (int at = 0; at < table.length; at += ENTRY) {
            if (table[at] != 0 && table[at + 1] != 0) {
                long left = rawOnly ? 0 : continuation(at);
                visitor.visit(context, 1, table[at] - 1, large.of(table[at + 1]), left, table[at + 2] < 0);
            }
        }
        if (figures[8] != 0) {
            visitor.visit(context, 1, HeldVisitor.FORGOTTEN, large.of(figures[8]), large.of(figures[9]), false);
        }
        for (int number = 0; number < bucketCount(); number++) {
            resident(number).held((words, length, word, count, left, used) -> {
                words[1] = contextWord;
                visitor.visit(words, length, word, count, left, used);
            });
            between.run();
        }
    }

    /** Adds what is held here to what the shard holds; {@code between} is called where buckets may be dropped. */
    void measure(Runnable between) {
        for (int at = 0; at < table.length; at += ENTRY) {
            if (table[at] != 0 && table[at + 1] != 0) {
                holdings.ngrams++;
                holdings.bytes += bytes(at);
            }
        }
        for (int number = 0; number < bucketCount(); number++) {
            resident(number).measure();
            between.run();
        }
    }

    /** Removes the pages of a word that nothing follows any more, and drops this. */
    void delete() {
        for (int number = 0; number < bucketCount(); number++) {
            TriePages bucket = resident(number);
            bucket.delete(cache.store());
            cache.drop(bucket);
        }
        for (int page = 0; page < Math.max(pages, formerPages); page++) {
            cache.store().put(PageKeys.followers(contextWord, page), null);
        }
        cache.drop(this);
    }

    /** Whether nothing is held here. */
    boolean holdsNothing() {
        return isEmpty() && tuples == 0;
    }

    /** Buckets of longer contexts. */
    int bucketCount() {
        return rawOnly ? 0 : bucketCount;
    }

    /**
     * Ages and prunes a bucket of longer contexts.
     *
     * @param bounded whether buckets forget, so that the followers do not follow from them
     * @param gone told of the words that follow no more because they have faded
     */
    void sweepBucket(int number, Pruning pruning, boolean bounded, IntConsumer gone, Varints.Writer out) {
        TriePages bucket = resident(number);
        long before = bucket.size();
        bucket.sweep(
                pruning,
                contextWord,
                new Pruning.Loss() {
                    @Override
                    public void faded(int next, int word, long lost) {
                        if (!bounded) {
                            fade(word, lost, pruning, gone);
                        }
                    }

                    @Override
                    public void gone(int next, int word) {
                        loseLeft(word, pruning.told(contextWord));
                    }
                },
                out);
        countTuples(bucket.size() - before);
        cache.markDirty(bucket);
    }

    /** Where the hand goes over buckets, how many there are must not depend on when the first page was written. */
    private void countTuples(long more) {
        tuples += more;
        if (holdings.forgets) {
            dirtyPages[0] |= 1;
        }
    }

    private void fade(int word, long lost, Pruning pruning, IntConsumer gone) {
        CountsOfCounts totals = pruning.told(contextWord);
        int at = slot(word);
        long before = table[at] == 0 ? 0 : large.of(table[at + 1]);
        long after = Math.max(0, before - lost);
        if (before == 0) {
            return;
        }
        int bytesBefore = bytes(at);
        table[at + 1] = large.plus(table[at + 1], after - before);
        holdings.bytes += bytes(at) - bytesBefore;
        addTotal(PositionCounts.RAW_TOTAL, after - before);
        moveClass(PositionCounts.RAW_TOTAL, before, after);
        if (totals != null) {
            totals.moveRaw(2, before, after);
        }
        if (after == 0) {
            holdings.ngrams--;
            pruning.forget(bytesBefore);
            gone.accept(word);
        }
        markDirty(word);
    }

    private void loseLeft(int word, @Nullable CountsOfCounts totals) {
        int at = slot(word);
        int before = table[at] == 0 ? 0 : continuation(at);
        if (before == 0) {
            return;
        }
        int bytesBefore = bytes(at);
        table[at + 2]--;
        holdings.bytes += bytes(at) - bytesBefore;
        addTotal(PositionCounts.CONTINUATION_TOTAL, -1);
        moveClass(PositionCounts.CONTINUATION_TOTAL, before, before - 1);
        if (totals != null) {
            totals.moveContinuation(2, before, before - 1);
        }
        lower(word, before - 1);
        markDirty(word);
    }

    /**
     * Ages and prunes the followers, once the buckets are done.
     *
     * @param bounded whether buckets forget, so that the followers do not follow from them and age on their own
     * @param gone told of the words that follow no more because they have faded
     */
    void sweepFollowers(Pruning pruning, boolean bounded, IntConsumer gone) {
        int[] old = table;
        budget.used -= bytes();
        int[] context = {0, contextWord};
        CountsOfCounts totals = pruning.told(contextWord);
        long forgottenRaw = pruning.age(large.of(figures[8]), contextWord);
        long forgottenContinuation = Math.round(large.of(figures[9]) * (forgottenRaw == 0 ? 0 : pruning.factor()));
        int kept = 0;
        for (int at = 0; at < old.length; at += ENTRY) {
            if (old[at] == 0) {
                continue;
            }
            int word = old[at] - 1;
            long raw = large.of(old[at + 1]);
            if (raw == 0) {
                old[at] = 0;
                continue;
            }
            int bytes = bytes(at);
            holdings.bytes -= bytes;
            long after = bounded || rawOnly ? pruning.age(raw, Pruning.hash(context, 1, word)) : raw;
            int continuation = old[at + 2] & ~USED;
            if (totals != null && after != raw) {
                totals.moveRaw(2, raw, after);
                if (rawOnly && order > 2) {
                    totals.moveContinuation(2, raw, after);
                } else if (!rawOnly && after < continuation) {
                    totals.moveContinuation(2, continuation, after);
                }
            }
            if (after == 0) {
                holdings.ngrams--;
                pruning.forget(bytes);
                old[at] = 0;
                gone.accept(word);
            } else if (after <= pruning.cut(1) && old[at + 2] >= 0) {
                // One that was used since the buckets were swept may have a longer context there.
                holdings.ngrams--;
                pruning.forget(bytes);
                forgottenRaw += after;
                forgottenContinuation += Math.max(1, continuation);
                old[at] = 0;
            } else {
                old[at + 1] = large.cell(after);
                old[at + 2] = rawOnly ? 0 : (int) Math.min(continuation, after);
                kept++;
                pruning.need(word);
            }
        }
        if (kept > 0) {
            pruning.need(contextWord);
        }
        rebuild(old, kept, forgottenRaw, rawOnly ? 0 : forgottenContinuation);
        budget.used += bytes();
    }

    private void rebuild(int[] old, int kept, long forgottenRaw, long forgottenContinuation) {
        int slots = 128;
        while (slots < kept * 2 + 2) {
            slots *= 2;
        }
        table = new int[slots * ENTRY];
        size = kept;
        Arrays.fill(figures, 0);
        // Every count is told again, so that those of what is gone are forgotten.
        LargeCounts counts = new LargeCounts();
        for (int at = 0; at < old.length; at += ENTRY) {
            if (old[at] != 0) {
                int to = slot(old[at] - 1);
                long raw = large.of(old[at + 1]);
                table[to] = old[at];
                table[to + 1] = counts.cell(raw);
                table[to + 2] = old[at + 2];
            }
        }
        large = counts;
        for (int at = 0; at < table.length; at += ENTRY) {
            if (table[at] != 0) {
                count(large.of(table[at + 1]), continuation(at));
                holdings.bytes += bytes(at);
            }
        }
        addForgotten(kept == 0 ? 0 : forgottenRaw, kept == 0 ? 0 : forgottenContinuation);
        if (top != null) {
            budget.used -= TopFollowers.BYTES;
            top = null;
            if (size > 0) {
                offer(0, 0);
            }
        }
        marked = true;
        int fewest = 1;
        while (fewest * FOLLOWERS_A_PAGE < size) {
            fewest *= 2;
        }
        formerPages = Math.max(formerPages, pages);
        pages = fewest;
        dirtyPages = new long[pages + 63 >> 6];
        Arrays.fill(dirtyPages, -1L);
    }

    private void count(long raw, long continuation) {
        addTotal(PositionCounts.RAW_TOTAL, raw);
        moveClass(PositionCounts.RAW_TOTAL, 0, raw);
        if (continuation > 0) {
            addTotal(PositionCounts.CONTINUATION_TOTAL, continuation);
            moveClass(PositionCounts.CONTINUATION_TOTAL, 0, continuation);
        }
    }

    private void addForgotten(long raw, long continuation) {
        addTotal(8, raw);
        addTotal(9, continuation);
        addTotal(PositionCounts.RAW_TOTAL, raw);
        addTotal(PositionCounts.CONTINUATION_TOTAL, continuation);
    }

    /** Takes in what the pages of rare words have held of this context. */
    void put(int[] context, int length, int word, long count, long left, boolean used) {
        if (word == HeldVisitor.FORGOTTEN && length == 1) {
            addForgotten(count, rawOnly ? 0 : left);
            markDirty(0);
            return;
        }
        boolean leftIsNew = false;
        if (length > 1 && !rawOnly) {
            TriePages bucket = bucket(context[2]);
            long before = bucket.size();
            leftIsNew = bucket.put(context, length, word, count, left, used);
            if (bucket.size() > before) {
                countTuples(1);
                holdings.ngrams++;
                holdings.bytes += PackedTuples.bytes(1, context, length, word, count, left);
            }
            cache.markDirty(bucket);
        }
        if (word == HeldVisitor.FORGOTTEN) {
            return;
        }
        int at = slot(word);
        if (table[at] == 0) {
            if (++size * 2 * ENTRY > table.length) {
                grow();
                at = slot(word);
            }
            table[at] = word + 1;
            holdings.ngrams++;
        }
        int bytesBefore = bytes(at);
        long before = large.of(table[at + 1]);
        table[at + 1] = large.plus(table[at + 1], count);
        addTotal(PositionCounts.RAW_TOTAL, count);
        moveClass(PositionCounts.RAW_TOTAL, before, before + count);
        int continuation = continuation(at);
        int more = rawOnly ? 0 : length == 1 ? (int) left : leftIsNew ? 1 : 0;
        if (more > 0) {
            addTotal(PositionCounts.CONTINUATION_TOTAL, more);
            moveClass(PositionCounts.CONTINUATION_TOTAL, continuation, continuation + more);
        }
        table[at + 2] = table[at + 2] & USED | continuation + more | (used ? USED : 0);
        holdings.bytes += bytes(at) - bytesBefore;
        offer(word, rawOnly ? before + count : continuation + more);
        markDirty(word);
    }

    /** Visits every context of at most {@code longest} words; {@code between} is called where buckets may be dropped. */
    void contexts(int longest, NgramCounts.ContextVisitor visitor, PositionCounts counts, Runnable between) {
        if (isEmpty()) {
            return;
        }
        int[] context = new int[order];
        context[1] = contextWord;
        counts.clear();
        counts.setContext(1, figures, 0, large, rawOnly);
        if (visitor.context(context, 1, counts)) {
            followers(visitor::follower);
        }
        if (longest < 2) {
            return;
        }
        for (int number = 0; number < bucketCount; number++) {
            resident(number).contexts(context, longest, visitor, counts);
            between.run();
        }
    }

    /** Visits every tuple; {@code between} is called where buckets may be dropped. */
    void tuples(NgramCounts.TupleVisitor visitor, Runnable between) {
        if (rawOnly) {
            int[] context = new int[order];
            context[1] = contextWord;
            followers((word, raw, continuation) -> visitor.visit(context, 1, word, raw));
            return;
        }
        for (int number = 0; number < bucketCount; number++) {
            resident(number).tuples((context, length, word, count) -> {
                context[1] = contextWord;
                visitor.visit(context, length, word, count);
            });
            between.run();
        }
    }

    /** The followers with the highest counts, or null where there are too few for a list. */
    @Nullable
    TopFollowers top() {
        return top;
    }

    /** The unit that holds the contexts (…, {@code second}, this word). */
    TriePages bucket(int second) {
        return resident(bucketOf(second));
    }

    private TriePages resident(int number) {
        TriePages bucket = buckets[number];
        if (bucket == null) {
            bucket = TriePages.load(
                    order,
                    1,
                    0,
                    budget,
                    holdings,
                    cache.store(),
                    page -> PageKeys.tuples(contextWord, number, page),
                    () -> detachBucket(number));
            buckets[number] = bucket;
            residentBuckets++;
            cache.add(bucket);
        }
        bucket.referenced = true;
        return bucket;
    }

    private int bucketOf(int second) {
        int h = second * 0x9E3779B1;
        h ^= h >>> 16;
        h *= 0x85EBCA6B;
        h ^= h >>> 13;
        int low = Integer.highestOneBit(bucketCount);
        int number = h & 2 * low - 1;
        return number < bucketCount ? number : h & low - 1;
    }

    private void detachBucket(int number) {
        buckets[number] = null;
        residentBuckets--;
    }

    /** Moves about half of the oldest unsplit bucket into a new one. */
    private void split() {
        int from = bucketCount - Integer.highestOneBit(bucketCount);
        int to = bucketCount;
        TriePages former = resident(from);
        bucketCount++;
        if (bucketCount > buckets.length) {
            buckets = Arrays.copyOf(buckets, buckets.length * 2);
        }
        TriePages kept = fresh(from);
        TriePages moved = fresh(to);
        former.copyTo(second -> bucketOf(second) == from ? kept : moved);
        kept.replace(former);
        cache.replace(former, kept);
        buckets[from] = kept;
        buckets[to] = moved;
        residentBuckets++;
        cache.add(moved);
        cache.markDirty(moved);
        if (former.isPacked()) {
            // The bucket whose turn it is need not be one in use.
            cache.pack(kept);
            cache.pack(moved);
        }
        former.release();
        dirtyPages[0] |= 1;
    }

    private TriePages fresh(int number) {
        return TriePages.empty(
                order,
                1,
                0,
                budget,
                holdings,
                page -> PageKeys.tuples(contextWord, number, page),
                () -> detachBucket(number));
    }

    /** Not while longer contexts below it are decoded. */
    @Override
    protected boolean evictable() {
        return residentBuckets == 0;
    }

    private int slot(int word) {
        int mask = table.length / ENTRY - 1;
        int slot = mix(word) & mask;
        while (true) {
            int at = slot * ENTRY;
            if (table[at] == 0 || table[at] == word + 1) {
                return at;
            }
            slot = slot + 1 & mask;
        }
    }

    private static int mix(int word) {
        int h = word * 0x9E3779B1;
        return h ^ h >>> 15;
    }

    private void grow() {
        int[] old = table;
        table = new int[old.length * 2];
        budget.used += 4L * old.length;
        for (int at = 0; at < old.length; at += ENTRY) {
            if (old[at] != 0) {
                System.arraycopy(old, at, table, slot(old[at] - 1), ENTRY);
            }
        }
    }

    private void markDirty(int word) {
        if (size > pages * FOLLOWERS_A_PAGE) {
            pages *= 2;
            dirtyPages = new long[pages + 63 >> 6];
            Arrays.fill(dirtyPages, -1L);
        } else {
            int page = pageOf(word);
            dirtyPages[page >> 6] |= 1L << page;
        }
    }

    /** By the high bits: the low ones place the word in the table. */
    private int pageOf(int word) {
        return pages == 1 ? 0 : mix(word) >>> 1 & pages - 1;
    }

    @Override
    protected void writeBack(PageStore store, Varints.Writer only) {
        if (!dirty) {
            return;
        }
        only.reset();
        Varints.Writer[] out = new Varints.Writer[pages];
        for (int page = 0; page < pages; page++) {
            if ((dirtyPages[page >> 6] & 1L << page) != 0) {
                out[page] = pages == 1 ? only : new Varints.Writer(512);
                out[page].writeByte(marked ? MARKED : FORMAT);
                if (page == 0) {
                    out[page].writeInt(pages);
                    out[page].writeInt(bucketCount);
                    out[page].writeLong(tuples);
                    if (marked) {
                        out[page].writeLong(large.of(figures[8]));
                        out[page].writeLong(large.of(figures[9]));
                    }
                }
            }
        }
        for (int at = 0; at < table.length; at += ENTRY) {
            if (table[at] != 0 && table[at + 1] != 0) {
                Varints.Writer page = out[pageOf(table[at] - 1)];
                if (page != null) {
                    int word = table[at] - 1;
                    long raw = large.of(table[at + 1]);
                    boolean isOnce = marked && isOnce(at, raw);
                    page.writeInt(
                            marked
                                    ? word << MARK_BITS | (table[at + 2] < 0 ? USED_BIT : 0) | (isOnce ? ONCE_BIT : 0)
                                    : word);
                    if (!isOnce) {
                        writeCounts(raw, continuation(at), page);
                    }
                }
            }
        }
        for (int page = 0; page < pages; page++) {
            if (out[page] != null) {
                store.put(PageKeys.followers(contextWord, page), out[page].toByteArray());
            }
        }
        for (int page = pages; page < formerPages; page++) {
            store.put(PageKeys.followers(contextWord, page), null);
        }
        formerPages = 0;
        Arrays.fill(dirtyPages, 0L);
        dirty = false;
    }

    private void writeCounts(long raw, int continuation, Varints.Writer page) {
        if (rawOnly) {
            page.writeLong(raw);
        } else if (marked) {
            int pair = CountPair.of(raw, continuation);
            page.writeInt(pair);
            CountPair.writeLarge(pair, raw, continuation, page);
        } else {
            page.writeLong(raw);
            page.writeInt(continuation);
        }
    }

    private int decode(byte @Nullable [] bytes, boolean first) {
        if (bytes == null) {
            throw new IllegalStateException(
                    "a page of followers of word " + contextWord + " is missing from the state");
        }
        Varints.Reader in = new Varints.Reader(bytes);
        int format = in.readByte();
        int bits = format == MARKED ? MARK_BITS : format == MARKED_BEFORE ? 1 : 0;
        if (bits == 0) {
            PageFormat.check(format, FORMAT, "followers");
        }
        int count = 0;
        if (first) {
            count = in.readInt();
            bucketCount = in.readInt();
            tuples = in.readLong();
            if (bits > 0) {
                marked = true;
                addForgotten(in.readLong(), in.readLong());
            }
        }
        while (in.hasRemaining()) {
            int wordAndMarks = in.readInt();
            int word = wordAndMarks >>> bits;
            boolean isOnce = format == MARKED && (wordAndMarks & ONCE_BIT) != 0;
            boolean wasUsed = bits > 0 && (wordAndMarks >>> bits - 1 & 1) != 0;
            int pair = isOnce ? 0 : format == MARKED && !rawOnly ? in.readInt() : 0;
            int few = CountPair.count(pair);
            long raw = isOnce ? 1 : few > 0 ? few : in.readLong();
            int continuation = rawOnly ? 0 : isOnce ? 1 : few > 0 ? CountPair.distinct(pair, few) : in.readInt();
            if (++size * 2 * ENTRY > table.length) {
                grow();
            }
            int at = slot(word);
            table[at] = word + 1;
            table[at + 1] = large.cell(raw);
            table[at + 2] = continuation | (bits > 0 && !wasUsed ? 0 : USED);
            count(raw, continuation);
            offer(word, rawOnly ? raw : continuation);
        }
        return count;
    }

    @Override
    protected void detach() {
        detach.run();
        budget.used -= bytes();
    }

    @Override
    protected long bytes() {
        return 400 + LargeCounts.BYTES + 4L * table.length + (top == null ? 0 : TopFollowers.BYTES);
    }
}
