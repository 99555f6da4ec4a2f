package dev.driftline.topology;

import dev.driftline.codec.MalformedBytesException;
import dev.driftline.counters.ServiceCounters;
import dev.driftline.failures.RecordTries;
import dev.driftline.failures.Stage;
import dev.driftline.input.ReadDocument;
import dev.driftline.pending.DocumentMessage;
import dev.driftline.pending.PendingDocuments;
import dev.driftline.pending.Ticket;
import dev.driftline.store.StoreHeaders;
import dev.driftline.store.WriteBackStore;
import dev.driftline.topics.Topic;
import java.util.List;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;

/**
 * Takes in the documents that the readers of all partitions of the inputs have sent, and gives each its {@link Ticket}: the
 * number of its message, for offsets of several partitions are no name. A record of an input that came twice, as after lost
 * offsets of the readers, is passed over.
 */
final class ReceiveProcessor implements Processor<byte[], byte[], Object, Object> {

    /** Source of documents for the shard. */
    static final String DOCUMENTS_SOURCE = "ngram-documents-source";

    /** Takes in documents. */
    static final String NAME = "receive";

    private final TopologySettings settings;
    private final List<String> stores;
    private final ServiceCounters counters;
    private final InternalRecords records;
    private final Origins origins;
    private final int owner;

    private ProcessorContext<Object, Object> context;
    private StoreHeaders taken;

    /** @param stores in which records are taken in, that of the pending documents first */
    ReceiveProcessor(TopologySettings settings, List<String> stores, ServiceCounters counters, RecordTries tries) {
        this.settings = settings;
        this.stores = stores;
        this.counters = counters;
        records = new InternalRecords(NAME, ScoreProcessor.DEAD_LETTERS_SINK, Stage.SCATTER, counters, tries);
        origins = new Origins(settings.topics());
        owner = SendProcessor.owner(settings);
    }

    @Override
    public void init(ProcessorContext<Object, Object> context) {
        this.context = context;
        records.init(context);
        taken = StoreHeaders.of(context, stores);
        // What waits since the shard read the inputs itself has tickets of theirs.
        context.<WriteBackStore>getStateStore(PendingDocuments.STORE)
                .header()
                .beginAbove(settings.topics().name(Topic.NGRAM_DOCUMENTS));
    }

    @Override
    public void process(Record<byte[], byte[]> received) {
        RecordMetadata from = context.recordMetadata()
                .orElseThrow(() -> new IllegalStateException(NAME + " received a record without a topic"));
        if (!taken.isNew(context.recordMetadata())) {
            counters.passedOver();
            return;
        }
        DocumentMessage message;
        try {
            message = DocumentMessage.decode(received.value(), owner);
        } catch (MalformedBytesException e) {
            records.reject(context, received, settings.limits().recordBytes(), String.valueOf(e.getMessage()));
            return;
        }
        var origin = origins.of(message.isText(), message.partition(), message.offset());
        if (!taken.isNew(origin.topic(), origin.partition(), origin.offset(), message.topicId())) {
            counters.passedOver();
            return;
        }
        context.forward(
                new Record<>(
                        Ticket.of(taken.position(from.topic(), from.offset()), message.isText()),
                        new ReadDocument(message.document(), origin),
                        message.timestamp()),
                ScoreProcessor.NAME);
    }
}
