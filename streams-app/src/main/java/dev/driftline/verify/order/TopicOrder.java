package dev.driftline.verify.order;

import dev.driftline.codec.MalformedBytesException;
import dev.driftline.config.MisconfiguredException;
import dev.driftline.pending.DocumentMessage;
import dev.driftline.pending.Ticket;
import dev.driftline.scoring.messages.GoneWords;
import dev.driftline.scoring.messages.ShardMessageException;
import dev.driftline.scoring.messages.ShardRequest;
import dev.driftline.verify.log.CommittedLog;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** Where documents come to shards through a topic: a shard takes them in as they come in its partition. */
public final class TopicOrder implements LearnedOrder {

    /** Says which documents a record of the topic has. */
    public interface Decoder {

        /** Tells of the documents in the order in which the shard takes them in; of none where the bytes are somebody else's. */
        void read(byte[] value, Consumer<Place> into);
    }

    private final CommittedLog log;
    private final String topic;
    private final long[] counted;
    private final Decoder decoder;
    private final Queue<Place>[] read;
    private Hearer hearer = (shard, message) -> {};

    /**
     * @param log of all partitions of the topic; closed with this
     * @param counted the offset after the last record that the state of a shard contains, by shard
     */
    @SuppressWarnings({"unchecked", "rawtypes"}) // an array of queues
    public TopicOrder(CommittedLog log, String topic, long[] counted, Decoder decoder) {
        this.log = log;
        this.topic = topic;
        this.counted = counted.clone();
        this.decoder = decoder;
        read = new Queue[counted.length];
        for (int shard = 0; shard < counted.length; shard++) {
            read[shard] = new ArrayDeque<>();
        }
    }

    /** Reads requests to shards; those of a model with other shards are passed over. */
    public static Decoder ofRequests(ShardRequest.Addresses addresses) {
        return (request, into) -> {
            try {
                int documents = addresses.read(request);
                for (int document = 0; document < documents; document++) {
                    if (addresses.isCheck(document)) {
                        // It changes nothing.
                        continue;
                    }
                    long ticket = addresses.ticket(document);
                    into.accept(new Place(Ticket.isText(ticket), addresses.partition(), Ticket.offset(ticket)));
                }
            } catch (ShardMessageException e) {
                // Not of this model; somebody else's became a dead letter.
            }
        };
    }

    /** Reads whole documents for the one shard. */
    public static Decoder ofDocuments(int owner) {
        return (value, into) -> {
            try {
                DocumentMessage message = DocumentMessage.decode(value, owner);
                into.accept(new Place(message.isText(), message.partition(), message.offset()));
            } catch (MalformedBytesException | MisconfiguredException e) {
                // Somebody else's, which became a dead letter.
            }
        };
    }

    @Override
    public void tell(Hearer hearer) {
        this.hearer = hearer;
    }

    private TopicPartition partition(int shard) {
        return new TopicPartition(topic, shard);
    }

    @Override
    public @Nullable Place next(int shard) {
        return next(shard, counted[shard], hearer);
    }

    @Override
    public @Nullable Place nextUnderWay(int shard) {
        return next(shard, Long.MAX_VALUE, (of, message) -> {});
    }

    private @Nullable Place next(int shard, long end, Hearer told) {
        while (read[shard].isEmpty()) {
            ConsumerRecord<byte[], byte[]> record = log.peek(partition(shard));
            if (record == null || record.offset() >= end) {
                return null;
            }
            log.next(partition(shard));
            if (record.value() != null && GoneWords.is(record.value())) {
                told.hear(shard, record.value());
            } else if (record.value() != null) {
                decoder.read(record.value(), read[shard]::add);
            }
        }
        return read[shard].remove();
    }

    @Override
    public long done(int shard) {
        ConsumerRecord<byte[], byte[]> next = log.peek(partition(shard));
        return (next == null ? log.end(partition(shard)) : next.offset()) - log.begin(partition(shard));
    }

    @Override
    public long total(int shard) {
        return log.end(partition(shard)) - log.begin(partition(shard));
    }

    @Override
    public void close() {
        log.close();
    }
}
