package dev.driftline.store;

import dev.driftline.pages.HeapPageStore;
import dev.driftline.pages.PageStore;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A store that is only read, and what its reader would write: that is kept on the heap. A state of an earlier version is converted
 * there. One thread at a time.
 */
final class ReadOnlyPages implements PageStore {

    private final PageStore stored;
    private final HeapPageStore own = new HeapPageStore();

    ReadOnlyPages(PageStore stored) {
        this.stored = stored;
    }

    @Override
    public byte @Nullable [] get(byte[] key) {
        byte[] value = own.get(key);
        return value == null ? stored.get(key) : value;
    }

    /** Keeps a page on the heap; none can be removed. */
    @Override
    public void put(byte[] key, byte @Nullable [] value) {
        if (value == null) {
            throw new UnsupportedOperationException("a page of a store that is only read cannot be removed");
        }
        own.put(key, value);
    }

    /** Visits what is stored, without what was put. */
    @Override
    public void scan(byte[] prefix, BiConsumer<byte[], byte[]> visitor) {
        stored.scan(prefix, visitor);
    }
}
