package dev.driftline.topology;

import dev.driftline.counters.ServiceCounters;
import dev.driftline.failures.FailureKind;
import dev.driftline.failures.RecordTries;
import dev.driftline.failures.Stage;
import dev.driftline.heap.HeapAccount;
import dev.driftline.heap.HeapUse;
import dev.driftline.scoring.ShardMessageException;
import dev.driftline.scoring.ShardScorer;
import dev.driftline.shards.LiveShards;
import dev.driftline.shards.ShardCounts;
import dev.driftline.shards.ShardSize;
import dev.driftline.store.WriteBackStore;
import java.util.Objects;
import java.util.Optional;
import java.util.function.IntSupplier;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The second step of a document's way: one shard answers its request from the counts as they stand, then learns it. Of one
 * processor, and called by its stream thread.
 */
final class Counting {

    private static final Logger LOG = LoggerFactory.getLogger(Counting.class);

    private final TopologySettings settings;
    private final LiveShards live;
    private final HeapAccount pages;
    private final HeapAccount words;
    private final RecordTries tries;
    private final InternalRecords records;

    private int shard;
    private WriteBackStore store;
    private ShardScorer scorer;

    /** @param records of the processor, with {@link CountProcessor#NAME} for its operator */
    Counting(
            TopologySettings settings,
            LiveShards live,
            ServiceCounters counters,
            RecordTries tries,
            InternalRecords records) {
        this.settings = settings;
        this.live = live;
        this.tries = tries;
        this.records = records;
        pages = counters.heap().account(HeapUse.PAGES);
        words = counters.heap().account(HeapUse.WORDS);
    }

    void init(ProcessorContext<?, ?> context) {
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

    /**
     * The reply to a request, or what stands in its place where the shard fails with it.
     *
     * @param print as in {@link InternalRecords#place}
     * @throws ShardMessageException if it is not a whole request of this model; nothing has been learned then
     */
    byte[] answer(byte[] request, IntSupplier print) {
        byte[] reply;
        synchronized (store) {
            Optional<String> spent = records.spent(print);
            reply = spent.isPresent() ? scorer.passOver(request, spent.get()) : counted(request, print);
        }
        live.counted(shard);
        return reply;
    }

    private byte[] counted(byte[] request, IntSupplier print) {
        byte[] reply;
        try {
            tries.reached(Stage.COUNT);
            reply = scorer.answer(request);
        } catch (ShardMessageException e) {
            throw e;
        } catch (ShardScorer.HalfLearnedException e) {
            throw half(print, e);
        } catch (RuntimeException | StackOverflowError e) {
            if (!FailureKind.isOfRecord(e)) {
                throw e;
            }
            LOG.error("Shard {} cannot answer for a document, which becomes a dead letter", shard, e);
            reply = learned(request, e.toString(), print);
        }
        records.change(print, () -> {});
        return reply;
    }

    private byte[] learned(byte[] request, String why, IntSupplier print) {
        try {
            return scorer.learnUnanswered(request, why);
        } catch (ShardScorer.HalfLearnedException e) {
            throw half(print, e);
        }
    }

    private RuntimeException half(IntSupplier print, ShardScorer.HalfLearnedException e) {
        Throwable cause = Objects.requireNonNullElse(e.getCause(), e);
        return FailureKind.isOfRecord(cause) ? tries.failed(records.place(print.getAsInt()), cause) : e;
    }

    void close() {
        live.closed(shard, store);
        pages.close();
        words.close();
    }
}
