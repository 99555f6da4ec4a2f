package dev.driftline.store;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.common.utils.Bytes;

/** The changelog of one store: committed changes in their order, with gaps where they were compacted. */
public final class SimulatedChangelog {

    /** A change; of no value where the key was removed. */
    record Change(long offset, Bytes key, Optional<byte[]> value) {}

    private List<Change> changes = new ArrayList<>();
    private final NavigableMap<Bytes, byte[]> contents = new TreeMap<>();
    private long end;

    void append(Bytes key, Optional<byte[]> value) {
        changes.add(new Change(end++, key, value));
        value.ifPresentOrElse(present -> contents.put(key, present), () -> contents.remove(key));
    }

    /** The offset after the last change. */
    public long end() {
        return end;
    }

    /** What came from {@code offset} on. */
    List<Change> changesFrom(long offset) {
        return List.copyOf(changes.subList(firstFrom(offset), changes.size()));
    }

    /** Keeps the last change of each key, as the broker's cleaner does sooner or later. */
    public void compact() {
        Set<Bytes> later = new HashSet<>();
        List<Change> kept = new ArrayList<>();
        for (int i = changes.size() - 1; i >= 0; i--) {
            if (later.add(changes.get(i).key())) {
                kept.add(0, changes.get(i));
            }
        }
        changes = kept;
    }

    /** Brings {@code disk} up to {@code until}, which is at most the end. */
    void replay(SimulatedDisk disk, long until) {
        int at = firstFrom(disk.position());
        for (; at < changes.size() && changes.get(at).offset() < until; at++) {
            disk.apply(changes.get(at).key(), changes.get(at).value());
        }
        disk.reached(Math.max(disk.position(), until));
    }

    private int firstFrom(long offset) {
        int low = 0;
        int high = changes.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (changes.get(middle).offset() < offset) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** What a store that has followed it from its beginning has. */
    public NavigableMap<Bytes, byte[]> contents() {
        return Collections.unmodifiableNavigableMap(contents);
    }

    /** What a store restored from it has, read anew. */
    public NavigableMap<Bytes, byte[]> restored() {
        NavigableMap<Bytes, byte[]> restored = new TreeMap<>();
        for (Change change : changes) {
            change.value()
                    .ifPresentOrElse(value -> restored.put(change.key(), value), () -> restored.remove(change.key()));
        }
        return restored;
    }
}
