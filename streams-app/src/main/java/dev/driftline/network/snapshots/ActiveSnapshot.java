package dev.driftline.network.snapshots;

import dev.driftline.neural.snapshot.Snapshot;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** The snapshot that this instance scores with: swapped whole, never half. Thread-safe. */
public final class ActiveSnapshot {

    private final AtomicReference<@Nullable Snapshot> active = new AtomicReference<>();

    /** The snapshot to score with; empty until the first has arrived. */
    public Optional<Snapshot> get() {
        return Optional.ofNullable(active.get());
    }

    /** Scores with {@code snapshot} from now on. */
    public void set(Snapshot snapshot) {
        active.set(snapshot);
    }

    /** Scores without a network from now on. */
    public void clear() {
        active.set(null);
    }
}
