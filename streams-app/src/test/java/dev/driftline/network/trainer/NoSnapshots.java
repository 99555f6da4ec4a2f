package dev.driftline.network.trainer;

import dev.driftline.network.snapshots.PublishedSnapshot;
import dev.driftline.neural.snapshot.Snapshot;
import java.util.List;
import java.util.Optional;

/** A snapshots topic on which there is nothing. */
public record NoSnapshots() implements SnapshotView {

    @Override
    public boolean caughtUp() {
        return true;
    }

    @Override
    public Optional<Snapshot> active() {
        return Optional.empty();
    }

    @Override
    public List<PublishedSnapshot> list() {
        return List.of();
    }

    @Override
    public Optional<Snapshot> snapshot(String version) {
        return Optional.empty();
    }
}
