package dev.driftline.topology;

import dev.driftline.counters.ServiceCounters;
import dev.driftline.heap.HeapUse;
import dev.driftline.input.DeadLetters;
import dev.driftline.input.DocumentOrigin;
import dev.driftline.input.Rejection;
import dev.driftline.output.FilterRequest;
import dev.driftline.pending.PendingDocument;
import dev.driftline.pending.PendingDocuments;
import dev.driftline.pending.Ticket;
import dev.driftline.schemas.Document;
import dev.driftline.store.StoreHeader;
import dev.driftline.store.WriteBackStore;
import dev.driftline.topics.Topic;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets no document wait for ever: where the topic of the requests or of the replies was deleted and created again while
 * documents were under way, the replies that are missing never come. Such documents become dead letters, as they were
 * tokenised. They cannot be asked for again: a shard that did get the request has learned it, and would score the document by
 * counts that contain it.
 *
 * <p>Reads no records: it looks through the documents that wait after a start that finds a topic made again, a piece at a time.
 */
final class StrandedProcessor implements Processor<Object, Object, byte[], byte[]> {

    /** Finds documents whose replies cannot come. */
    static final String NAME = "stranded";

    private static final Logger LOG = LoggerFactory.getLogger(StrandedProcessor.class);

    private static final Duration TICK = Duration.ofMillis(50);
    private static final int AT_ONCE = 500;

    private final TopologySettings settings;
    private final ServiceCounters counters;
    private final Serializer<Document> documents;

    private final Punctuations punctuations = new Punctuations();

    private ProcessorContext<byte[], byte[]> context;
    private int partition;
    private StoreHeader header;
    private PendingDocuments pending;
    private PendingDocuments.Cursor cursor;

    /** @param documents makes the values of the dead letters; used by the task's thread alone */
    StrandedProcessor(TopologySettings settings, ServiceCounters counters, Serializer<Document> documents) {
        this.settings = settings;
        this.counters = counters;
        this.documents = documents;
    }

    @Override
    public void init(ProcessorContext<byte[], byte[]> context) {
        this.context = context;
        partition = context.taskId().partition();
        WriteBackStore store = context.getStateStore(PendingDocuments.STORE);
        header = store.header();
        pending = store.cache(
                PendingDocuments.class,
                pages -> new PendingDocuments(pages, counters.heap().account(HeapUse.PENDING)));
        header.follow(List.of(
                settings.topics().name(Topic.NGRAM_REQUESTS), settings.topics().name(Topic.NGRAM_REPLIES)));
        cursor = pending.cursor();
        if (header.hasStranded()) {
            punctuations.every(TICK, context, now -> look());
        }
    }

    /** Nothing is sent here. */
    @Override
    public void process(Record<Object, Object> record) {}

    @Override
    public void close() {
        punctuations.cancel();
    }

    private void look() {
        List<Long> incomplete = new ArrayList<>();
        boolean isDone = cursor.incomplete(AT_ONCE, incomplete::add);
        int stranded = 0;
        for (long ticket : incomplete) {
            PendingDocument document = pending.get(ticket);
            if (document != null && header.isStranded(topic(ticket), Ticket.offset(ticket))) {
                send(ticket, document);
                pending.remove(ticket);
                stranded++;
            }
        }
        if (stranded > 0) {
            LOG.warn(
                    "{} documents of partition {} became dead letters: a topic between scatter, shards and gather was deleted"
                            + " while they were under way",
                    stranded,
                    partition);
            counters.pending(partition, pending.size());
        }
        if (isDone) {
            header.nothingStranded();
            punctuations.cancel();
        }
    }

    private String topic(long ticket) {
        return settings.topics().name(Ticket.isText(ticket) ? Topic.TEXT : Topic.DOCUMENTS);
    }

    private void send(long ticket, PendingDocument document) {
        String topic = topic(ticket);
        DocumentOrigin origin = new DocumentOrigin(topic, partition, header.offset(topic, Ticket.offset(ticket)));
        Rejection why = Rejection.stranded(document.document.id());
        counters.refused(why.reason());
        if (document.step.isPresent()) {
            settings.retractions(context).undo(document.document, origin);
        }
        Record<byte[], byte[]> record = new Record<>(
                document.document.id().getBytes(StandardCharsets.UTF_8),
                documents.serialize(
                        settings.topics().name(Topic.DOCUMENTS), FilterRequest.toDocument(document.document)),
                document.timestamp);
        context.forward(
                DeadLetters.of(record, origin, NAME, why, settings.limits().recordBytes()),
                ReadProcessor.DEAD_LETTERS_SINK);
    }
}
