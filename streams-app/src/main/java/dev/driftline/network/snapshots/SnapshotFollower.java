package dev.driftline.network.snapshots;

import dev.driftline.config.DriftlineConfig;
import dev.driftline.config.keys.ServiceKeys;
import dev.driftline.neural.snapshot.InvalidSnapshotException;
import dev.driftline.neural.snapshot.Snapshot;
import dev.driftline.topics.FollowerThread;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
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

    /** Active, its parent, and one that somebody compares with. */
    private static final int LOADED = 3;

    private final DriftlineConfig config;
    private final ActiveSnapshot active;
    private final SnapshotCatalog catalog;
    private final AtomicLong refused = new AtomicLong();
    private final CountDownLatch caughtUp = new CountDownLatch(1);
    private final FollowerThread<SnapshotTopicReader> thread;

    private final Map<String, Snapshot> loaded = new LinkedHashMap<>(8, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Snapshot> eldest) {
            return size() > LOADED;
        }
    };

    private @Nullable String tried;
    private long triedRevision;

    /**
     * A follower that has not been started.
     *
     * @param active what it keeps up to date
     */
    public SnapshotFollower(DriftlineConfig config, ActiveSnapshot active) {
        this.config = config;
        this.active = active;
        this.catalog = new SnapshotCatalog(ChunkStore.in(folder(config), version -> true));
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
        return refused.get();
    }

    /**
     * A snapshot of the topic; loading one that was not asked for lately takes a moment.
     *
     * @return empty if it is not there, torn or corrupt, which is logged and counted
     */
    public Optional<Snapshot> snapshot(String version) {
        Optional<Snapshot> current =
                active.get().filter(snapshot -> snapshot.version().equals(version));
        if (current.isPresent()) {
            return current;
        }
        synchronized (loaded) {
            Snapshot known = loaded.get(version);
            if (known != null) {
                return Optional.of(known);
            }
        }
        if (catalog.revision(version) < 0) {
            return Optional.empty();
        }
        Optional<Snapshot> fresh = load(version);
        fresh.ifPresent(this::remember);
        return fresh;
    }

    private Optional<Snapshot> load(String version) {
        try {
            return Optional.of(catalog.load(version));
        } catch (InvalidSnapshotException e) {
            refused.incrementAndGet();
            LOG.error("Refused: {}", e.getMessage());
        } catch (UncheckedIOException e) {
            refused.incrementAndGet();
            LOG.error("Cannot load snapshot {}", version, e);
        }
        return Optional.empty();
    }

    private void remember(Snapshot snapshot) {
        synchronized (loaded) {
            loaded.put(snapshot.version(), snapshot);
        }
    }

    private SnapshotTopicReader open() {
        catalog.clear();
        return new SnapshotTopicReader(config, catalog);
    }

    private void failed(Throwable e) {
        // Else a pointer that could not be followed for want of heap would not be followed again.
        tried = null;
        LOG.error("Cannot follow the snapshots, trying again in {} s", FollowerThread.RETRY.toSeconds(), e);
    }

    private void follow(SnapshotTopicReader topic) {
        topic.open();
        while (!thread.isClosed()) {
            boolean news = topic.poll(POLL);
            // Not before the end of the topic: what the pointer named on the way may have been removed.
            if (topic.caughtUp() && (news || caughtUp.getCount() > 0)) {
                followPointer();
                caughtUp.countDown();
            }
        }
    }

    private void followPointer() {
        String wanted = catalog.pointer().orElse(null);
        String current = active.get().map(Snapshot::version).orElse(null);
        if (wanted == null) {
            if (current != null) {
                LOG.warn("No snapshot is active any more: scoring without a network");
                active.clear();
            }
            tried = null;
            return;
        }
        long revision = catalog.revision(wanted);
        if (wanted.equals(current) || wanted.equals(tried) && revision == triedRevision) {
            return;
        }
        tried = wanted;
        triedRevision = revision;
        Optional<Snapshot> next = snapshotToActivate(wanted);
        if (next.isPresent()) {
            active.get().ifPresent(this::remember);
            // The first reader packs the weights and, once in a JVM, times the kernels: no document should wait for
            // that.
            next.get().network().reader();
            active.set(next.get());
            LOG.info("Scoring with snapshot {} (was {})", wanted, current == null ? "none" : current);
        } else {
            LOG.error(
                    "Snapshot {} is active but cannot be used; {}",
                    wanted,
                    current == null ? "scoring without a network" : "scoring on with " + current);
        }
    }

    private Optional<Snapshot> snapshotToActivate(String version) {
        synchronized (loaded) {
            Snapshot known = loaded.get(version);
            if (known != null) {
                return Optional.of(known);
            }
        }
        return load(version);
    }

    /** Stops following. The snapshot that is active stays so. Does nothing the second time. */
    @Override
    public void close() {
        thread.close();
        catalog.clear();
    }
}
