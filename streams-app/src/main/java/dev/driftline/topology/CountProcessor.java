package dev.driftline.topology;

import dev.driftline.scoring.ShardScorer;
import dev.driftline.store.WriteBackStore;
import java.time.Duration;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;

/** One shard of the counts: answers a document's request from the counts as they stand, then learns it. */
final class CountProcessor implements Processor<byte[], byte[], byte[], byte[]> {

    /** How long other shards wait for what this one learned about their words, beside the commit. */
    static final Duration CONTINUATIONS_EVERY = Duration.ofMillis(100);

    private final TopologySettings settings;
    private final LiveShards live;
    private final byte[][] shardKeys;

    private ProcessorContext<byte[], byte[]> context;
    private int shard;
    private WriteBackStore store;
    private ShardScorer scorer;
    private long latest;

    CountProcessor(TopologySettings settings, LiveShards live) {
        this.settings = settings;
        this.live = live;
        shardKeys = ShardKey.upTo(settings.shards());
    }

    @Override
    public void init(ProcessorContext<byte[], byte[]> context) {
        this.context = context;
        shard = context.taskId().partition();
        store = context.getStateStore(DriftlineTopology.COUNTS_STORE);
        scorer = ShardCounts.in(store, settings, shard);
        live.opened(shard, store, scorer);
        if (settings.shards() > 1) {
            // A record for each document and pair of shards would be most of the records there are. Nothing is lost in
            // between: what is not sent yet is stored with the counts.
            context.schedule(CONTINUATIONS_EVERY, PunctuationType.WALL_CLOCK_TIME, this::sendContinuations);
        }
    }

    @Override
    public void process(Record<byte[], byte[]> request) {
        byte[] reply;
        synchronized (store) {
            reply = scorer.answer(request.value());
        }
        context.forward(
                new Record<>(ReplyAddress.keyOf(reply), reply, request.timestamp()), DriftlineTopology.REPLIES_SINK);
        latest = request.timestamp();
    }

    /** Tells the other shards what was learned about their words since the last time. */
    private void sendContinuations(long now) {
        byte[][] continuations;
        synchronized (store) {
            continuations = scorer.drainContinuations();
        }
        for (int other = 0; other < continuations.length; other++) {
            if (continuations[other] != null) {
                context.forward(
                        new Record<>(shardKeys[other], continuations[other], latest),
                        DriftlineTopology.CONTINUATIONS_SINK);
            }
        }
    }

    @Override
    public void close() {
        live.closed(shard);
    }

    /** Takes in what other shards learned about this shard's words. */
    static final class Continuations implements Processor<byte[], byte[], Void, Void> {

        private final TopologySettings settings;

        private WriteBackStore store;
        private ShardScorer scorer;

        Continuations(TopologySettings settings) {
            this.settings = settings;
        }

        @Override
        public void init(ProcessorContext<Void, Void> context) {
            store = context.getStateStore(DriftlineTopology.COUNTS_STORE);
            scorer = ShardCounts.in(store, settings, context.taskId().partition());
        }

        @Override
        public void process(Record<byte[], byte[]> message) {
            synchronized (store) {
                scorer.applyContinuations(message.value());
            }
        }
    }
}
