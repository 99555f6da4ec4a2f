package dev.driftline.serving;

import java.util.List;

/** A way to ask the shards of the counts, wherever they are. Never teaches. Thread-safe. */
public interface ShardAccess {

    /**
     * Answers a request of {@link dev.driftline.scoring.Scatter} that learns nothing.
     *
     * @throws ShardUnavailableException if no instance has the shard just now
     */
    byte[] peek(int shard, byte[] request);

    /**
     * The raw count of an n-gram whose last context word the shard owns.
     *
     * @throws ShardUnavailableException if no instance has the shard just now
     */
    long rawCount(int shard, List<String> ngram);
}
