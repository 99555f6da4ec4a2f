package dev.driftline.shards;

import dev.driftline.scoring.ShardScorer;
import dev.driftline.store.WriteBackStore;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;

/**
 * The shards of the counts that this instance owns at the moment, for queries from other threads. Thread-safe.
 *
 * <p>A query waits for the document at hand of its shard, or for a few pages of a write-back, and the stream thread waits for the
 * query: keep it short.
 */
public final class LiveShards {

    private record Shard(WriteBackStore store, ShardScorer scorer, LongAdder requests) {}

    private final Map<Integer, Shard> shards = new ConcurrentHashMap<>();
    private final Map<Integer, ShardSize> sizes = new ConcurrentHashMap<>();

    /** No shard is live before a task starts. */
    public LiveShards() {}

    /** The numbers of the shards that are here. */
    public Set<Integer> numbers() {
        return new TreeSet<>(shards.keySet());
    }

    /** How much each holds, by number; waits for nothing, and so is as old as the last commit. */
    public Map<Integer, ShardSize> sizes() {
        return new TreeMap<>(sizes);
    }

    /**
     * Queries a shard; {@code question} may ask what {@link ShardScorer#open} allows between two documents.
     *
     * @return the answer; empty if the shard is not on this instance
     */
    public <T> Optional<T> ask(int number, Function<? super ShardScorer, T> question) {
        Shard shard = shards.get(number);
        if (shard == null) {
            return Optional.empty();
        }
        shard.store().turns().take();
        try {
            // The shard may have been closed while this thread waited.
            if (shards.get(number) != shard || !shard.store().isOpen()) {
                return Optional.empty();
            }
            T answer = question.apply(shard.scorer());
            // Questions read pages, too: without documents meanwhile nothing else would keep the cache within its
            // bound.
            shard.scorer().trim();
            return Optional.of(answer);
        } finally {
            shard.store().turns().end();
        }
    }

    /**
     * Copies the store of a shard as of its last commit: see {@link WriteBackStore#copyTo}.
     *
     * @return whether the shard is here
     */
    boolean copy(int number, Path to) {
        Shard shard = shards.get(number);
        if (shard == null) {
            return false;
        }
        shard.store().turns().take();
        try {
            if (shards.get(number) != shard || !shard.store().isOpen()) {
                return false;
            }
            shard.store().copyTo(to);
            return true;
        } finally {
            shard.store().turns().end();
        }
    }

    /** Requests that a shard has counted since it came here; 0 where it is not here. */
    public long requests(int number) {
        Shard shard = shards.get(number);
        return shard == null ? 0 : shard.requests().sum();
    }

    public void counted(int number) {
        Shard shard = shards.get(number);
        if (shard != null) {
            shard.requests().increment();
        }
    }

    /**
     * Lets other threads ask a shard, once it is loaded: else one of them would load it, too, at the same time and into the
     * same tables.
     */
    public void opened(int number, WriteBackStore store, ShardScorer scorer) {
        ShardSize size;
        store.turns().take();
        try {
            // Loads. Not only with the first document: an instance that has just started has sizes, too.
            size = ShardSize.of(scorer);
        } finally {
            store.turns().end();
        }
        sizes.put(number, size);
        shards.put(number, new Shard(store, scorer, new LongAdder()));
    }

    /** Says how large a shard is now; false, and nothing else, where it is not here any more. */
    public boolean sized(int number, ShardSize size) {
        return sizes.computeIfPresent(number, (shard, before) -> size) != null;
    }

    /** Takes a shard back, unless another store has been opened for it meanwhile. */
    public void closed(int number, WriteBackStore store) {
        Shard shard = shards.get(number);
        if (shard != null && shard.store() == store && shards.remove(number, shard)) {
            sizes.remove(number);
            store.turns().take();
            try {
                // A query under way finishes before the store closes.
            } finally {
                store.turns().end();
            }
        }
    }
}
