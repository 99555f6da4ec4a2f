package dev.driftline.bench.typing;

import dev.driftline.pages.PageStore;
import dev.driftline.store.Turns;
import java.util.function.BiConsumer;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/** Pages that queries read while they are written back, as those of a service. */
final class SharedPages implements PageStore {

    private final PageStore pages;
    private final Turns turns;

    SharedPages(PageStore pages, Turns turns) {
        this.pages = pages;
        this.turns = turns;
    }

    @Override
    public byte @Nullable [] get(byte[] key) {
        return pages.get(key);
    }

    @Override
    public void put(byte[] key, byte @Nullable [] value) {
        pages.put(key, value);
    }

    @Override
    public void letOthersRead() {
        turns.letOthers();
    }

    @Override
    public void scan(byte[] prefix, BiConsumer<byte[], byte[]> visitor) {
        pages.scan(prefix, visitor);
    }

    @Override
    public void scanFrom(byte[] first, BiPredicate<byte[], byte[]> visitor) {
        pages.scanFrom(first, visitor);
    }
}
