package dev.driftline.serving;

import dev.driftline.topology.LiveShards;
import java.util.List;

/** The shards of a service all of whose shards are in this process. */
public final class LocalShards implements ShardAccess {

    private final LiveShards shards;

    public LocalShards(LiveShards shards) {
        this.shards = shards;
    }

    @Override
    public byte[] peek(int shard, byte[] request) {
        return shards.ask(shard, scorer -> scorer.peek(request)).orElseThrow(() -> notHere(shard));
    }

    @Override
    public long rawCount(int shard, List<String> ngram) {
        return shards.ask(shard, scorer -> scorer.rawCount(ngram)).orElseThrow(() -> notHere(shard));
    }

    private static ShardUnavailableException notHere(int shard) {
        return new ShardUnavailableException("shard " + shard + " is not in this process");
    }
}
