package dev.driftline.verify.order;

import dev.driftline.pending.Ticket;
import dev.driftline.scoring.Gather;
import dev.driftline.scoring.messages.ShardMessageException;
import dev.driftline.scoring.messages.ShardRetraction;
import dev.driftline.verify.log.CommittedLog;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Where shards reply through a topic: a document is scored when the last shard has replied, unless it waits for a network.
 * Holds which shards have replied for documents of which not all have, as many as were under way at a time.
 */
public final class ReplyOrder implements GatherOrder {

    private final CommittedLog log;
    private final String topic;
    private final int shards;
    private final Gather gather;
    private final Map<Integer, Replies> partitions = new HashMap<>();

    private static final class Replies {
        final Map<Long, BitSet> incomplete = new HashMap<>();
        final Queue<Place> complete = new ArrayDeque<>();
    }

    /**
     * @param log of all partitions of the replies; closed with this
     * @param topic of the replies
     * @param gather reads addresses
     */
    public ReplyOrder(CommittedLog log, String topic, int shards, Gather gather) {
        this.log = log;
        this.topic = topic;
        this.shards = shards;
        this.gather = gather;
    }

    @Override
    public boolean isWhole(int partition) {
        return log.begin(new TopicPartition(topic, partition)) == 0;
    }

    @Override
    public @Nullable Place peek(int partition) {
        Replies replies = partitions.computeIfAbsent(partition, p -> new Replies());
        while (replies.complete.isEmpty()) {
            ConsumerRecord<byte[], byte[]> reply = log.next(new TopicPartition(topic, partition));
            if (reply == null) {
                return null;
            }
            if (reply.value() != null) {
                read(partition, reply.value(), replies);
            }
        }
        return replies.complete.peek();
    }

    private void read(int partition, byte[] message, Replies replies) {
        try {
            for (byte[] reply : gather.split(message)) {
                // A check of a retraction says nothing of a turn; its turn is when the last shard has taken it out.
                if (!ShardRetraction.is(reply) || ShardRetraction.hasTaken(reply)) {
                    add(partition, gather.address(reply), replies);
                }
            }
        } catch (ShardMessageException e) {
            // Somebody else's bytes, which became a dead letter.
        }
    }

    private void add(int partition, Gather.Address from, Replies replies) {
        BitSet replied = replies.incomplete.computeIfAbsent(from.ticket(), ticket -> new BitSet(shards));
        replied.set(from.shard());
        if (replied.cardinality() == shards) {
            replies.incomplete.remove(from.ticket());
            replies.complete.add(new Place(Ticket.isText(from.ticket()), partition, Ticket.offset(from.ticket())));
        }
    }

    @Override
    public void advance(int partition) {
        Replies replies = partitions.get(partition);
        if (replies != null) {
            replies.complete.remove();
        }
    }

    @Override
    public void close() {
        log.close();
    }
}
