package dev.driftline.ngram;

import dev.driftline.codec.Varints;

/**
 * Something decoded that can be written back and dropped: the unit in which {@link PageCache} counts bytes and evicts.
 */
abstract class CacheUnit {

    /** Bytes of all decoded units of one shard, kept by the units themselves as they grow. */
    static final class Budget {
        long used;
    }

    /** Set by use, cleared by the clock hand that looks for something to evict. */
    boolean referenced = true;

    /** Whether something here is newer than its page. */
    boolean dirty;

    /** Whether it is on the list of units to write back. */
    boolean listed;

    /** Where it stands on that list. */
    int listedAt;

    /** Where it stands in the clock of the cache. */
    int position;

    /** Whether this can be dropped now. */
    boolean evictable() {
        return true;
    }

    /** The hand of the clock came by. */
    void passed() {
        referenced = false;
    }

    /**
     * Gives most of its heap back, if it was not used often since the hand came by, and can be used as before, only more slowly.
     *
     * @param out to write with, whatever it holds
     * @return false where it was used often, where there is no such form, or where it has it already
     */
    boolean pack(Varints.Writer out) {
        return false;
    }

    /**
     * Puts what is newer than its page into {@code pages}.
     *
     * @param out to write a page with, whatever it holds
     */
    abstract void writeBack(PageStore pages, Varints.Writer out);

    /** Takes this unit out of the structure that holds it; the next use decodes it again. */
    abstract void detach();

    /** Heap bytes, about. */
    abstract long bytes();
}
