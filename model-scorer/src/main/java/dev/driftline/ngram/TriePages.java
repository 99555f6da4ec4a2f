package dev.driftline.ngram;

import dev.driftline.codec.Varints;
import java.util.Arrays;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * A {@link ContextTrie} and the pages that it is stored in: one page while it is small, a power of two of them, by the
 * hash of the tuple, once a single context has outgrown a page. Only pages with a changed tuple are written.
 */
final class TriePages extends CacheUnit {

    /** Tuples that a page holds before the unit is spread over twice as many. */
    static final int PAGE = 128;

    private static final int FORMAT = 1;

    /** Of a decoded tuple, for each byte of a stored one, about. */
    private static final int CELLS_A_BYTE = 1;

    /** Room for no more cells is made before there are tuples for them, whatever a page says. */
    private static final int MOST_RESERVED = 1 << 20;

    private final int order;
    private final int base;
    private final IntFunction<byte[]> keys;
    private final Runnable detach;
    final ContextTrie trie;
    private int pages = 1;
    private int stored;
    private long[] dirtyPages = new long[1];

    private TriePages(int order, int base, Budget budget, IntFunction<byte[]> keys, Runnable detach) {
        this.order = order;
        this.base = base;
        this.keys = keys;
        this.detach = detach;
        trie = new ContextTrie(order, base, budget);
    }

    /** Decodes the unit whose pages have the given keys, or makes an empty one where there are none. */
    static TriePages load(
            int order, int base, Budget budget, PageStore store, IntFunction<byte[]> keys, Runnable detach) {
        TriePages unit = new TriePages(order, base, budget, keys, detach);
        byte[] first = store.get(keys.apply(0));
        if (first != null) {
            int count = unit.decode(first, true);
            for (int page = 1; page < count; page++) {
                byte[] next = store.get(keys.apply(page));
                if (next != null) {
                    unit.decode(next, false);
                }
            }
            unit.pages = count;
            unit.stored = count;
            unit.dirtyPages = new long[count + 63 >> 6];
        }
        return unit;
    }

    /** A unit that holds nothing and has nothing stored. */
    static TriePages empty(int order, int base, Budget budget, IntFunction<byte[]> keys, Runnable detach) {
        return new TriePages(order, base, budget, keys, detach);
    }

    /** Adds a tuple; see {@link ContextTrie#add}. */
    boolean add(int[] context, int length, int word, long count, @Nullable CountsOfCounts totals) {
        boolean isNew = trie.add(context, length, word, count, totals);
        if (trie.tuples() > pages * PAGE) {
            pages *= 2;
            dirtyPages = new long[pages + 63 >> 6];
            Arrays.fill(dirtyPages, -1L);
        } else {
            int page = pageOf(context, length, word);
            dirtyPages[page >> 6] |= 1L << page;
        }
        return isNew;
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
    void writeBack(PageStore store, Varints.Writer only) {
        if (!dirty) {
            return;
        }
        if (pages == 1) {
            only.reset();
            only.writeByte(FORMAT);
            only.writeInt(1);
            trie.tuples((context, length, word, count) -> write(context, length, word, count, only));
            store.put(keys.apply(0), only.toByteArray());
        } else {
            writePages(store);
        }
        for (int page = pages; page < stored; page++) {
            store.put(keys.apply(page), null);
        }
        stored = pages;
        Arrays.fill(dirtyPages, 0L);
        dirty = false;
    }

    private void write(int[] context, int length, int word, long count, Varints.Writer page) {
        page.writeInt(word << 1 | (count > 1 ? 1 : 0));
        for (int d = base + 1; d <= length; d++) {
            page.writeInt(context[d]);
        }
        if (count > 1) {
            page.writeLong(count);
        }
    }

    private void writePages(PageStore store) {
        Varints.Writer[] out = new Varints.Writer[pages];
        for (int page = 0; page < pages; page++) {
            if ((dirtyPages[page >> 6] & 1L << page) != 0) {
                out[page] = new Varints.Writer(512);
                out[page].writeByte(FORMAT);
                out[page].writeInt(pages);
            }
        }
        trie.tuples((context, length, word, count) -> {
            Varints.Writer page = out[pageOf(context, length, word)];
            if (page != null) {
                write(context, length, word, count, page);
            }
        });
        for (int page = 0; page < pages; page++) {
            if (out[page] != null) {
                store.put(keys.apply(page), out[page].toByteArray());
            }
        }
    }

    /** Reads one page and returns how many pages the unit has, which are of about the same size. */
    private int decode(byte[] bytes, boolean isFirst) {
        Varints.Reader in = new Varints.Reader(bytes);
        PageKeys.checkFormat(in.readByte(), FORMAT, "tuples");
        int count = in.readInt();
        if (isFirst) {
            trie.reserve((int) Math.min(MOST_RESERVED, (long) bytes.length * count * CELLS_A_BYTE));
        }
        int[] context = new int[order];
        while (in.hasRemaining()) {
            int wordAndMany = in.readInt();
            int length = base;
            do {
                context[++length] = in.readInt();
            } while (length < order - 1 && context[length] != ContextTrie.BOS);
            long times = (wordAndMany & 1) == 1 ? in.readLong() : 1;
            trie.add(context, length, wordAndMany >>> 1, times, null);
        }
        return count;
    }

    @Override
    void detach() {
        detach.run();
        trie.release();
    }

    @Override
    long bytes() {
        return 160 + trie.bytes();
    }
}
