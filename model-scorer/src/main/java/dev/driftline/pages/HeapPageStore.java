package dev.driftline.pages;

import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/** A {@link PageStore} on the heap, for evaluation without a state directory and for tests. */
public final class HeapPageStore implements PageStore {

    private final TreeMap<byte[], byte[]> entries = new TreeMap<>(Arrays::compareUnsigned);

    @Override
    public byte @Nullable [] get(byte[] key) {
        return entries.get(key);
    }

    @Override
    public void put(byte[] key, byte @Nullable [] value) {
        if (value == null) {
            entries.remove(key);
        } else {
            entries.put(key, value);
        }
    }

    @Override
    public void scan(byte[] prefix, BiConsumer<byte[], byte[]> visitor) {
        for (Map.Entry<byte[], byte[]> entry : entries.tailMap(prefix, true).entrySet()) {
            byte[] key = entry.getKey();
            if (key.length < prefix.length || !Arrays.equals(key, 0, prefix.length, prefix, 0, prefix.length)) {
                return;
            }
            visitor.accept(key, entry.getValue());
        }
    }

    @Override
    public void scanFrom(byte[] first, BiPredicate<byte[], byte[]> visitor) {
        for (Map.Entry<byte[], byte[]> entry : entries.tailMap(first, true).entrySet()) {
            if (!visitor.test(entry.getKey(), entry.getValue())) {
                return;
            }
        }
    }

    /** The number of entries. */
    public int size() {
        return entries.size();
    }

    /** The bytes of all keys and values. */
    public long bytes() {
        long bytes = 0;
        for (Map.Entry<byte[], byte[]> entry : entries.entrySet()) {
            bytes += entry.getKey().length + entry.getValue().length;
        }
        return bytes;
    }
}
