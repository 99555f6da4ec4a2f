package dev.driftline.pages;

import dev.driftline.codec.Varints;
import java.util.ArrayList;
import java.util.List;

/**
 * The decoded units of one shard in front of its {@link PageStore}, within a bound of heap: a clock over all units, whose
 * hand packs those that were used seldom since it came by, passes over others that were used, and writes and drops one that was not.
 * Not thread-safe.
 */
public final class PageCache {

    private final PageStore store;
    private final long bytes;
    private final CacheUnit.Budget budget = new CacheUnit.Budget();
    private final List<CacheUnit> units = new ArrayList<>();
    private final List<CacheUnit> dirty = new ArrayList<>();
    private final Varints.Writer out = new Varints.Writer(1 << 12);
    private int hand;

    /**
     * An empty cache.
     *
     * @param store where the units are read from and written to
     * @param bytes heap that they may take
     */
    public PageCache(PageStore store, long bytes) {
        this.store = store;
        this.bytes = bytes;
    }

    /** Where the units are read from and written to. */
    public PageStore store() {
        return store;
    }

    /** Heap of the units, about, in bytes. */
    public long heapBytes() {
        return budget.used;
    }

    /** The heap that the units may take, in bytes. */
    public long limit() {
        return bytes;
    }

    /** What the units count their bytes in. */
    public CacheUnit.Budget budget() {
        return budget;
    }

    /** Takes a unit in. */
    public void add(CacheUnit unit) {
        unit.position = units.size();
        units.add(unit);
    }

    /** {@code next} takes the place of {@code former}, whose pages it has taken over. */
    public void replace(CacheUnit former, CacheUnit next) {
        next.position = former.position;
        units.set(former.position, next);
        markDirty(next);
    }

    /** A unit is newer than its page now. */
    public void markDirty(CacheUnit unit) {
        unit.dirty = true;
        if (!unit.listed) {
            unit.listed = true;
            unit.listedAt = dirty.size();
            dirty.add(unit);
        }
    }

    /** Writes every unit that has changed; between two of them others may read. */
    public void writeBack() {
        while (!dirty.isEmpty()) {
            CacheUnit unit = dirty.remove(dirty.size() - 1);
            unit.listed = false;
            unit.writeBack(store, out);
            store.letOthersRead();
        }
    }

    /** Has a unit that is not in use take less heap, if it can. */
    public void pack(CacheUnit unit) {
        unit.passed();
        unit.pack(out);
    }

    /** A unit that is dropped must not stay on the heap until the next write-back. */
    private void unlist(CacheUnit unit) {
        if (unit.listed) {
            CacheUnit last = dirty.remove(dirty.size() - 1);
            if (last != unit) {
                last.listedAt = unit.listedAt;
                dirty.set(unit.listedAt, last);
            }
            unit.listed = false;
        }
    }

    /** Drops a unit without writing it: what it has stored is gone. */
    public void drop(CacheUnit unit) {
        unlist(unit);
        unit.detach();
        CacheUnit last = units.remove(units.size() - 1);
        if (last != unit) {
            last.position = unit.position;
            units.set(unit.position, last);
        }
    }

    /** Drops units that have not been used of late until the cache is within its bound. */
    public void trim() {
        int passes = 0;
        // Each unit may be passed, packed and dropped.
        int limit = 4 * units.size();
        while (budget.used > bytes && !units.isEmpty() && passes++ < limit) {
            if (hand >= units.size()) {
                hand = 0;
            }
            CacheUnit unit = units.get(hand);
            if (unit.pack(out)) {
                hand++;
            } else if (unit.referenced || !unit.evictable()) {
                unit.passed();
                hand++;
            } else {
                unit.writeBack(store, out);
                unlist(unit);
                unit.detach();
                CacheUnit last = units.remove(units.size() - 1);
                if (last != unit) {
                    last.position = hand;
                    units.set(hand, last);
                }
            }
        }
    }
}
