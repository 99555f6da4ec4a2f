package dev.driftline.sources;

import dev.driftline.store.WriteBackStore;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The sources whose partitions this instance owns just now, for questions from other threads. Thread-safe.
 *
 * <p>A question has the turn of the partition's store, so its stream thread waits: keep it short.
 */
public final class OwnedSources {

    /** Says what a partition knows of a source; it is the turn of the caller to use the store. */
    public interface Partition {
        SourceState state(String source);
    }

    private record Live(WriteBackStore store, Partition partition) {}

    private final Map<Integer, Live> partitions = new ConcurrentHashMap<>();

    /** No partition is live before a task starts. */
    public OwnedSources() {}

    /** The partitions that are here. */
    public Set<Integer> numbers() {
        return new TreeSet<>(partitions.keySet());
    }

    /** The best that a partition here knows of {@code source}; empty where no partition is here. */
    public Optional<SourceState> state(String source) {
        SourceState best = null;
        for (int number : numbers()) {
            Live live = partitions.get(number);
            if (live == null) {
                continue;
            }
            live.store().turns().take();
            try {
                if (partitions.get(number) == live && live.store().isOpen()) {
                    SourceState state = live.partition().state(source);
                    best = best == null ? state : SourceState.better(best, state);
                }
            } finally {
                live.store().turns().end();
            }
        }
        return Optional.ofNullable(best);
    }

    public void opened(int number, WriteBackStore store, Partition partition) {
        partitions.put(number, new Live(store, partition));
    }

    /** Takes a partition back, unless another store has been opened for it meanwhile. */
    public void closed(int number, WriteBackStore store) {
        Live live = partitions.get(number);
        if (live != null && live.store() == store && partitions.remove(number, live)) {
            store.turns().take();
            try {
                // A query under way finishes before the store closes.
            } finally {
                store.turns().end();
            }
        }
    }
}
