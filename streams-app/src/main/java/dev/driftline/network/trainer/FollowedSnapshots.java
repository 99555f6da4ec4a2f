package dev.driftline.network.trainer;

import dev.driftline.network.snapshots.PublishedSnapshot;
import dev.driftline.network.snapshots.SnapshotFollower;
import dev.driftline.neural.snapshot.Snapshot;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The snapshots topic as this instance's {@link SnapshotFollower} has read it. */
public final class FollowedSnapshots implements SnapshotView {

    private final SnapshotFollower follower;

    public FollowedSnapshots(SnapshotFollower follower) {
        this.follower = follower;
    }

    @Override
    public boolean caughtUp() {
        try {
            return follower.awaitCaughtUp(Duration.ZERO);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Override
    public Optional<Snapshot> active() {
        return follower.active().get();
    }

    @Override
    public List<PublishedSnapshot> list() {
        return follower.list();
    }

    @Override
    public Optional<Snapshot> snapshot(String version) {
        return follower.snapshot(version);
    }
}
