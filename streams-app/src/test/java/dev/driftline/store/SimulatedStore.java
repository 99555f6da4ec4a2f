package dev.driftline.store;

import dev.driftline.commits.EarlyCommits;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.StateStoreContext;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/** A store in memory with a transaction: what is written is committed or rolled back. Readers of what is committed share it. */
public final class SimulatedStore implements KeyValueStore<Bytes, byte[]> {

    private final String name;
    private final NavigableMap<Bytes, byte[]> committed;
    private final NavigableMap<Bytes, Optional<byte[]>> written = new TreeMap<>();

    /** @param committed what is committed, of all replicas */
    public SimulatedStore(String name, NavigableMap<Bytes, byte[]> committed) {
        this.name = name;
        this.committed = committed;
    }

    /** The real write-back store in front of it. */
    public WriteBackStore withWriteBack() {
        return new WriteBackStore(this, EarlyCommits.off(), null);
    }

    /** Everything that was written becomes committed. */
    public void commit() {
        written.forEach((key, value) ->
                value.ifPresentOrElse(present -> committed.put(key, present), () -> committed.remove(key)));
        written.clear();
    }

    /** Nothing of what was written since the last commit has happened. */
    public void rollBack() {
        written.clear();
    }

    @Override
    public void put(Bytes key, byte[] value) {
        written.put(key, Optional.ofNullable(value));
    }

    @Override
    public byte[] putIfAbsent(Bytes key, byte[] value) {
        byte[] before = get(key);
        if (before == null) {
            put(key, value);
        }
        return before;
    }

    @Override
    public void putAll(List<KeyValue<Bytes, byte[]>> entries) {
        entries.forEach(entry -> put(entry.key, entry.value));
    }

    @Override
    public byte[] delete(Bytes key) {
        byte[] before = get(key);
        put(key, null);
        return before;
    }

    @Override
    public byte[] get(Bytes key) {
        Optional<byte[]> value = written.get(key);
        return value == null ? committed.get(key) : value.orElse(null);
    }

    @Override
    public KeyValueIterator<Bytes, byte[]> range(Bytes from, Bytes to) {
        NavigableMap<Bytes, byte[]> merged = new TreeMap<>(part(committed, from, to));
        part(written, from, to)
                .forEach((key, value) ->
                        value.ifPresentOrElse(present -> merged.put(key, present), () -> merged.remove(key)));
        return new Entries(merged.entrySet().iterator());
    }

    private static <V> NavigableMap<Bytes, V> part(NavigableMap<Bytes, V> map, Bytes from, Bytes to) {
        NavigableMap<Bytes, V> after = from == null ? map : map.tailMap(from, true);
        return to == null ? after : after.headMap(to, true);
    }

    @Override
    public KeyValueIterator<Bytes, byte[]> all() {
        return range(null, null);
    }

    @Override
    public KeyValueIterator<Bytes, byte[]> reverseAll() {
        NavigableMap<Bytes, byte[]> reversed = new TreeMap<>(Comparator.reverseOrder());
        all().forEachRemaining(entry -> reversed.put(entry.key, entry.value));
        return new Entries(reversed.entrySet().iterator());
    }

    @Override
    public long approximateNumEntries() {
        return committed.size();
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public void init(StateStoreContext context, StateStore root) {
        // What there is, is there.
    }

    @Override
    public void close() {
        written.clear();
    }

    @Override
    public boolean persistent() {
        return true;
    }

    @Override
    public boolean isOpen() {
        return true;
    }

    private record Entries(Iterator<Map.Entry<Bytes, byte[]>> entries) implements KeyValueIterator<Bytes, byte[]> {

        @Override
        public boolean hasNext() {
            return entries.hasNext();
        }

        @Override
        public KeyValue<Bytes, byte[]> next() {
            Map.Entry<Bytes, byte[]> entry = entries.next();
            return KeyValue.pair(entry.getKey(), entry.getValue());
        }

        @Override
        public Bytes peekNextKey() {
            throw new UnsupportedOperationException();
        }

        @Override
        public void close() {
            // Nothing is held.
        }
    }
}
