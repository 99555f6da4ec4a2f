package dev.driftline.ngram;

import dev.driftline.codec.Varints;
import dev.driftline.pages.CacheUnit;
import dev.driftline.pages.PageCache;
import dev.driftline.pages.PageFormat;
import dev.driftline.pages.PageStore;
import dev.driftline.smoothing.CountsOfCounts;
import dev.driftline.smoothing.PositionCounts;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * The tuples of a group of contexts and the pages that they are stored in: one page while it is small, a power of two of them, by
 * the hash of the tuple, once a single context has outgrown a page. Only pages with a changed tuple are written.
 *
 * <p>What is used often is decoded, as a {@link ContextTrie}. What is used now and then is {@linkplain PackedTuples packed}: a
 * eighth of the heap, and read as it is. A page that is read is packed. When it has been used more than {@value #WARM} times since the hand
 * of the {@link PageCache} came by, it is decoded; when fewer times, packed again.
 */
final class TriePages extends CacheUnit implements HeldVisitor.Source {

    /** Tuples that a page holds before the unit is spread over twice as many. */
    static final int PAGE = 128;

    private static final int FORMAT = 1;
    /** Of a {@linkplain PackedTuples marked} page. */
    private static final int MARKED = 3;

    /** The same as 0.6.0 wrote it. */
    private static final int MARKED_BEFORE = 2;

    /**
     * Uses, from one time to the next that the hand comes by, with which a unit is decoded: one that is packed costs half a
     * microsecond more, and one that is decoded takes the heap of eight.
     */
    private static final int WARM = 32;

    /** Pages of a unit that may be packed: a use reads all of its tuples. */
    private static final int MOST_PACKED = 8;

    /** Bytes of a page before its tuples, where there is one page: format and number of pages. */
    private static final int HEADER = 2;

    /** Of a decoded tuple, for each byte of a stored one, about. */
    private static final int CELLS_A_BYTE = 1;

    /** Room for no more cells is made before there are tuples for them, whatever a page says. */
    private static final int MOST_RESERVED = 1 << 20;

    private final int order;
    private final int base;
    private final int first;
    private final IntFunction<byte[]> keys;
    private final Runnable detach;
    private final Budget budget;
    private final Holdings holdings;
    /** Whether its pages are written so that they say what was used. */
    private boolean marked;

    private @Nullable ContextTrie trie;
    private @Nullable PackedTuples packed;
    /** Of the packed tuples, those whose context goes on by {@link #recentNext}. */
    private @Nullable ContextTrie recent;

    private int recentNext;
    private int uses;
    private int pages = 1;
    private int stored;
    private long[] dirtyPages = new long[1];
    private long nearestTotal;
    private boolean newTuple;
    private boolean tupleIsGone;

    private TriePages(
            int order,
            int base,
            int first,
            Budget budget,
            Holdings holdings,
            IntFunction<byte[]> keys,
            Runnable detach) {
        this.holdings = holdings;
        marked = holdings.forgets;
        this.order = order;
        this.base = base;
        this.first = first;
        this.keys = keys;
        this.detach = detach;
        this.budget = budget;
    }

    /**
     * Reads the unit whose pages have the given keys, or makes an empty one where there are none.
     *
     * @param first the first word of the block that nearest words are of, where the tuples share none
     */
    static TriePages load(
            int order,
            int base,
            int first,
            Budget budget,
            Holdings holdings,
            PageStore store,
            IntFunction<byte[]> keys,
            Runnable detach) {
        byte[] page0 = store.get(keys.apply(0));
        if (page0 == null) {
            return empty(order, base, first, budget, holdings, keys, detach);
        }
        TriePages unit = new TriePages(order, base, first, budget, holdings, keys, detach);
        Varints.Reader header = new Varints.Reader(page0);
        header.readByte();
        int count = header.readInt();
        if (count == 1) {
            unit.packed = unit.open(page0, header.position());
            budget.used += unit.packed.bytes();
            if (!unit.packed.isCurrent()) {
                unit.trie();
            }
        } else {
            ContextTrie trie = new ContextTrie(order, base, budget);
            // The pages of a unit are of about the same size.
            trie.reserve((int) Math.min(MOST_RESERVED, (long) page0.length * count * CELLS_A_BYTE));
            unit.trie = trie;
            List<PackedTuples> forgotten = new ArrayList<>();
            for (int page = 0; page < count; page++) {
                byte[] next = page == 0 ? page0 : store.get(keys.apply(page));
                if (next != null) {
                    PackedTuples tuples = unit.open(next, header.position());
                    if (tuples.decodeTuples(trie, -1)) {
                        forgotten.add(tuples);
                    }
                }
            }
            forgotten.forEach(tuples -> tuples.putForgotten(trie));
        }
        unit.pages = count;
        unit.stored = count;
        unit.dirtyPages = new long[count + 63 >> 6];
        return unit;
    }

    /** A unit that holds nothing and has nothing stored. */
    static TriePages empty(
            int order,
            int base,
            int first,
            Budget budget,
            Holdings holdings,
            IntFunction<byte[]> keys,
            Runnable detach) {
        TriePages unit = new TriePages(order, base, first, budget, holdings, keys, detach);
        unit.trie = new ContextTrie(order, base, budget);
        return unit;
    }

    /** All tuples, decoded from now on. */
    ContextTrie trie() {
        ContextTrie decoded = trie;
        if (decoded == null) {
            PackedTuples from = Objects.requireNonNull(packed);
            decoded = new ContextTrie(order, base, budget);
            decoded.reserve(from.page().length * CELLS_A_BYTE);
            from.decode(decoded);
            budget.used -= from.bytes();
            packed = null;
            forgetRecent();
            trie = decoded;
        }
        return decoded;
    }

    /**
     * A trie that has every tuple whose context goes on by {@code next}, the first word that the tuples here do not share. To be
     * read, until something is added.
     */
    ContextTrie trie(int next) {
        PackedTuples cold = use();
        return cold == null ? trie() : some(cold, next);
    }

    /** A word is learned soon after it was scored, in the same context. */
    private ContextTrie some(PackedTuples cold, int next) {
        ContextTrie some = recent;
        if (some == null || recentNext != next) {
            forgetRecent();
            some = cold.trie(next, budget);
            recent = some;
            recentNext = next;
        }
        return some;
    }

    /** Somebody may still read it. */
    private void forgetRecent() {
        if (recent != null) {
            budget.used -= recent.bytes();
            recent = null;
        }
    }

    /** Visits every tuple, in no particular order. */
    void tuples(NgramCounts.TupleVisitor visitor) {
        if (packed != null) {
            packed.tuples(visitor);
        } else {
            trie().tuples(visitor);
        }
    }

    @Override
    public void heldContextsFirst(HeldVisitor visitor) {
        ContextTrie all = trie != null ? trie : decoded();
        if (marked) {
            all.heldContextsFirst(visitor);
        } else {
            all.held(visitor);
        }
    }

    @Override
    public void held(HeldVisitor visitor) {
        if (trie != null) {
            trie.held(visitor);
        } else {
            decoded().held(visitor);
        }
    }

    /** Visits every context of at most {@code longest} words. */
    void contexts(int[] shared, int longest, NgramCounts.ContextVisitor visitor, PositionCounts counts) {
        (trie != null ? trie : decoded()).contexts(shared, longest, visitor, counts);
    }

    /** What the packed tuples are, decoded for a moment: the budget does not know. */
    private ContextTrie decoded() {
        PackedTuples from = Objects.requireNonNull(packed);
        ContextTrie decoded = new ContextTrie(order, base, new Budget());
        decoded.reserve(from.page().length * CELLS_A_BYTE);
        from.decode(decoded);
        return decoded;
    }

    boolean isPacked() {
        return packed != null;
    }

    /** Counts a use; gives the packed tuples, or null where they are decoded or ought to be. */
    private @Nullable PackedTuples use() {
        return ++uses > WARM ? null : packed;
    }

    @Override
    protected void passed() {
        super.passed();
        uses = 0;
        forgetRecent();
    }

    /** Adds a tuple; see {@link ContextTrie#add}. */
    boolean add(int[] context, int length, int word, long count, @Nullable CountsOfCounts totals) {
        PackedTuples cold = use();
        ContextTrie affected = cold == null ? trie() : some(cold, context[base + 1]);
        int before = affected.tuples();
        boolean isNew = affected.add(context, length, word, count, totals);
        newTuple = affected.tuples() > before;
        nearestTotal = affected.nearestTotal();
        if (newTuple) {
            holdings.ngrams++;
            holdings.bytes += PackedTuples.bytes(base, context, length, word, count, 0);
        } else {
            long after = affected.tupleCount();
            holdings.bytes += PackedTuples.countBytes(after) - PackedTuples.countBytes(after - count);
        }
        if (cold != null) {
            budget.used -= cold.bytes();
            cold.add(context, length, word, count);
            budget.used += cold.bytes();
        }
        if (newTuple && tuples() > pages * PAGE) {
            trie();
            spread(pages * 2);
        } else {
            int page = pageOf(context, length, word);
            dirtyPages[page >> 6] |= 1L << page;
        }
        return isNew;
    }

    private void spread(int over) {
        pages = over;
        dirtyPages = new long[over + 63 >> 6];
        Arrays.fill(dirtyPages, -1L);
    }

    /**
     * Takes in what another unit has held, which is on no list of what is held a second time.
     *
     * @return see {@link ContextTrie#put}
     */
    boolean put(int[] context, int length, int word, long count, long left, boolean used) {
        boolean isNew = trie().put(context, length, word, count, left, used);
        if (tuples() > pages * PAGE) {
            spread(pages * 2);
        }
        Arrays.fill(dirtyPages, -1L);
        return isNew;
    }

    /**
     * Ages and prunes what is held here.
     *
     * @param shared the nearest context word, where all tuples here share one
     * @param loss told of what has faded
     * @param out to write with, whatever it holds
     */
    void sweep(Pruning pruning, int shared, Pruning.Loss loss, Varints.Writer out) {
        boolean cold = packed != null;
        ContextTrie old = cold ? decoded() : trie();
        ContextTrie kept = pruning.sweep(old, new ContextTrie(order, base, budget), base, first, shared, loss);
        marked = true;
        int fewest = 1;
        while (fewest * PAGE < kept.tuples()) {
            fewest *= 2;
        }
        // One step apart, so that a unit does not go to and fro.
        if (fewest * 2 < pages || fewest > pages) {
            pages = fewest;
        }
        spread(pages);
        forgetRecent();
        if (cold) {
            budget.used -= Objects.requireNonNull(packed).bytes();
            packed = null;
        } else {
            old.release();
        }
        trie = kept;
        if (cold && pages == 1) {
            packWhole(kept, out);
        }
    }

    /** Takes a tuple out; see {@link ContextTrie#remove}. */
    boolean remove(int[] context, int length, int word, long count, @Nullable CountsOfCounts totals) {
        // What is left of forgotten tuples may go, too: packed tuples do not say which.
        PackedTuples cold = marked ? null : use();
        ContextTrie affected = cold == null ? trie() : some(cold, context[base + 1]);
        int before = affected.tuples();
        boolean isGone = affected.remove(context, length, word, count, totals);
        tupleIsGone = affected.tuples() < before;
        long after = affected.tupleCount();
        if (tupleIsGone) {
            holdings.ngrams--;
            holdings.bytes -= PackedTuples.bytes(base, context, length, word, after + count, 0);
        } else {
            holdings.bytes += PackedTuples.countBytes(after) - PackedTuples.countBytes(after + count);
        }
        if (cold != null) {
            budget.used -= cold.bytes();
            cold.remove(context, length, word, count);
            budget.used += cold.bytes();
        } else if (affected.isMostlyGarbage()) {
            ContextTrie live = new ContextTrie(order, base, budget);
            affected.copyTo(live);
            trie = live;
            affected.release();
        }
        int page = pageOf(context, length, word);
        dirtyPages[page >> 6] |= 1L << page;
        return isGone;
    }

    /** After a {@link #remove}: whether its tuple is gone. */
    boolean tupleIsGone() {
        return tupleIsGone;
    }

    /** Adds what is held here to what the shard holds. */
    void measure() {
        held((context, length, word, count, left, used) -> {
            if (word != HeldVisitor.FORGOTTEN) {
                holdings.ngrams++;
                holdings.bytes += PackedTuples.bytes(base, context, length, word, count, left);
            }
        });
    }

    /** Tuples, and what is left of forgotten ones. */
    long size() {
        return tuples();
    }

    /** Puts everything that is held here into other units, by the first word that is not shared. */
    void copyTo(IntFunction<TriePages> units) {
        heldContextsFirst((context, length, word, count, left, used) ->
                units.apply(context[base + 1]).put(context, length, word, count, left, used));
    }

    private int tuples() {
        return packed != null ? packed.tuples() : trie().tuples();
    }

    /** After an {@link #add}: whether its tuple was new. */
    boolean newTuple() {
        return newTuple;
    }

    /** After an {@link #add}: how often the shortest context of that tuple has been seen. */
    long nearestTotal() {
        return nearestTotal;
    }

    /** Removes the pages from the store. */
    void delete(PageStore store) {
        for (int page = 0; page < Math.max(pages, stored); page++) {
            store.put(keys.apply(page), null);
        }
    }

    /** Frees the heap of what was moved elsewhere. */
    void release() {
        if (trie != null) {
            trie.release();
        }
        if (packed != null) {
            budget.used -= packed.bytes();
            packed = null;
        }
        forgetRecent();
    }

    /** Takes over the pages that {@code former}, whose tuples were moved here and elsewhere, had stored. */
    void replace(TriePages former) {
        stored = former.stored;
        Arrays.fill(dirtyPages, -1L);
        former.dirty = false;
    }

    private int pageOf(int[] context, int length, int word) {
        if (pages == 1) {
            return 0;
        }
        int h = word * 0x9E3779B1;
        for (int d = base + 1; d <= length; d++) {
            h = (h ^ context[d]) * 0x85EBCA77;
        }
        h ^= h >>> 16;
        return h & pages - 1;
    }

    @Override
    protected void writeBack(PageStore store, Varints.Writer only) {
        if (!dirty) {
            return;
        }
        if (pages > 1) {
            writePages(store);
        } else if (marked && tuples() == 0) {
            store.put(keys.apply(0), null);
        } else {
            store.put(keys.apply(0), packed != null ? packed.page() : encode(only));
        }
        for (int page = pages; page < stored; page++) {
            store.put(keys.apply(page), null);
        }
        stored = pages;
        Arrays.fill(dirtyPages, 0L);
        dirty = false;
    }

    /** All tuples as one page. */
    private byte[] encode(Varints.Writer out) {
        out.reset();
        out.writeByte(marked ? MARKED : FORMAT);
        out.writeInt(1);
        if (marked) {
            held((context, length, word, count, left, used) ->
                    PackedTuples.writeMarked(base, context, length, word, count, left, used, out));
        } else {
            tuples((context, length, word, count) -> PackedTuples.write(base, context, length, word, count, out));
        }
        return out.toByteArray();
    }

    @Override
    protected boolean pack(Varints.Writer out) {
        ContextTrie decoded = trie;
        if (decoded == null || uses > WARM || pages > MOST_PACKED) {
            return false;
        }
        packWhole(decoded, out);
        passed();
        return true;
    }

    private void packWhole(ContextTrie decoded, Varints.Writer out) {
        packed = new PackedTuples(
                order, base, first, encode(out), HEADER, marked ? PackedTuples.Form.MARKED : PackedTuples.Form.PLAIN);
        budget.used += packed.bytes();
        trie = null;
        decoded.release();
    }

    private void writePages(PageStore store) {
        Varints.Writer[] out = new Varints.Writer[pages];
        for (int page = 0; page < pages; page++) {
            if ((dirtyPages[page >> 6] & 1L << page) != 0) {
                out[page] = new Varints.Writer(512);
                out[page].writeByte(marked ? MARKED : FORMAT);
                out[page].writeInt(pages);
            }
        }
        held((context, length, word, count, left, used) -> {
            Varints.Writer page = out[pageOf(context, length, word)];
            if (page != null && marked) {
                PackedTuples.writeMarked(base, context, length, word, count, left, used, page);
            } else if (page != null) {
                PackedTuples.write(base, context, length, word, count, page);
            }
        });
        for (int page = 0; page < pages; page++) {
            if (out[page] != null) {
                store.put(keys.apply(page), out[page].toByteArray());
            }
        }
    }

    private PackedTuples open(byte[] page, int from) {
        PackedTuples.Form form = switch (page[0]) {
            case MARKED -> PackedTuples.Form.MARKED;
            case MARKED_BEFORE -> PackedTuples.Form.MARKED_BEFORE;
            default -> PackedTuples.Form.PLAIN;
        };
        if (form == PackedTuples.Form.PLAIN) {
            PageFormat.check(page[0], FORMAT, "tuples");
        }
        marked |= form != PackedTuples.Form.PLAIN;
        return new PackedTuples(order, base, first, page, from, form);
    }

    @Override
    protected void detach() {
        detach.run();
        release();
    }

    @Override
    protected long bytes() {
        return trie != null ? trie.bytes() : packed != null ? packed.bytes() : 0;
    }
}
