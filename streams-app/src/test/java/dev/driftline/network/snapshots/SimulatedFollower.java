package dev.driftline.network.snapshots;

import dev.driftline.network.trainer.SnapshotView;
import dev.driftline.neural.snapshot.Snapshot;
import java.io.ByteArrayOutputStream;
import java.nio.file.NoSuchFileException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What {@link SnapshotFollower} does on its thread, led by a test: the real catalog and pointer, with chunks on the heap. */
public final class SimulatedFollower implements SnapshotView {

    private static final class OnHeap implements ChunkStore {
        private final Map<String, TreeMap<Integer, byte[]>> versions = new HashMap<>();

        @Override
        public void put(String version, int index, byte[] chunk) {
            versions.computeIfAbsent(version, added -> new TreeMap<>()).put(index, chunk);
        }

        @Override
        public byte[] read(String version, int bytes) throws NoSuchFileException {
            if (!versions.containsKey(version)) {
                throw new NoSuchFileException(version);
            }
            ByteArrayOutputStream whole = new ByteArrayOutputStream(bytes);
            versions.get(version).values().forEach(whole::writeBytes);
            return whole.toByteArray();
        }

        @Override
        public void drop(String version) {
            versions.remove(version);
        }

        @Override
        public void clear() {
            versions.clear();
        }
    }

    private final SnapshotCatalog catalog = new SnapshotCatalog(new OnHeap());
    private final ActiveSnapshot active;
    private final FollowedPointer pointer;
    private int position;

    /** @param active what it keeps up to date */
    public SimulatedFollower(ActiveSnapshot active) {
        this.active = active;
        pointer = new FollowedPointer(catalog, active);
    }

    /** The offset of the record that it reads next. */
    public int position() {
        return position;
    }

    /** Reads the next record of the topic. */
    public void take(String key, byte[] value) {
        catalog.take(key, value, position++, Instant.EPOCH);
    }

    /** Makes active what the pointer names; before, what was read may be a part of a transaction. */
    public void follow() {
        pointer.follow();
    }

    /** The version that the pointer names. */
    public Optional<String> pointer() {
        return catalog.pointer();
    }

    @Override
    public boolean caughtUp() {
        return true;
    }

    @Override
    public Optional<Snapshot> active() {
        return active.get();
    }

    @Override
    public List<PublishedSnapshot> list() {
        return catalog.list();
    }

    @Override
    public Optional<Snapshot> snapshot(String version) {
        return pointer.snapshot(version);
    }
}
