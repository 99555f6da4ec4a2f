package dev.driftline.serving.query.instances;

import dev.driftline.mixture.CommonWeights;
import dev.driftline.mixture.MixtureSettings;
import dev.driftline.scoring.LocalModel;
import dev.driftline.source.StoredSource;
import dev.driftline.sources.SourceState;
import java.util.List;

/** Counts in this process that no service owns, and that know no source. Not thread-safe. */
public final class LocalModelShards implements ShardAccess {

    private final LocalModel model;
    private final MixtureSettings mixture;

    /** @param mixture of the sources, all of which are new */
    public LocalModelShards(LocalModel model, MixtureSettings mixture) {
        this.model = model;
        this.mixture = mixture;
    }

    @Override
    public List<byte[]> ask(List<InstanceQuery> queries) {
        return queries.stream().map(this::answer).toList();
    }

    private byte[] answer(InstanceQuery query) {
        if (query instanceof InstanceQuery.Peek peek) {
            return model.shard(peek.shard()).peek(peek.request());
        }
        if (query instanceof InstanceQuery.Count count) {
            return InstanceAnswers.ofCount(model.shard(count.shard()).rawCount(count.ngram()));
        }
        if (query instanceof InstanceQuery.Source) {
            return new SourceState(0, new StoredSource(0, new byte[0], List.of(), new CommonWeights(mixture).encode()))
                    .encode();
        }
        throw new IllegalArgumentException("counts in a folder have no status");
    }
}
