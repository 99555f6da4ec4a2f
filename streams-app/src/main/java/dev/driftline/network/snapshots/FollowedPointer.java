package dev.driftline.network.snapshots;

import dev.driftline.neural.snapshot.InvalidSnapshotException;
import dev.driftline.neural.snapshot.Snapshot;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes an instance score with the snapshot that the pointer names, once that snapshot is complete and verified. Until then, and
 * if it is torn or corrupt, the previous one stays. On the heap are the active snapshot and the last few that were asked for.
 *
 * <p>{@link #follow} and {@link #retry} are for the thread that reads the topic, the rest is thread-safe.
 */
final class FollowedPointer {

    private static final Logger LOG = LoggerFactory.getLogger(FollowedPointer.class);

    /** Active, its parent, and one that somebody compares with. */
    private static final int LOADED = 3;

    private final SnapshotCatalog catalog;
    private final ActiveSnapshot active;
    private final AtomicLong refused = new AtomicLong();

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
     * @param catalog what there is
     * @param active what it keeps up to date
     */
    FollowedPointer(SnapshotCatalog catalog, ActiveSnapshot active) {
        this.catalog = catalog;
        this.active = active;
    }

    /** How often a snapshot was refused because it was torn, corrupt or not there. */
    long refused() {
        return refused.get();
    }

    /** Tries a pointer again that could not be followed. */
    void retry() {
        tried = null;
    }

    /**
     * A snapshot of the topic; loading one that was not asked for lately takes a moment.
     *
     * @return empty if it is not there, torn or corrupt, which is logged and counted
     */
    Optional<Snapshot> snapshot(String version) {
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

    /** Makes active what the pointer names now, and lets go of what was taken off the topic. */
    void follow() {
        synchronized (loaded) {
            loaded.keySet().removeIf(version -> catalog.revision(version) < 0);
        }
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
}
