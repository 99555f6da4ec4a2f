package dev.driftline.topology;

import dev.driftline.heap.HeapAccount;
import dev.driftline.heap.HeapBudget;
import dev.driftline.heap.HeapUse;
import dev.driftline.scoring.ShardScorer;
import dev.driftline.shards.LiveShards;
import dev.driftline.shards.ReplyAddress;
import dev.driftline.shards.ShardCounts;
import dev.driftline.shards.ShardSize;
import dev.driftline.store.WriteBackStore;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;

/** One shard of the counts: answers a document's request from the counts as they stand, then learns it. */
final class CountProcessor implements Processor<byte[], byte[], byte[], byte[]> {

    /** Source of requests, of a shard. */
    static final String REQUESTS_SOURCE = "requests-source";

    /** Answers and learns. */
    static final String NAME = "count";

    /** Sink of replies. */
    static final String REPLIES_SINK = "replies-sink";

    private final TopologySettings settings;
    private final LiveShards live;
    private final HeapAccount pages;

    private ProcessorContext<byte[], byte[]> context;
    private int shard;
    private WriteBackStore store;
    private ShardScorer scorer;

    CountProcessor(TopologySettings settings, LiveShards live, HeapBudget heap) {
        pages = heap.account(HeapUse.PAGES);
        this.settings = settings;
        this.live = live;
    }

    @Override
    public void init(ProcessorContext<byte[], byte[]> context) {
        this.context = context;
        shard = context.taskId().partition();
        store = context.getStateStore(ShardCounts.STORE);
        scorer = ShardCounts.in(store, settings.model(), shard, settings.shards(), settings.cacheBytes(), this::sized);
        live.opened(shard, store, scorer);
    }

    private void sized(ShardSize size) {
        // Not after close: a task may write back once more.
        if (live.sized(shard, size)) {
            pages.set(size.decodedBytes());
        }
    }

    @Override
    public void process(Record<byte[], byte[]> request) {
        byte[] reply;
        synchronized (store) {
            reply = scorer.answer(request.value());
        }
        live.counted(shard);
        context.forward(new Record<>(ReplyAddress.keyOf(reply), reply, request.timestamp()), REPLIES_SINK);
    }

    @Override
    public void close() {
        live.closed(shard, store);
        pages.close();
    }
}
