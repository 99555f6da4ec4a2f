package dev.driftline.pages;

import dev.driftline.codec.Varints;

/**
 * Something decoded that can be written back and dropped: the unit in which {@link PageCache} counts bytes and evicts.
 */
public abstract class CacheUnit {

    /** Bytes of all decoded units of one shard, kept by the units themselves as they grow. */
    public static final class Budget {
        public long used;
    }

    /** Set by use, cleared by the clock hand that looks for something to evict. */
    public boolean referenced = true;

    /** Whether something here is newer than its page. */
    public boolean dirty;

    /** Whether it is on the list of units to write back. */
    boolean listed;

    /** Where it stands on that list. */
    int listedAt;

    /** Where it stands in the clock of the cache. */
    int position;

    /** Whether this can be dropped now. */
    protected boolean evictable() {
        return true;
    }

    /** The hand of the clock came by. */
    protected void passed() {
        referenced = false;
    }

    /**
     * Gives most of its heap back, if it was not used often since the hand came by, and can be used as before, only more slowly.
     *
     * @param out to write with, whatever it holds
     * @return false where it was used often, where there is no such form, or where it has it already
     */
    protected boolean pack(Varints.Writer out) {
        return false;
    }

    /**
     * Puts what is newer than its page into {@code pages}.
     *
     * @param out to write a page with, whatever it holds
     */
    protected abstract void writeBack(PageStore pages, Varints.Writer out);

    /** Takes this unit out of the structure that holds it; the next use decodes it again. */
    protected abstract void detach();

    /** Heap bytes, about. */
    protected abstract long bytes();
}
