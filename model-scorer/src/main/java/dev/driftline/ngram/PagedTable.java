package dev.driftline.ngram;

import dev.driftline.codec.SplitMix64;
import dev.driftline.codec.Varints;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * A table of numbers by key that grows without end and keeps on the heap what is used: pages of about {@value #ENTRIES} entries
 * by the hash of the key, split one at a time as they fill (linear hashing, Litwin 1980), so that neither a page nor a directory
 * grows with the table.
 *
 * <p>Changed pages stay in the cache until {@link #checkpoint}, which is rarer than a commit: the owner keeps a list of what it
 * has put here since, and puts it again after a restart. A changed page that had to leave the cache before is in the store
 * already; {@link #mustCheckpoint} says so, and then the next commit needs a checkpoint. Not thread-safe.
 */
public final class PagedTable {

    /** Entries of a page, on average. */
    static final int ENTRIES = 48;

    private static final int FORMAT = 1;
    private static final int FIRST_SLOTS = 16;
    /** Heap of a decoded page beside its entries, about. */
    private static final int PAGE_BYTES = 136;

    private final PageCache cache;
    private final byte[] prefix;
    private final int width;

    private int pages = 1;
    private long size;

    private final DecodedUnits<Page> decoded = new DecodedUnits<>();

    private final List<Page> changed = new ArrayList<>();
    private boolean stolen;
    private final Varints.Writer out = new Varints.Writer(1024);

    /**
     * An empty table.
     *
     * @param cache holds the decoded pages, over the store that the table is in
     * @param prefix what the key of each of its pages starts with, and no other key that is four bytes longer
     * @param width numbers of an entry
     */
    public PagedTable(PageCache cache, byte[] prefix, int width) {
        this.cache = cache;
        this.prefix = prefix.clone();
        this.width = width;
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
        Page page = page(pageOf(hash));
        int slot = page.slot(key, hash);
        if (page.keys[slot] == 0) {
            return false;
        }
        int[] values = page.values;
        for (int i = 0, from = slot * width; i < width; i++) {
            into[at + i] = values[from + i];
        }
        return true;
    }

    /** Gives a key, 0 or more, the numbers from {@code at}. */
    public void put(long key, int[] from, int at) {
        long hash = SplitMix64.mix(key);
        Page page = page(pageOf(hash));
        if (page.put(key, hash, from, at)) {
            size++;
        }
        page.change();
        if (size > (long) pages * ENTRIES) {
            split();
        }
    }

    /** Makes an empty table ready for so many keys: it does not split a page before there are more. */
    void reserve(long keys) {
        pages = (int) Math.max(1, keys / ENTRIES);
    }

    /** Heap that all pages would take, about. */
    long fullBytes() {
        return pages * pageBytes();
    }

    /** Which of {@code parts} neighbouring groups of pages a key falls in. */
    int part(long key, int parts) {
        return (int) ((long) pageOf(SplitMix64.mix(key)) * parts / pages);
    }

    private long pageBytes() {
        return PAGE_BYTES + 2L * ENTRIES * (Long.BYTES + Integer.BYTES * width);
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

    /** Writes every changed page, and what {@link #open} needs into {@code head}, which the owner has to store with them. */
    public void checkpoint(Varints.Writer head) {
        for (Page page : changed) {
            page.write(cache.store());
        }
        changed.clear();
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
        Page page = decoded.get(number);
        if (page == null) {
            page = new Page(number, FIRST_SLOTS);
            byte[] stored = cache.store().get(key(number));
            if (stored != null) {
                page.decode(stored);
            }
            hold(page);
        }
        page.referenced = true;
        return page;
    }

    private void hold(Page page) {
        decoded.put(page.number, page);
        cache.add(page);
        cache.budget().used += page.bytes();
    }

    /** Moves about half of the oldest unsplit page into a new one. */
    private void split() {
        Page from = page(pages - Integer.highestOneBit(pages));
        Page to = new Page(pages, FIRST_SLOTS);
        pages++;
        hold(to);
        long[] keys = from.keys;
        int[] values = from.values;
        cache.budget().used -= from.bytes();
        from.clear(FIRST_SLOTS);
        cache.budget().used += from.bytes();
        for (int slot = 0; slot < keys.length; slot++) {
            if (keys[slot] != 0) {
                long key = keys[slot] - 1;
                long hash = SplitMix64.mix(key);
                (pageOf(hash) == from.number ? from : to).put(key, hash, values, slot * width);
            }
        }
        from.change();
        to.change();
    }

    private byte[] key(int number) {
        return ByteBuffer.allocate(prefix.length + Integer.BYTES)
                .put(prefix)
                .putInt(number)
                .array();
    }

    private final class Page extends CacheUnit {

        private final int number;
        /** Each key plus one: 0 is a free slot. At most two thirds are taken. */
        private long[] keys;

        private int[] values;
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
            keys = new long[slots];
            values = new int[slots * width];
            entries = 0;
        }

        private int slot(long key, long hash) {
            int mask = keys.length - 1;
            int slot = (int) (hash >>> 40) & mask;
            while (keys[slot] != 0 && keys[slot] != key + 1) {
                slot = slot + 1 & mask;
            }
            return slot;
        }

        /** Returns whether the key is new. */
        private boolean put(long key, long hash, int[] from, int at) {
            int slot = slot(key, hash);
            boolean isNew = keys[slot] == 0;
            if (isNew) {
                if (++entries * 3 > keys.length * 2) {
                    grow();
                    slot = slot(key, hash);
                }
                keys[slot] = key + 1;
            }
            System.arraycopy(from, at, values, slot * width, width);
            return isNew;
        }

        private void grow() {
            long[] oldKeys = keys;
            int[] oldValues = values;
            keys = new long[oldKeys.length * 2];
            values = new int[keys.length * width];
            for (int i = 0; i < oldKeys.length; i++) {
                if (oldKeys[i] != 0) {
                    long key = oldKeys[i] - 1;
                    int slot = slot(key, SplitMix64.mix(key));
                    keys[slot] = oldKeys[i];
                    System.arraycopy(oldValues, i * width, values, slot * width, width);
                }
            }
            if (listed()) {
                cache.budget().used += oldKeys.length * (8L + 4 * width);
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
            PageKeys.checkFormat(in.readByte(), FORMAT, "a table");
            int count = in.readCount(1 + width);
            int slots = FIRST_SLOTS;
            while (slots * 2 < count * 3 + 3) {
                slots *= 2;
            }
            clear(slots);
            int[] numbers = new int[width];
            for (int i = 0; i < count; i++) {
                long key = in.readLong();
                for (int n = 0; n < width; n++) {
                    numbers[n] = in.readInt();
                }
                put(key, SplitMix64.mix(key), numbers, 0);
            }
        }

        /** Called where this has to leave the cache. */
        @Override
        void writeBack(PageStore store) {
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
            out.reset();
            out.writeByte(FORMAT);
            out.writeInt(entries);
            for (int slot = 0; slot < keys.length; slot++) {
                if (keys[slot] != 0) {
                    out.writeLong(keys[slot] - 1);
                    for (int n = slot * width; n < (slot + 1) * width; n++) {
                        out.writeInt(values[n]);
                    }
                }
            }
            store.put(key(number), out.toByteArray());
            dirty = false;
        }

        @Override
        void detach() {
            decoded.remove(number);
            cache.budget().used -= bytes();
        }

        @Override
        long bytes() {
            return PAGE_BYTES + keys.length * (8L + 4 * width);
        }
    }
}
