package dev.driftline.store;

import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.common.utils.Bytes;

/** The folder of a store on one machine: what it has of its changelog, and up to where. It outlives processes. */
public final class SimulatedDisk {

    private final NavigableMap<Bytes, byte[]> entries = new TreeMap<>();
    private long position;

    NavigableMap<Bytes, byte[]> entries() {
        return entries;
    }

    /** The offset of the changelog from which on it has nothing. */
    public long position() {
        return position;
    }

    void apply(Bytes key, Optional<byte[]> value) {
        value.ifPresentOrElse(present -> entries.put(key, present), () -> entries.remove(key));
    }

    void reached(long offset) {
        position = offset;
    }

    /** Deletes the folder: everything is restored. */
    public void wipe() {
        entries.clear();
        position = 0;
    }
}
