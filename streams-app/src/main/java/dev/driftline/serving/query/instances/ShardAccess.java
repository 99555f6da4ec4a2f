package dev.driftline.serving.query.instances;

import dev.driftline.serving.query.instances.InstanceQuery.Peek;
import java.util.List;

/** A way to ask the parts of the model, wherever they are. Never teaches. Thread-safe. */
public interface ShardAccess {

    /**
     * Answers queries, all of them in one round trip to the instances that own what they are about.
     *
     * @return the answers, in the same order
     * @throws ShardUnavailableException if no instance has a part just now
     */
    List<byte[]> ask(List<InstanceQuery> queries);

    /** Answers one {@link dev.driftline.scoring.messages.ShardRequest} that learns nothing with a {@link dev.driftline.scoring.messages.ShardReply}. */
    default byte[] peek(int shard, byte[] request) {
        return ask(List.of(new Peek(shard, request))).get(0);
    }

    /** The raw count of an n-gram whose last context word the shard owns. */
    default long rawCount(int shard, List<String> ngram) {
        return InstanceAnswers.toCount(
                ask(List.of(new InstanceQuery.Count(shard, ngram))).get(0));
    }
}
