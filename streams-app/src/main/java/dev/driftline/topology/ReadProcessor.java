package dev.driftline.topology;

import dev.driftline.counters.ServiceCounters;
import dev.driftline.input.DeadLetters;
import dev.driftline.input.DocumentOrigin;
import dev.driftline.input.IncomingDocument;
import dev.driftline.input.ReadDocument;
import dev.driftline.input.RecordDecoder;
import dev.driftline.input.Rejection;
import dev.driftline.pending.Ticket;
import dev.driftline.store.StoreHeaders;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;

/**
 * Reads the records of one input topic: what is a document goes on under its {@link Ticket}, what is not
 * becomes a dead letter.
 */
final class ReadProcessor implements Processor<byte[], byte[], Object, Object> {

    /** Source of tokenised documents. */
    static final String DOCUMENTS_SOURCE = "documents-source";

    /** Source of raw text. */
    static final String TEXT_SOURCE = "text-source";

    /** Decodes and checks documents. */
    static final String READ_DOCUMENTS = "read-documents";

    /** Decodes, checks and tokenises raw text. */
    static final String READ_TEXT = "read-text";

    /** Sink of dead letters. */
    static final String DEAD_LETTERS_SINK = "dead-letters-sink";

    private final String operator;
    private final boolean text;
    private final Supplier<RecordDecoder> decoders;
    private final int recordBytes;
    private final ServiceCounters counters;
    private final List<String> stores;
    private final String next;

    private RecordDecoder decoder;
    private ProcessorContext<Object, Object> context;
    private StoreHeaders taken;

    /**
     * @param stores of the task, in which its records are taken in, the one that numbers tickets first; none where another task
     *     takes them in
     * @param next where documents go on to
     */
    ReadProcessor(
            String operator,
            boolean text,
            Supplier<RecordDecoder> decoders,
            int recordBytes,
            ServiceCounters counters,
            List<String> stores,
            String next) {
        this.stores = stores;
        this.next = next;
        this.operator = operator;
        this.text = text;
        this.decoders = decoders;
        this.recordBytes = recordBytes;
        this.counters = counters;
    }

    @Override
    public void init(ProcessorContext<Object, Object> context) {
        this.context = context;
        decoder = decoders.get();
        taken = StoreHeaders.of(context, stores);
    }

    @Override
    public void process(Record<byte[], byte[]> received) {
        RecordMetadata from = context.recordMetadata()
                .orElseThrow(() -> new IllegalStateException(operator + " received a record without a topic"));
        if (!taken.isNew(Optional.of(from))) {
            counters.passedOver();
            return;
        }
        IncomingDocument document;
        try {
            document = decoder.decode(received.value(), received.headers());
        } catch (Rejection why) {
            counters.refused(why.reason());
            context.forward(DeadLetters.of(received, from, operator, why, recordBytes), DEAD_LETTERS_SINK);
            return;
        }
        DocumentOrigin origin = new DocumentOrigin(from.topic(), from.partition(), from.offset());
        // The headers of the input are dropped: what follows are our own records.
        context.forward(
                new Record<>(
                        Ticket.of(taken.position(from.topic(), from.offset()), text),
                        new ReadDocument(document, origin),
                        received.timestamp()),
                next);
    }
}
