package dev.driftline.snapshots;

import dev.driftline.neural.snapshot.Snapshot;
import java.util.List;

/**
 * Snapshots as records of the snapshots topic: chunks of at most 512 KiB, then the manifest with the SHA-256 of each and
 * of the whole; and the pointer to the active one. Keys are text: {@code VERSION/chunk/00003}, {@code VERSION/manifest},
 * {@code active}.
 */
public final class SnapshotMessages {

    /** A record of the snapshots topic; a null value is a tombstone. */
    public record Message(String key, byte[] value) {}

    private SnapshotMessages() {}

    /** Everything that publishes {@code snapshot}, in the order in which it must be sent. */
    public static List<Message> publish(Snapshot snapshot) {
        throw new UnsupportedOperationException();
    }

    /** Makes {@code version} the active one. */
    public static Message activate(String version) {
        throw new UnsupportedOperationException();
    }

    /** Takes {@code snapshot} off the topic: tombstones for its manifest, then its chunks. */
    public static List<Message> remove(Snapshot snapshot) {
        throw new UnsupportedOperationException();
    }
}
