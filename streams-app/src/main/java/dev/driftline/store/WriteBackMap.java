package dev.driftline.store;

import dev.driftline.heap.HeapAccount;
import dev.driftline.pages.PageStore;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * A map of decoded values in front of a {@link PageStore}, to which it is written back on request.
 *
 * <p>An entry that is added and removed between two write-backs never reaches the store. At most {@code capacity}
 * entries are kept decoded, and no more than their account of the heap may take, but for one: beyond that, the least
 * recently used are evicted, and written first if they are dirty.
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

    /** Is shown entries in turn. */
    public interface Visitor<K, V> {
        /**
         * An entry.
         *
         * @param value null where the entry is not decoded
         * @param stored its stored form, which is of interest only where it is not decoded
         * @return whether to go on
         */
        boolean visit(K key, @Nullable V value, byte[] stored);
    }

    private static final byte[] NOTHING = {};

    private static final class Slot<V> {
        @Nullable
        V value; // null: removed, but the store still has it

        boolean dirty;
        boolean stored;
        long bytes;
    }

    /** Heap of a slot beside its value, with its key. */
    private static final long SLOT_BYTES = 160;

    private final PageStore store;
    private final Codec<K, V> codec;
    private final int capacity;
    private final @Nullable HeapAccount heap;
    private final ToLongFunction<? super V> weight;
    private final LinkedHashMap<K, Slot<V>> slots = new LinkedHashMap<>(16, 0.75f, true);
    private int removed;

    /**
     * A map whose entries are small and alike.
     *
     * @param store holds the entries
     * @param codec encodes and decodes them
     * @param capacity maximum number of decoded entries, at least 1
     */
    public WriteBackMap(PageStore store, Codec<K, V> codec, int capacity) {
        this(store, codec, capacity, null, value -> 0);
    }

    /**
     * A map that keeps to its share of the heap.
     *
     * @param heap what decoded entries may take
     * @param weight heap of a value in bytes, about
     */
    public WriteBackMap(
            PageStore store,
            Codec<K, V> codec,
            int capacity,
            @Nullable HeapAccount heap,
            ToLongFunction<? super V> weight) {
        this.heap = heap;
        this.weight = weight;
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

    /** As {@link #get}, without keeping the value decoded: for a look at many that are not used. */
    public @Nullable V peek(K key) {
        Slot<V> slot = slots.get(key);
        if (slot != null) {
            return slot.value;
        }
        byte[] bytes = store.get(codec.encodeKey(key));
        return bytes == null ? null : codec.decodeValue(key, bytes);
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
        weigh(slot);
        evict();
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
                weigh(slot);
            }
            slot.dirty = true;
        } else {
            slots.remove(key);
            gone(slot);
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

    /**
     * Visits the entries whose keys are {@code first} or come after it, in the order of their stored keys, until
     * {@code visitor} says false. The visitor must not use the map.
     */
    public void scanFrom(K first, Visitor<? super K, ? super V> visitor) {
        byte[] from = codec.encodeKey(first);
        TreeMap<byte[], Map.Entry<K, Slot<V>>> unsaved = new TreeMap<>(Arrays::compareUnsigned);
        for (Map.Entry<K, Slot<V>> entry : slots.entrySet()) {
            if (!entry.getValue().stored && entry.getValue().value != null) {
                byte[] key = codec.encodeKey(entry.getKey());
                if (Arrays.compareUnsigned(key, from) >= 0) {
                    unsaved.put(key, entry);
                }
            }
        }
        boolean[] goesOn = {true};
        store.scanFrom(from, (keyBytes, bytes) -> {
            while (goesOn[0] && !unsaved.isEmpty() && Arrays.compareUnsigned(unsaved.firstKey(), keyBytes) < 0) {
                goesOn[0] = visit(unsaved.pollFirstEntry().getValue(), visitor);
            }
            if (goesOn[0]) {
                K key = codec.decodeKey(keyBytes);
                Slot<V> slot = slots.get(key);
                if (slot == null) {
                    goesOn[0] = visitor.visit(key, null, bytes);
                } else if (slot.value != null) {
                    goesOn[0] = visitor.visit(key, slot.value, bytes);
                }
            }
            return goesOn[0];
        });
        while (goesOn[0] && !unsaved.isEmpty()) {
            goesOn[0] = visit(unsaved.pollFirstEntry().getValue(), visitor);
        }
    }

    private static <K, V> boolean visit(Map.Entry<K, Slot<V>> entry, Visitor<? super K, ? super V> visitor) {
        return visitor.visit(entry.getKey(), entry.getValue().value, NOTHING);
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
                gone(entry.getValue());
                removed--;
            }
        }
    }

    @Override
    public void forget() {
        slots.clear();
        removed = 0;
        if (heap != null) {
            heap.close();
        }
    }

    private void add(K key, Slot<V> slot) {
        slots.put(key, slot);
        weigh(slot);
        evict();
    }

    private void evict() {
        while (slots.size() > capacity || slots.size() > 1 && heap != null && heap.isOver()) {
            var eldest = slots.entrySet().iterator();
            Map.Entry<K, Slot<V>> entry = eldest.next();
            write(entry.getKey(), entry.getValue());
            if (entry.getValue().value == null) {
                removed--;
            }
            gone(entry.getValue());
            eldest.remove();
        }
    }

    private void weigh(Slot<V> slot) {
        if (heap != null) {
            V value = slot.value;
            long bytes = SLOT_BYTES + (value == null ? 0 : weight.applyAsLong(value));
            heap.add(bytes - slot.bytes);
            slot.bytes = bytes;
        }
    }

    private void gone(Slot<V> slot) {
        if (heap != null) {
            heap.add(-slot.bytes);
            slot.bytes = 0;
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
