package dev.driftline.verify;

import dev.driftline.input.IncomingDocument;
import dev.driftline.input.RecordDecoder;
import dev.driftline.input.Rejection;
import dev.driftline.input.WriterSchemas;
import dev.driftline.schemas.Document;
import dev.driftline.schemas.TextEvent;
import dev.driftline.text.Tokenizers;
import dev.driftline.topics.Topic;
import dev.driftline.topology.TopologySettings;
import dev.driftline.verify.log.CommittedLog;
import dev.driftline.verify.order.Place;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** The input topics, decoded and checked as the service does. */
final class Inputs implements AutoCloseable {

    private final CommittedLog log;
    private final TopologySettings settings;
    private final RecordDecoder documents;
    private final RecordDecoder text;

    /**
     * A record of an input.
     *
     * @param timestamp of the record, milliseconds since 1970
     * @param document what it is; empty where it is not a document
     * @param refused why it is not a document; empty where it is one
     */
    record Read(Place place, long timestamp, Optional<IncomingDocument> document, String refused) {}

    /** @param log of all partitions of both inputs; closed with this */
    Inputs(CommittedLog log, TopologySettings settings, SchemaRegistryClient registry) {
        this.log = log;
        this.settings = settings;
        documents = new RecordDecoder.OfDocuments(
                new WriterSchemas(registry, settings.topics().name(Topic.DOCUMENTS), Document.class),
                settings.limits(),
                false);
        text = new RecordDecoder.OfText(
                new WriterSchemas(registry, settings.topics().name(Topic.TEXT), TextEvent.class),
                settings.limits(),
                Tokenizers.named(settings.tokenizer()),
                false);
    }

    private TopicPartition partition(boolean isText, int partition) {
        return new TopicPartition(settings.topics().name(isText ? Topic.TEXT : Topic.DOCUMENTS), partition);
    }

    /** The offset of the next record of a partition; the end where there is none. */
    long position(boolean isText, int partition) {
        TopicPartition of = partition(isText, partition);
        ConsumerRecord<byte[], byte[]> next = log.peek(of);
        return next == null ? log.end(of) : next.offset();
    }

    /** The next record of a partition; null at the end. */
    @Nullable
    Read next(boolean isText, int partition) {
        ConsumerRecord<byte[], byte[]> record = log.next(partition(isText, partition));
        if (record == null) {
            return null;
        }
        Place place = new Place(isText, partition, record.offset());
        try {
            IncomingDocument document = (isText ? text : documents).decode(record.value(), record.headers());
            return new Read(place, record.timestamp(), Optional.of(document), "");
        } catch (Rejection why) {
            return new Read(
                    place, record.timestamp(), Optional.empty(), why.reason().code() + ": " + why.getMessage());
        }
    }

    @Override
    public void close() {
        log.close();
    }
}
