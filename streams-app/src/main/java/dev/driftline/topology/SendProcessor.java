package dev.driftline.topology;

import dev.driftline.identity.Provenance;
import dev.driftline.input.ReadDocument;
import dev.driftline.ngram.NgramCounts;
import dev.driftline.pending.DocumentMessage;
import dev.driftline.pending.Ticket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;

/**
 * Sends each document that was read to the one shard there is. It keeps nothing: whether a record is new is for the shard to
 * say, whose state takes it in.
 */
final class SendProcessor implements Processor<Long, ReadDocument, byte[], byte[]> {

    /** Sends documents to the shard. */
    static final String NAME = "send";

    /** Sink of documents for the shard. */
    static final String DOCUMENTS_SINK = "ngram-documents-sink";

    private final int owner;

    private ProcessorContext<byte[], byte[]> context;
    private byte[] key;
    private @Nullable Provenance provenance;

    SendProcessor(TopologySettings settings) {
        owner = owner(settings);
    }

    /** What distinguishes the documents of this application from those of others. */
    static int owner(TopologySettings settings) {
        byte[] owner = settings.model().owner().getBytes(StandardCharsets.UTF_8);
        return NgramCounts.hash(owner, 0, owner.length);
    }

    @Override
    public void init(ProcessorContext<byte[], byte[]> context) {
        this.context = context;
        key = ByteBuffer.allocate(Integer.BYTES)
                .putInt(context.taskId().partition())
                .array();
        provenance = Provenance.in(context.appConfigs());
    }

    @Override
    public void process(Record<Long, ReadDocument> record) {
        ReadDocument read = record.value();
        Uuid id = provenance == null
                ? Uuid.ZERO_UUID
                : provenance.topics().of(read.origin().topic());
        DocumentMessage message = new DocumentMessage(
                read.document(),
                Ticket.isText(record.key()),
                read.origin().partition(),
                read.origin().offset(),
                id,
                record.timestamp());
        context.forward(new Record<>(key, message.encode(owner), record.timestamp()), DOCUMENTS_SINK);
    }
}
