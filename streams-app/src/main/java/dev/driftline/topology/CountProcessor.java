package dev.driftline.topology;

import dev.driftline.scoring.ShardScorer;
import dev.driftline.store.WriteBackStore;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;

/** One shard of the counts: answers a document's request from the counts as they stand, then learns it. */
final class CountProcessor implements Processor<byte[], byte[], byte[], byte[]> {

    private final TopologySettings settings;
    private final LiveShards live;
    private final byte[][] shardKeys;

    private ProcessorContext<byte[], byte[]> context;
    private int shard;
    private WriteBackStore store;
    private ShardScorer scorer;

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
    }

    @Override
    public void process(Record<byte[], byte[]> request) {
        ShardScorer.Answer answer;
        synchronized (store) {
            answer = scorer.answer(request.value());
        }
        byte[] replyTo = ReplyAddress.keyOf(answer.reply());
        context.forward(new Record<>(replyTo, answer.reply(), request.timestamp()), DriftlineTopology.REPLIES_SINK);
        byte[][] continuations = answer.continuations();
        for (int other = 0; other < continuations.length; other++) {
            if (continuations[other] != null) {
                context.forward(
                        new Record<>(shardKeys[other], continuations[other], request.timestamp()),
                        DriftlineTopology.CONTINUATIONS_SINK);
            }
        }
    }

    @Override
    public void close() {
        live.closed(shard);
    }

    /**
     * Takes in what other shards learned about this shard's words, and lets the lookups of a second round through to count:
     * they are not to wait behind the requests of documents that came later.
     */
    static final class Continuations implements Processor<byte[], byte[], byte[], byte[]> {

        private final TopologySettings settings;

        private ProcessorContext<byte[], byte[]> context;
        private WriteBackStore store;
        private ShardScorer scorer;

        Continuations(TopologySettings settings) {
            this.settings = settings;
        }

        @Override
        public void init(ProcessorContext<byte[], byte[]> context) {
            this.context = context;
            store = context.getStateStore(DriftlineTopology.COUNTS_STORE);
            scorer = ShardCounts.in(store, settings, context.taskId().partition());
        }

        @Override
        public void process(Record<byte[], byte[]> message) {
            if (ShardKey.isLookup(message.key())) {
                context.forward(message, DriftlineTopology.COUNT);
                return;
            }
            synchronized (store) {
                scorer.applyContinuations(message.value());
            }
        }
    }
}
