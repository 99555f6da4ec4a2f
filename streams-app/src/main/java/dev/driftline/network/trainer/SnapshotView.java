package dev.driftline.network.trainer;

import dev.driftline.network.snapshots.PublishedSnapshot;
import dev.driftline.neural.snapshot.Snapshot;
import java.util.List;
import java.util.Optional;

/**
 * What the trainer sees of the snapshots topic: what this instance has read of it. Thread-safe; only
 * {@link #snapshot(String)} may take more than a moment.
 */
public interface SnapshotView {

    /** Whether everything has been read that was on the topic when this instance started. */
    boolean caughtUp();

    /** The snapshot that this instance scores with. */
    Optional<Snapshot> active();

    /** Every snapshot on the topic, the oldest first. */
    List<PublishedSnapshot> list();

    /** A snapshot of the topic; empty if it is not there or cannot be used. */
    Optional<Snapshot> snapshot(String version);
}
