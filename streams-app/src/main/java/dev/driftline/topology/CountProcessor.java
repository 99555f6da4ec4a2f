package dev.driftline.topology;

import dev.driftline.counters.ServiceCounters;
import dev.driftline.failures.FailureKind;
import dev.driftline.failures.RecordPlace;
import dev.driftline.failures.RecordTries;
import dev.driftline.failures.Stage;
import dev.driftline.heap.HeapAccount;
import dev.driftline.heap.HeapUse;
import dev.driftline.scoring.ShardMessageException;
import dev.driftline.scoring.ShardScorer;
import dev.driftline.shards.LiveShards;
import dev.driftline.shards.ReplyAddress;
import dev.driftline.shards.ShardCounts;
import dev.driftline.shards.ShardSize;
import dev.driftline.store.WriteBackStore;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One shard of the counts: answers each document of a request from the counts as they stand, then learns it. A document that fails
 * is a failure in its place, and the others of its request are answered.
 */
final class CountProcessor implements Processor<byte[], byte[], byte[], byte[]> {

    /** Source of requests, of a shard. */
    static final String REQUESTS_SOURCE = "requests-source";

    /** Answers and learns. */
    static final String NAME = "count";

    /** Sink of replies. */
    static final String REPLIES_SINK = "replies-sink";

    /** The most bytes of a message of several replies: a reply has about ten times the bytes of its request. */
    private static final int REPLY_BYTES = 256 * 1024;

    private static final Logger LOG = LoggerFactory.getLogger(CountProcessor.class);

    private final TopologySettings settings;
    private final LiveShards live;
    private final HeapAccount pages;
    private final RecordTries tries;
    private final InternalRecords records;
    private final HeapAccount words;
    private final int replyBytes;

    private ProcessorContext<byte[], byte[]> context;
    private int shard;
    private WriteBackStore store;
    private ShardScorer scorer;

    CountProcessor(TopologySettings settings, LiveShards live, ServiceCounters counters, RecordTries tries) {
        this.tries = tries;
        records = new InternalRecords(NAME, InternalRecords.deadLettersSink(NAME), Stage.LEARN, counters, tries);
        pages = counters.heap().account(HeapUse.PAGES);
        words = counters.heap().account(HeapUse.WORDS);
        this.settings = settings;
        this.live = live;
        replyBytes = Math.min(REPLY_BYTES, settings.limits().recordBytes() / 2);
    }

    @Override
    public void init(ProcessorContext<byte[], byte[]> context) {
        this.context = context;
        records.init(context);
        shard = context.taskId().partition();
        store = context.getStateStore(ShardCounts.STORE);
        scorer = ShardCounts.in(
                store,
                settings.model(),
                shard,
                settings.shards(),
                settings.cacheBytes(),
                settings.wordBytes(),
                this::sized);
        live.opened(shard, store, scorer);
    }

    private void sized(ShardSize size) {
        // Not after close: a task may write back once more.
        if (live.sized(shard, size)) {
            pages.set(size.decodedBytes());
            words.set(size.wordBytes());
        }
    }

    @Override
    public void process(Record<byte[], byte[]> request) {
        if (!store.header().isNew(context.recordMetadata())) {
            return;
        }
        List<byte[]> replies;
        synchronized (store) {
            replies = answer(request);
        }
        for (byte[] reply : replies) {
            context.forward(new Record<>(ReplyAddress.keyOf(reply), reply, request.timestamp()), REPLIES_SINK);
        }
    }

    /** The messages that answer it; none where it is not a request. */
    private List<byte[]> answer(Record<byte[], byte[]> request) {
        byte[] message = request.value();
        int documents;
        try {
            documents = scorer.open(message, replyBytes);
        } catch (ShardMessageException e) {
            if (e.isForOperator()) {
                throw e;
            }
            // Somebody else's bytes; if it was a request, its documents stay pending.
            records.reject(context, request, settings.limits().recordBytes(), String.valueOf(e.getMessage()));
            return List.of();
        }
        Optional<RecordPlace> place = tries.isEmpty() ? Optional.empty() : Optional.of(records.place(message));
        for (int document = 0; document < documents; document++) {
            int number = document;
            Optional<String> spent = place.flatMap(record -> tries.spent(record.of(number)));
            if (spent.isPresent()) {
                scorer.passOver(document, spent.get());
            } else {
                count(message, document);
            }
            live.counted(shard);
        }
        return scorer.replies();
    }

    private void count(byte[] message, int document) {
        try {
            tries.reached(Stage.COUNT);
            scorer.answer(document);
        } catch (ShardScorer.HalfLearnedException e) {
            throw half(message, document, e);
        } catch (RuntimeException | StackOverflowError e) {
            if (!FailureKind.isOfRecord(e)) {
                throw e;
            }
            LOG.error("Shard {} cannot answer for a document, which becomes a dead letter", shard, e);
            learn(message, document, e.toString());
        }
        records.change(message, document, () -> {});
    }

    private void learn(byte[] message, int document, String why) {
        try {
            scorer.learnUnanswered(document, why);
        } catch (ShardScorer.HalfLearnedException e) {
            throw half(message, document, e);
        }
    }

    private RuntimeException half(byte[] message, int document, ShardScorer.HalfLearnedException e) {
        Throwable cause = Objects.requireNonNullElse(e.getCause(), e);
        return FailureKind.isOfRecord(cause)
                ? tries.failed(records.place(message).of(document), cause)
                : e;
    }

    @Override
    public void close() {
        live.closed(shard, store);
        pages.close();
        words.close();
    }
}
