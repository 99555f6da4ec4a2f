package dev.driftline.serving.query.instances;

import dev.driftline.shards.LiveShards;
import dev.driftline.sources.OwnedSources;
import java.util.List;

/** The model of a service all of which is in this process. */
public final class LocalShards implements ShardAccess {

    private final InstanceAnswers here;

    public LocalShards(LiveShards shards, OwnedSources sources) {
        here = new InstanceAnswers(shards, sources, () -> new byte[0]);
    }

    @Override
    public List<byte[]> ask(List<InstanceQuery> queries) {
        return queries.stream()
                .map(query -> here.answer(query)
                        .orElseThrow(() -> new ShardUnavailableException(query + " is not in this process")))
                .toList();
    }
}
