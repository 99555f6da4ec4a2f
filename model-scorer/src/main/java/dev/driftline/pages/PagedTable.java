package dev.driftline.pages;

import dev.driftline.codec.SplitMix64;
import dev.driftline.codec.Varints;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A table of numbers by key that grows without end and keeps on the heap what is used: pages of about {@value #ENTRIES} entries
 * by the hash of the key, split one at a time as they fill (linear hashing, Litwin 1980), so that neither a page nor a directory
 * grows with the table.
 *
 * <p>Changed pages stay in the cache until {@link #checkpoint}, which is rarer than a commit: the owner keeps a list of what it
 * has put here since, and puts it again after a restart. A changed page that had to leave the cache before is in the store
 * already; {@link #mustCheckpoint} says so, and then the next commit needs a checkpoint.
 *
 * <p>A table from which keys are removed becomes smaller the same way: the newest page is merged into the one that it was split
 * from, and a page without entries is not stored. What the owner has removed since a checkpoint it removes again after a
 * restart. Not thread-safe.
 */
public final class PagedTable {

    /** Entries of a page, on average. */
    static final int ENTRIES = 96;

    /** Keys that can be announced before {@link #readAhead}. */
    public static final int MOST_AHEAD = 32;

    private static final int FORMAT = 1;
    private static final int FIRST_SLOTS = 16;
    /** Heap of a decoded page beside its entries, about. */
    private static final int PAGE_BYTES = 136;

    private final PageCache cache;
    private final byte[] prefix;
    private final int width;

    private int pages = 1;
    private long size;

    /** Whether pages were merged: then a page that is about to come may be decoded, or in the store, already. */
    private boolean merged;

    /** The decoded pages by number, open addressing: in place of {@link DecodedUnits}, a read from memory less. */
    private @Nullable Page[] decoded = new Page[64];

    private int decodedPages;

    private final List<Page> changed = new ArrayList<>();
    private boolean stolen;

    /** Each key plus one of entries read or put of late, by hash, and their numbers: one place in memory and not four. */
    private final long[] hotKeys;

    private final int[] hotValues;

    /** The keys of {@link #ahead}, by hash, and their pages. */
    private final long[] aheadHashes = new long[MOST_AHEAD];

    private final @Nullable Page[] aheadPages = new Page[MOST_AHEAD];
    private int aheadSize;
    /** Takes in what is read ahead, so that no compiler leaves it out. */
    @SuppressWarnings("unused")
    private int readAhead;

    private final Varints.Writer out = new Varints.Writer(1024);

    /**
     * An empty table.
     *
     * @param cache holds the decoded pages, over the store that the table is in
     * @param prefix what the key of each of its pages starts with, and no other key that is four bytes longer
     * @param width numbers of an entry
     * @param hot a power of two: entries that are also held apart, because most reads are of few
     */
    public PagedTable(PageCache cache, byte[] prefix, int width, int hot) {
        this.cache = cache;
        this.prefix = prefix.clone();
        this.width = width;
        hotKeys = new long[hot];
        hotValues = new int[hot * width];
    }

    /** Begins with what {@link #checkpoint} has written into {@code head}. */
    public void open(Varints.Reader head) {
        pages = head.readInt();
        size = head.readLong();
    }

    /**
     * Copies the numbers of a key.
     *
     * @param key 0 or more
     * @return whether the key has any
     */
    public boolean read(long key, int[] into, int at) {
        long hash = SplitMix64.mix(key);
        int hot = (int) (hash >>> 20) & hotKeys.length - 1;
        if (hotKeys[hot] == key + 1) {
            copy(hotValues, hot * width, into, at);
            return true;
        }
        Page page = page(pageOf(hash));
        int slot = page.slot(key, hash);
        if (page.isFree(slot)) {
            return false;
        }
        copy(page.cells, slot + 2, into, at);
        hotKeys[hot] = key + 1;
        copy(into, at, hotValues, hot * width);
        return true;
    }

    private void copy(int[] from, int fromAt, int[] into, int at) {
        for (int i = 0; i < width; i++) {
            into[at + i] = from[fromAt + i];
        }
    }

    /**
     * Announces a key that is about to be read or put, at most {@value #MOST_AHEAD} of them before {@link #readAhead}: then the
     * processor waits for what they need from memory at once, and not for one after the other. Decodes nothing.
     */
    public void ahead(long key) {
        long hash = SplitMix64.mix(key);
        if (hotKeys[(int) (hash >>> 20) & hotKeys.length - 1] != key + 1) {
            aheadHashes[aheadSize] = hash;
            aheadPages[aheadSize++] = decoded[place(pageOf(hash), decoded.length - 1)];
        }
    }

    /** Reads the places of the announced keys, and forgets the keys. */
    public void readAhead() {
        int sum = 0;
        for (int i = 0; i < aheadSize; i++) {
            Page page = aheadPages[i];
            sum += page == null ? 0 : page.mask + page.cells.length;
        }
        for (int i = 0; i < aheadSize; i++) {
            Page page = aheadPages[i];
            sum += page == null ? 0 : page.cells[((int) (aheadHashes[i] >>> 40) & page.mask) * (2 + width)];
        }
        readAhead += sum;
        Arrays.fill(aheadPages, 0, aheadSize, null);
        aheadSize = 0;
    }

    /** Gives a key, 0 or more, the numbers from {@code at}. */
    public void put(long key, int[] from, int at) {
        long hash = SplitMix64.mix(key);
        Page page = page(pageOf(hash));
        if (page.put(key, hash, from, at)) {
            size++;
        }
        page.change();
        int hot = (int) (hash >>> 20) & hotKeys.length - 1;
        hotKeys[hot] = key + 1;
        copy(from, at, hotValues, hot * width);
        if (size > (long) pages * ENTRIES) {
            split();
        }
    }

    /**
     * Takes a key, 0 or more, out.
     *
     * @return whether it had numbers
     */
    public boolean remove(long key) {
        long hash = SplitMix64.mix(key);
        int hot = (int) (hash >>> 20) & hotKeys.length - 1;
        if (hotKeys[hot] == key + 1) {
            hotKeys[hot] = 0;
        }
        Page page = page(pageOf(hash));
        if (!page.remove(key, hash)) {
            return false;
        }
        size--;
        page.change();
        if (pages > 1 && size < (long) pages * (ENTRIES / 4)) {
            merge();
        }
        return true;
    }

    /** Makes an empty table ready for so many keys: it does not split a page before there are more. */
    public void reserve(long keys) {
        pages = (int) Math.max(1, keys / ENTRIES);
    }

    /** Heap that all pages would take, about. */
    public long fullBytes() {
        return pages * pageBytes();
    }

    /** Which of {@code parts} neighbouring groups of pages a key falls in. */
    public int part(long key, int parts) {
        return (int) ((long) pageOf(SplitMix64.mix(key)) * parts / pages);
    }

    private long pageBytes() {
        return PAGE_BYTES + 2L * ENTRIES * (2 + width) * Integer.BYTES;
    }

    /** Keys that have numbers. */
    public long size() {
        return size;
    }

    /** Heap of the pages that were changed since the last checkpoint, about. */
    public long changedBytes() {
        return changed.size() * pageBytes();
    }

    /** Whether a page that was changed since the last checkpoint is in the store: the next commit needs a checkpoint. */
    public boolean mustCheckpoint() {
        return stolen;
    }

    /**
     * Writes every changed page, and what {@link #open} needs into {@code head}, which the owner has to store with them. Between two
     * pages others may read.
     */
    public void checkpoint(Varints.Writer head) {
        while (!changed.isEmpty()) {
            changed.remove(changed.size() - 1).write(cache.store());
            cache.store().letOthersRead();
        }
        stolen = false;
        head.writeInt(pages);
        head.writeLong(size);
    }

    private int pageOf(long hash) {
        int low = Integer.highestOneBit(pages);
        int number = (int) hash & 2 * low - 1;
        return number < pages ? number : (int) hash & low - 1;
    }

    private Page page(int number) {
        int mask = decoded.length - 1;
        for (int slot = place(number, mask); ; slot = slot + 1 & mask) {
            Page page = decoded[slot];
            if (page == null) {
                return load(number);
            }
            if (page.number == number) {
                page.referenced = true;
                return page;
            }
        }
    }

    private Page load(int number) {
        Page page = new Page(number, FIRST_SLOTS);
        byte[] stored = cache.store().get(key(number));
        if (stored != null) {
            page.decode(stored);
        }
        hold(page);
        return page;
    }

    private void hold(Page page) {
        if (++decodedPages * 2 > decoded.length) {
            @Nullable Page[] old = decoded;
            decoded = new Page[old.length * 2];
            for (Page other : old) {
                if (other != null) {
                    place(other);
                }
            }
        }
        place(page);
        cache.add(page);
        cache.budget().used += page.bytes();
    }

    private static int place(int number, int mask) {
        int h = number * 0x9E3779B1;
        return (h ^ h >>> 15) & mask;
    }

    private void place(Page page) {
        int mask = decoded.length - 1;
        int slot = place(page.number, mask);
        while (decoded[slot] != null) {
            slot = slot + 1 & mask;
        }
        decoded[slot] = page;
    }

    private void drop(Page page) {
        int mask = decoded.length - 1;
        int hole = place(page.number, mask);
        while (decoded[hole] != page) {
            hole = hole + 1 & mask;
        }
        int at = hole;
        while (true) {
            at = at + 1 & mask;
            Page other = decoded[at];
            if (other == null) {
                break;
            }
            if ((at - place(other.number, mask) & mask) >= (at - hole & mask)) {
                decoded[hole] = other;
                hole = at;
            }
        }
        decoded[hole] = null;
        decodedPages--;
    }

    /** Moves about half of the oldest unsplit page into a new one. */
    private void split() {
        Page from = page(pages - Integer.highestOneBit(pages));
        Page to;
        if (merged) {
            to = page(pages);
        } else {
            to = new Page(pages, FIRST_SLOTS);
            hold(to);
        }
        pages++;
        int[] cells = from.cells;
        cache.budget().used -= from.bytes();
        from.clear(FIRST_SLOTS);
        cache.budget().used += from.bytes();
        for (int slot = 0; slot < cells.length; slot += 2 + width) {
            if (!isFree(cells, slot)) {
                long key = key(cells, slot);
                long hash = SplitMix64.mix(key);
                (pageOf(hash) == from.number ? from : to).put(key, hash, cells, slot + 2);
            }
        }
        from.change();
        to.change();
    }

    /** Moves what the newest page has into the one that it was split from. */
    private void merge() {
        merged = true;
        Page from = page(--pages);
        Page to = page(pages - Integer.highestOneBit(pages));
        int[] cells = from.cells;
        cache.budget().used -= from.bytes();
        from.clear(FIRST_SLOTS);
        cache.budget().used += from.bytes();
        for (int slot = 0; slot < cells.length; slot += 2 + width) {
            if (!isFree(cells, slot)) {
                long key = key(cells, slot);
                to.put(key, SplitMix64.mix(key), cells, slot + 2);
            }
        }
        from.change();
        to.change();
    }

    private static boolean isFree(int[] cells, int slot) {
        return (cells[slot] | cells[slot + 1]) == 0;
    }

    private static long key(int[] cells, int slot) {
        return ((long) cells[slot + 1] << 32 | cells[slot] & 0xFFFFFFFFL) - 1;
    }

    private byte[] key(int number) {
        return ByteBuffer.allocate(prefix.length + Integer.BYTES)
                .put(prefix)
                .putInt(number)
                .array();
    }

    private final class Page extends CacheUnit {

        private final int number;
        /** Slots of a key plus one, its lower half first, and the numbers: 0 is free. At most two thirds are taken. */
        private int[] cells;

        private int mask;
        private int entries;
        /** Where it stands among the changed ones. */
        private int changedAt;

        @SuppressWarnings("NullAway.Init")
        Page(int number, int slots) {
            this.number = number;
            position = -1;
            clear(slots);
        }

        private void clear(int slots) {
            cells = new int[slots * (2 + width)];
            mask = slots - 1;
            entries = 0;
        }

        private boolean isFree(int slot) {
            return PagedTable.isFree(cells, slot);
        }

        /** Where in the cells a key is, or would be. */
        private int slot(long key, long hash) {
            int[] in = cells;
            int low = (int) (key + 1);
            int high = (int) (key + 1 >>> 32);
            for (int number = (int) (hash >>> 40) & mask; ; number = number + 1 & mask) {
                int slot = number * (2 + width);
                if (in[slot] == low && in[slot + 1] == high || PagedTable.isFree(in, slot)) {
                    return slot;
                }
            }
        }

        /** Returns whether the key is new. */
        private boolean put(long key, long hash, int[] from, int at) {
            int slot = slot(key, hash);
            boolean isNew = isFree(slot);
            if (isNew) {
                if (++entries * 3 > (mask + 1) * 2) {
                    grow();
                    slot = slot(key, hash);
                }
                cells[slot] = (int) (key + 1);
                cells[slot + 1] = (int) (key + 1 >>> 32);
            }
            copy(from, at, cells, slot + 2);
            return isNew;
        }

        /** Returns whether the key was there. */
        private boolean remove(long key, long hash) {
            int step = 2 + width;
            int slot = slot(key, hash);
            if (isFree(slot)) {
                return false;
            }
            int hole = slot / step;
            for (int at = hole + 1 & mask; !isFree(at * step); at = at + 1 & mask) {
                int home = (int) (SplitMix64.mix(key(cells, at * step)) >>> 40) & mask;
                if ((at - home & mask) >= (at - hole & mask)) {
                    System.arraycopy(cells, at * step, cells, hole * step, step);
                    hole = at;
                }
            }
            Arrays.fill(cells, hole * step, (hole + 1) * step, 0);
            if (--entries * 6 < mask + 1 && mask + 1 > FIRST_SLOTS) {
                resize((mask + 1) / 2);
            }
            return true;
        }

        private void grow() {
            resize((mask + 1) * 2);
        }

        private void resize(int slots) {
            int[] old = cells;
            cells = new int[slots * (2 + width)];
            mask = slots - 1;
            for (int from = 0; from < old.length; from += 2 + width) {
                if (!PagedTable.isFree(old, from)) {
                    long key = key(old, from);
                    System.arraycopy(old, from, cells, slot(key, SplitMix64.mix(key)), 2 + width);
                }
            }
            if (listed()) {
                cache.budget().used += (cells.length - old.length) * (long) Integer.BYTES;
            }
        }

        /** Whether the cache has this: not while it is decoded. */
        private boolean listed() {
            return position >= 0;
        }

        private void change() {
            if (!dirty) {
                dirty = true;
                changedAt = changed.size();
                changed.add(this);
            }
        }

        private void decode(byte[] stored) {
            Varints.Reader in = new Varints.Reader(stored);
            PageFormat.check(in.readByte(), FORMAT, "a table");
            clear(1 << in.readByte());
            entries = in.readCount(2 + width);
            // Where they were: no hash is computed.
            for (int i = 0, slot = -2 - width; i < entries; i++) {
                slot += (1 + in.readInt()) * (2 + width);
                long key = in.readLong() + 1;
                cells[slot] = (int) key;
                cells[slot + 1] = (int) (key >>> 32);
                for (int n = slot + 2; n < slot + 2 + width; n++) {
                    cells[n] = in.readInt();
                }
            }
        }

        /** Called where this has to leave the cache. */
        @Override
        protected void writeBack(PageStore store, Varints.Writer writer) {
            if (!dirty) {
                return;
            }
            write(store);
            stolen = true;
            Page last = changed.remove(changed.size() - 1);
            if (last != this) {
                last.changedAt = changedAt;
                changed.set(changedAt, last);
            }
        }

        private void write(PageStore store) {
            dirty = false;
            if (entries == 0) {
                store.put(key(number), null);
                return;
            }
            out.reset();
            out.writeByte(FORMAT);
            out.writeByte(Integer.numberOfTrailingZeros(mask + 1));
            out.writeInt(entries);
            int gap = 0;
            for (int slot = 0; slot < cells.length; slot += 2 + width) {
                if (isFree(slot)) {
                    gap++;
                } else {
                    out.writeInt(gap);
                    gap = 0;
                    out.writeLong(key(cells, slot));
                    for (int n = slot + 2; n < slot + 2 + width; n++) {
                        out.writeInt(cells[n]);
                    }
                }
            }
            store.put(key(number), out.toByteArray());
        }

        @Override
        protected void detach() {
            drop(this);
            cache.budget().used -= bytes();
        }

        @Override
        protected long bytes() {
            return PAGE_BYTES + cells.length * (long) Integer.BYTES;
        }
    }
}
