package dev.driftline.network.snapshots;

import dev.driftline.config.DriftlineConfig;
import dev.driftline.config.keys.ServiceKeys;
import dev.driftline.neural.snapshot.Snapshot;
import dev.driftline.topics.FollowerThread;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the snapshots topic on a thread of its own, and makes the instance score with the snapshot that the pointer
 * names once that snapshot is complete and verified. Until then, and if it is torn or corrupt, the previous one stays.
 *
 * <p>Chunks wait in files below {@code state.dir}, which are made anew from the topic at each start; on the heap are the
 * active snapshot and the last few that were asked for. One start and one close; everything else from any thread.
 */
public final class SnapshotFollower implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(SnapshotFollower.class);

    private static final Duration POLL = Duration.ofMillis(250);

    private final DriftlineConfig config;
    private final ActiveSnapshot active;
    private final SnapshotCatalog catalog;
    private final FollowedPointer pointer;
    private final CountDownLatch caughtUp = new CountDownLatch(1);
    private final FollowerThread<SnapshotTopicReader> thread;

    /**
     * A follower that has not been started.
     *
     * @param active what it keeps up to date
     */
    public SnapshotFollower(DriftlineConfig config, ActiveSnapshot active) {
        this.config = config;
        this.active = active;
        this.catalog = new SnapshotCatalog(ChunkStore.in(folder(config), version -> true));
        pointer = new FollowedPointer(catalog, active);
        thread = new FollowerThread<>("snapshot-follower", this::open, this::follow, this::failed);
    }

    /** Where an instance keeps the chunks, beside the stores of the topology. */
    private static Path folder(DriftlineConfig config) {
        return config.get(ServiceKeys.STATE_DIR).resolve(config.get(ServiceKeys.APPLICATION_ID) + "-snapshots");
    }

    /** Begins to follow. */
    public void start() {
        thread.start();
    }

    /**
     * Waits until everything has been read that was on the topic at the start, and the pointer been followed.
     *
     * @return whether that was so within {@code limit}
     */
    public boolean awaitCaughtUp(Duration limit) throws InterruptedException {
        return caughtUp.await(limit.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** The snapshot that is scored with; empty until the first has come. */
    public ActiveSnapshot active() {
        return active;
    }

    /** What has been read of the topic so far. */
    public SnapshotCatalog catalog() {
        return catalog;
    }

    /** The version that the pointer names, whether it can be used or not. */
    public Optional<String> pointer() {
        return catalog.pointer();
    }

    /** Every snapshot on the topic whose manifest can be read, the oldest first; torn ones say so. */
    public List<PublishedSnapshot> list() {
        return catalog.list();
    }

    /** How often a snapshot was refused because it was torn, corrupt or not there. */
    public long refused() {
        return pointer.refused();
    }

    /**
     * A snapshot of the topic; loading one that was not asked for lately takes a moment.
     *
     * @return empty if it is not there, torn or corrupt, which is logged and counted
     */
    public Optional<Snapshot> snapshot(String version) {
        return pointer.snapshot(version);
    }

    private SnapshotTopicReader open() {
        catalog.clear();
        return new SnapshotTopicReader(config, catalog);
    }

    private void failed(Throwable e) {
        // Else a pointer that could not be followed for want of heap would not be followed again.
        pointer.retry();
        LOG.error("Cannot follow the snapshots, trying again in {} s", FollowerThread.RETRY.toSeconds(), e);
    }

    private void follow(SnapshotTopicReader topic) {
        topic.open();
        while (!thread.isClosed()) {
            boolean news = topic.poll(POLL);
            // Not before the end of the topic: what the pointer named on the way may have been removed.
            if (topic.caughtUp() && (news || caughtUp.getCount() > 0)) {
                pointer.follow();
                caughtUp.countDown();
            }
        }
    }

    /** Stops following. The snapshot that is active stays so. Does nothing the second time. */
    @Override
    public void close() {
        thread.close();
        catalog.clear();
    }
}
