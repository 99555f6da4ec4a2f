package dev.driftline.topology;

import dev.driftline.counters.ServiceCounters;
import dev.driftline.failures.FailureKind;
import dev.driftline.failures.RecordPlace;
import dev.driftline.failures.RecordTries;
import dev.driftline.failures.Stage;
import dev.driftline.heap.HeapAccount;
import dev.driftline.heap.HeapUse;
import dev.driftline.scoring.ShardScorer;
import dev.driftline.scoring.messages.GoneWords;
import dev.driftline.scoring.messages.ShardMessageException;
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
 * life of a processor, and called by its stream thread.
 */
final class Counting {

    /** The most bytes of a message of several replies: a reply has about ten times the bytes of its request. */
    private static final int REPLY_BYTES = 256 * 1024;

    private static final Logger LOG = LoggerFactory.getLogger(Counting.class);

    private final LiveShards live;
    private final Heap heap;
    private final RecordTries tries;
    private final InternalRecords records;
    private final int replyBytes;

    private final int shard;
    private final WriteBackStore store;
    private final ShardScorer scorer;

    /** What a shard takes of the heap, in all lives of its processor: the store goes on telling the first of them its size. */
    static final class Heap {

        private final HeapAccount pages;
        private final HeapAccount words;

        Heap(ServiceCounters counters) {
            pages = counters.heap().account(HeapUse.PAGES);
            words = counters.heap().account(HeapUse.WORDS);
        }
    }

    /**
     * @param heap of the processor
     * @param records of the processor, with {@link CountProcessor#NAME} for its operator
     * @param context of the processor that is initialised
     */
    Counting(
            TopologySettings settings,
            LiveShards live,
            Heap heap,
            RecordTries tries,
            InternalRecords records,
            ProcessorContext<?, ?> context) {
        this.live = live;
        this.tries = tries;
        this.records = records;
        this.heap = heap;
        replyBytes = Math.min(REPLY_BYTES, settings.limits().recordBytes() / 2);
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
    }

    /** Lets other threads ask; at the end of the processor's {@code init}, since what fails there is never closed. */
    void publish() {
        live.opened(shard, store, scorer);
    }

    private void sized(ShardSize size) {
        // Not after close: a task may write back once more.
        if (live.sized(shard, size)) {
            heap.pages.set(size.decodedBytes());
            heap.words.set(size.wordBytes());
        }
    }

    /**
     * The messages that answer a request. A document that fails is a failure in its place, and the others are answered.
     *
     * @param print as in {@link InternalRecords#place}
     * @throws ShardMessageException if it is not a whole request of this model; nothing has been learned then
     */
    List<byte[]> answer(byte[] request, IntSupplier print) {
        store.turns().take();
        try {
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
                store.turns().letOthers();
            }
            return scorer.replies();
        } finally {
            store.turns().end();
        }
    }

    /** What other shards are to be told after {@link #answer}. */
    List<GoneWords.Sent> toOthers() {
        store.turns().take();
        try {
            return scorer.toOthers();
        } finally {
            store.turns().end();
        }
    }

    /**
     * Hears what another shard tells.
     *
     * @throws ShardMessageException if it is not a whole message of this model
     */
    void hear(byte[] message) {
        store.turns().take();
        try {
            scorer.hear(message);
        } finally {
            store.turns().end();
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
        heap.pages.close();
        heap.words.close();
    }
}
