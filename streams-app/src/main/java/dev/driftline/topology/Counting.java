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
import dev.driftline.shards.ShardCounts;
import dev.driftline.shards.ShardSize;
import dev.driftline.store.WriteBackStore;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The second step of a document's way: one shard answers its request from the counts as they stand, then learns it. Of one
 * processor, and called by its stream thread.
 */
final class Counting {

    /** The most bytes of a message of several replies: a reply has about ten times the bytes of its request. */
    private static final int REPLY_BYTES = 256 * 1024;

    private static final Logger LOG = LoggerFactory.getLogger(Counting.class);

    private final TopologySettings settings;
    private final LiveShards live;
    private final HeapAccount pages;
    private final HeapAccount words;
    private final RecordTries tries;
    private final InternalRecords records;
    private final int replyBytes;

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
        replyBytes = Math.min(REPLY_BYTES, settings.limits().recordBytes() / 2);
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
     * The messages that answer a request. A document that fails is a failure in its place, and the others are answered.
     *
     * @param print as in {@link InternalRecords#place}
     * @throws ShardMessageException if it is not a whole request of this model; nothing has been learned then
     */
    List<byte[]> answer(byte[] request, IntSupplier print) {
        synchronized (store) {
            int documents = scorer.open(request, replyBytes);
            for (int document = 0; document < documents; document++) {
                int number = document;
                Supplier<RecordPlace> place =
                        () -> records.place(print.getAsInt()).of(number);
                Optional<String> spent = tries.isEmpty() ? Optional.empty() : tries.spent(place.get());
                if (spent.isPresent()) {
                    scorer.passOver(document, spent.get());
                } else {
                    count(document, place);
                }
                live.counted(shard);
            }
            return scorer.replies();
        }
    }

    private void count(int document, Supplier<RecordPlace> place) {
        try {
            tries.reached(Stage.COUNT);
            scorer.answer(document);
        } catch (ShardScorer.HalfLearnedException e) {
            throw half(place, e);
        } catch (RuntimeException | StackOverflowError e) {
            if (!FailureKind.isOfRecord(e)) {
                throw e;
            }
            LOG.error("Shard {} cannot answer for a document, which becomes a dead letter", shard, e);
            learn(document, place, e.toString());
        }
        records.change(place, () -> {});
    }

    private void learn(int document, Supplier<RecordPlace> place, String why) {
        try {
            scorer.learnUnanswered(document, why);
        } catch (ShardScorer.HalfLearnedException e) {
            throw half(place, e);
        }
    }

    private RuntimeException half(Supplier<RecordPlace> place, ShardScorer.HalfLearnedException e) {
        Throwable cause = Objects.requireNonNullElse(e.getCause(), e);
        return FailureKind.isOfRecord(cause) ? tries.failed(place.get(), cause) : e;
    }

    void close() {
        live.closed(shard, store);
        pages.close();
        words.close();
    }
}
