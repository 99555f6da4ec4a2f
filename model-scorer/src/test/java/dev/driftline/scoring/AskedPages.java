package dev.driftline.scoring;

import dev.driftline.pages.HeapPageStore;
import dev.driftline.pages.PageStore;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Pages where somebody asks every so often when a write-back lets others read. */
final class AskedPages implements PageStore {

    private final HeapPageStore pages = new HeapPageStore();
    private final int each;
    private Runnable question = () -> {};
    private int let;
    private int asked;

    /** @param each of how many times that others may read is one when somebody does */
    AskedPages(int each) {
        this.each = each;
    }

    /** From now on {@code question} is asked. */
    void ask(Runnable question) {
        this.question = question;
    }

    /** How often that was. */
    int asked() {
        return asked;
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
        if (++let % each == 0) {
            asked++;
            question.run();
        }
    }

    @Override
    public void scan(byte[] prefix, BiConsumer<byte[], byte[]> visitor) {
        pages.scan(prefix, visitor);
    }
}
