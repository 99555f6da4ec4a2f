package dev.driftline.network.snapshots;

import dev.driftline.neural.snapshot.Snapshot;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/** The snapshot that this instance scores with: swapped whole, never half. Thread-safe. */
public final class ActiveSnapshot {

    private final AtomicReference<Snapshot> active = new AtomicReference<>();

    /** The snapshot to score with; empty until the first has arrived. */
    public Optional<Snapshot> get() {
        return Optional.ofNullable(active.get());
    }

    /** Scores with {@code snapshot} from now on; null for none. */
    public void set(Snapshot snapshot) {
        active.set(snapshot);
    }
}
