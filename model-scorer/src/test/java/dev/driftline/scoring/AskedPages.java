package dev.driftline.scoring;

import dev.driftline.pages.HeapPageStore;
import dev.driftline.pages.PageStore;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Pages where somebody asks whenever a write-back lets others read. */
final class AskedPages implements PageStore {

    private final HeapPageStore pages = new HeapPageStore();
    private Runnable question = () -> {};
    private int asked;

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
        asked++;
        question.run();
    }

    @Override
    public void scan(byte[] prefix, BiConsumer<byte[], byte[]> visitor) {
        pages.scan(prefix, visitor);
    }
}
