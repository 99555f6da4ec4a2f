package dev.driftline.topology;

import dev.driftline.counters.ServiceCounters;
import dev.driftline.failures.RecordTries;
import dev.driftline.failures.Stage;
import dev.driftline.scoring.messages.GoneWords;
import dev.driftline.scoring.messages.ShardMessageException;
import dev.driftline.shards.LiveShards;
import dev.driftline.shards.ReplyAddress;
import dev.driftline.shards.ShardCounts;
import dev.driftline.shards.ShardKey;
import dev.driftline.store.StoreHeader;
import dev.driftline.store.WriteBackStore;
import java.util.Arrays;
import java.util.List;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;

/** One shard of the counts: {@link Counting} behind the topic of the requests. */
final class CountProcessor implements Processor<byte[], byte[], byte[], byte[]> {

    /** Source of requests, of a shard. */
    static final String REQUESTS_SOURCE = "requests-source";

    /** Answers and learns. */
    static final String NAME = "count";

    /** Sink of replies. */
    static final String REPLIES_SINK = "replies-sink";

    /** Sink of what shards that forget tell each other. */
    static final String WORDS_SINK = "gone-words-sink";

    private final TopologySettings settings;
    private final LiveShards live;
    private final Counting.Heap heap;
    private final RecordTries tries;
    private final InternalRecords records;

    private ProcessorContext<byte[], byte[]> context;
    private StoreHeader taken;
    private Counting counting;

    CountProcessor(TopologySettings settings, LiveShards live, ServiceCounters counters, RecordTries tries) {
        records = new InternalRecords(NAME, InternalRecords.deadLettersSink(NAME), Stage.LEARN, counters, tries);
        this.live = live;
        heap = new Counting.Heap(counters);
        this.tries = tries;
        this.settings = settings;
    }

    @Override
    public void init(ProcessorContext<byte[], byte[]> context) {
        this.context = context;
        records.init(context);
        taken = context.<WriteBackStore>getStateStore(ShardCounts.STORE).header();
        counting = new Counting(settings, live, heap, tries, records, context);
        counting.publish();
    }

    @Override
    public void process(Record<byte[], byte[]> request) {
        if (!taken.isNew(context.recordMetadata())) {
            return;
        }
        if (GoneWords.is(request.value())) {
            hear(request);
            return;
        }
        List<byte[]> replies;
        try {
            replies = counting.answer(request.value(), () -> Arrays.hashCode(request.value()));
        } catch (ShardMessageException e) {
            if (e.isForOperator()) {
                throw e;
            }
            // Somebody else's bytes; if it was a request, its documents stay pending.
            records.reject(context, request, settings.limits().recordBytes(), String.valueOf(e.getMessage()));
            return;
        }
        for (byte[] reply : replies) {
            context.forward(new Record<>(ReplyAddress.keyOf(reply), reply, request.timestamp()), REPLIES_SINK);
        }
        counting.toOthers()
                .forEach(sent -> context.forward(
                        new Record<>(ShardKey.of(sent.shard()), sent.message(), request.timestamp()), WORDS_SINK));
    }

    private void hear(Record<byte[], byte[]> record) {
        try {
            counting.hear(record.value());
        } catch (ShardMessageException e) {
            if (e.isForOperator()) {
                // Of the shards that the model had before: what they had was counted anew.
                return;
            }
            records.reject(context, record, settings.limits().recordBytes(), String.valueOf(e.getMessage()));
        }
    }

    @Override
    public void close() {
        counting.close();
    }
}
