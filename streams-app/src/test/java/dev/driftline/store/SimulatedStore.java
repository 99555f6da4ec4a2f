package dev.driftline.store;

import dev.driftline.commits.EarlyCommits;
import dev.driftline.heap.HeapAccount;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.StateStoreContext;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * What stands for RocksDB and its changelog below the real {@link WriteBackStore}: what is written belongs to the transaction of
 * the task. Its end is in two steps, as with the transactional stores of Kafka Streams, and a crash may come between them: the
 * brokers commit the changes of the changelog, then the store on disk takes them in.
 */
public final class SimulatedStore implements KeyValueStore<Bytes, byte[]> {

    /** Says whether a write is made at all: a test that wants a defect says no. */
    public interface Defect {
        boolean loses(String store, Bytes key);
    }

    private final String name;
    private final SimulatedChangelog changelog;
    private final SimulatedDisk disk;
    private final NavigableMap<Bytes, Optional<byte[]>> written = new TreeMap<>();
    private final List<KeyValue<Bytes, Optional<byte[]>>> sent = new ArrayList<>();
    private final Defect defect;
    private Runnable listener = () -> {};
    private boolean open = true;

    /** A store on a disk of its own, with what {@code changelog} has. */
    public SimulatedStore(String name, SimulatedChangelog changelog) {
        this(name, changelog, new SimulatedDisk(), (store, key) -> false);
        restore();
    }

    /**
     * @param changelog shared by all replicas
     * @param disk of this replica
     */
    public SimulatedStore(String name, SimulatedChangelog changelog, SimulatedDisk disk, Defect defect) {
        this.name = name;
        this.changelog = changelog;
        this.disk = disk;
        this.defect = defect;
    }

    /** Whether a key is that of the header of a store, or of the journal of a write-back. */
    public static boolean isHeader(Bytes key) {
        return StoreHeader.isOwn(key.get());
    }

    /** Whether a key is of the journal of a write-back. */
    public static boolean isJournal(Bytes key) {
        return WriteBackJournal.isKey(key.get());
    }

    /** The real write-back store in front of it. */
    public WriteBackStore withWriteBack() {
        return new WriteBackStore(this, EarlyCommits.off(), null);
    }

    /** The same; {@code uncommitted} learns of what is written and not committed. */
    public WriteBackStore withWriteBack(HeapAccount uncommitted) {
        return new WriteBackStore(this, EarlyCommits.off(), uncommitted);
    }

    /** Reads the changelog on to its end, as before a task becomes active. */
    public void restore() {
        changelog.replay(disk, changelog.end());
    }

    /** Reads at most {@code changes} more of the changelog, as a standby does. */
    public void follow(long changes) {
        changelog.replay(disk, Math.min(changelog.end(), disk.position() + changes));
    }

    /** The brokers commit the transaction: the changes are in the changelog. */
    public void publish() {
        sent.forEach(change -> changelog.append(change.key, change.value));
        sent.clear();
    }

    /** Has {@code told} run at every write. */
    public void onWrite(Runnable told) {
        listener = told;
    }

    /** How many writes the changelog does not have. */
    public int unpublished() {
        return sent.size();
    }

    /**
     * A crash without transactions: the changelog has the first writes since the last commit, and so has the disk, which does
     * not know that it has them.
     */
    public void cut(int published, int onDisk) {
        for (int i = 0; i < Math.max(published, onDisk); i++) {
            KeyValue<Bytes, Optional<byte[]>> change = sent.get(i);
            if (i < published) {
                changelog.append(change.key, change.value);
            }
            if (i < onDisk) {
                disk.apply(change.key, change.value);
            }
        }
        rollBack();
    }

    /** The store on disk takes in what the brokers have committed. */
    @Override
    public void commit(Map<TopicPartition, Long> changelogOffsets) {
        written.forEach(disk::apply);
        written.clear();
        disk.reached(changelog.end());
    }

    @Override
    @SuppressWarnings("deprecation") // asked for by Kafka 4.4 itself
    public boolean managesOffsets() {
        return true;
    }

    @Override
    public Long committedOffset(TopicPartition partition) {
        return disk.position() > 0 ? disk.position() : null;
    }

    /** Nothing of what was written since the last commit has happened. */
    public void rollBack() {
        written.clear();
        sent.clear();
    }

    @Override
    public void put(Bytes key, byte[] value) {
        if (!defect.loses(name, key)) {
            written.put(key, Optional.ofNullable(value));
            sent.add(KeyValue.pair(key, Optional.ofNullable(value)));
            listener.run();
        }
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
        return value == null ? disk.entries().get(key) : value.orElse(null);
    }

    @Override
    public KeyValueIterator<Bytes, byte[]> range(Bytes from, Bytes to) {
        NavigableMap<Bytes, byte[]> merged = new TreeMap<>(part(disk.entries(), from, to));
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
        return disk.entries().size();
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public void init(StateStoreContext context, StateStore root) {
        open = true;
    }

    @Override
    public void close() {
        open = false;
    }

    @Override
    public boolean persistent() {
        return true;
    }

    @Override
    public boolean isOpen() {
        return open;
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
