package dev.driftline.store;

import dev.driftline.ngram.PageStore;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A map of decoded values in front of a {@link PageStore}, to which it is written back on request.
 *
 * <p>An entry that is added and removed between two write-backs never reaches the store. At most {@code capacity}
 * entries are kept decoded: beyond that, the least recently used are evicted, and written first if they are dirty.
 * Not thread-safe.
 *
 * @param <K> keys, with {@code equals} and {@code hashCode}
 * @param <V> values; one that was changed in place must be {@link #put} again
 */
public final class WriteBackMap<K, V> implements WriteBackCache {

    /** The stored form of keys and values. */
    public interface Codec<K, V> {
        /** The bytes under which {@code key} is stored. */
        byte[] encodeKey(K key);

        /** The key that {@link #encodeKey} wrote. */
        K decodeKey(byte[] bytes);

        /** The stored form of {@code value}. */
        byte[] encodeValue(V value);

        /** The value that {@link #encodeValue} wrote. */
        V decodeValue(K key, byte[] bytes);
    }

    private static final class Slot<V> {
        @Nullable
        V value; // null: removed, but the store still has it

        boolean dirty;
        boolean stored;
    }

    private final PageStore store;
    private final Codec<K, V> codec;
    private final int capacity;
    private final LinkedHashMap<K, Slot<V>> slots = new LinkedHashMap<>(16, 0.75f, true);
    private int removed;

    /**
     * @param store holds the entries
     * @param codec encodes and decodes them
     * @param capacity maximum number of decoded entries, at least 1
     */
    public WriteBackMap(PageStore store, Codec<K, V> codec, int capacity) {
        if (capacity < 1) {
            throw new IllegalArgumentException("capacity " + capacity + " must be at least 1");
        }
        this.store = store;
        this.codec = codec;
        this.capacity = capacity;
    }

    /** The value under {@code key}, or {@code null} if there is none. */
    public @Nullable V get(K key) {
        Slot<V> slot = slots.get(key);
        if (slot != null) {
            return slot.value;
        }
        byte[] bytes = store.get(codec.encodeKey(key));
        if (bytes == null) {
            return null;
        }
        slot = new Slot<>();
        V value = codec.decodeValue(key, bytes);
        slot.value = value;
        slot.stored = true;
        add(key, slot);
        return value;
    }

    /** Stores {@code value}, which must not be null, under {@code key} at the next write-back. */
    public void put(K key, V value) {
        if (value == null) {
            throw new IllegalArgumentException("null value under " + key + "; use remove");
        }
        Slot<V> slot = slots.get(key);
        if (slot == null) {
            slot = new Slot<>();
            slot.value = value;
            slot.dirty = true;
            // Under at-least-once, a crash may have left an entry of that key, which a later remove must reach.
            slot.stored = store.get(codec.encodeKey(key)) != null;
            add(key, slot);
            return;
        }
        if (slot.value == null) {
            removed--;
        }
        slot.value = value;
        slot.dirty = true;
    }

    /** Removes {@code key}, from the store at the next write-back. */
    public void remove(K key) {
        Slot<V> slot = slots.get(key);
        if (slot == null) {
            if (store.get(codec.encodeKey(key)) != null) {
                slot = new Slot<>();
                slot.dirty = true;
                slot.stored = true;
                removed++;
                add(key, slot);
            }
        } else if (slot.stored) {
            if (slot.value != null) {
                slot.value = null;
                removed++;
            }
            slot.dirty = true;
        } else {
            slots.remove(key);
        }
    }

    /** Visits every entry, those that are not decoded first. Expensive: for status and tests. */
    public void forEach(BiConsumer<? super K, ? super V> visitor) {
        store.scan(new byte[0], (keyBytes, bytes) -> {
            K key = codec.decodeKey(keyBytes);
            if (!slots.containsKey(key)) {
                visitor.accept(key, codec.decodeValue(key, bytes));
            }
        });
        // A copy, since a visitor that calls get() reorders the slots.
        for (Map.Entry<K, Slot<V>> entry : new LinkedHashMap<>(slots).entrySet()) {
            V value = entry.getValue().value;
            if (value != null) {
                visitor.accept(entry.getKey(), value);
            }
        }
    }

    /** The number of entries; reads every key of the store. */
    public int count() {
        int[] count = {decoded()};
        store.scan(new byte[0], (keyBytes, bytes) -> {
            if (!slots.containsKey(codec.decodeKey(keyBytes))) {
                count[0]++;
            }
        });
        return count[0];
    }

    /** The number of decoded entries. */
    public int decoded() {
        return slots.size() - removed;
    }

    @Override
    public void writeBack() {
        var entries = slots.entrySet().iterator();
        while (entries.hasNext()) {
            Map.Entry<K, Slot<V>> entry = entries.next();
            write(entry.getKey(), entry.getValue());
            if (entry.getValue().value == null) {
                entries.remove();
                removed--;
            }
        }
    }

    @Override
    public void forget() {
        slots.clear();
        removed = 0;
    }

    private void add(K key, Slot<V> slot) {
        slots.put(key, slot);
        while (slots.size() > capacity) {
            var eldest = slots.entrySet().iterator();
            Map.Entry<K, Slot<V>> entry = eldest.next();
            write(entry.getKey(), entry.getValue());
            if (entry.getValue().value == null) {
                removed--;
            }
            eldest.remove();
        }
    }

    private void write(K key, Slot<V> slot) {
        if (slot.dirty) {
            V value = slot.value;
            store.put(codec.encodeKey(key), value == null ? null : codec.encodeValue(value));
            slot.dirty = false;
            slot.stored = value != null;
        }
    }
}
