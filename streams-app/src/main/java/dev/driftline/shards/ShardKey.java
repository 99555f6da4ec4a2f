package dev.driftline.shards;

import dev.driftline.config.MisconfiguredException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.streams.processor.StreamPartitioner;

/**
 * Keys of the internal topics: the number of the partition that the record is for, in four bytes. So a record says where it goes, and nothing has to compute the same hash.
 */
public final class ShardKey {

    private ShardKey() {}

    public static byte[] of(int partition) {
        return ByteBuffer.allocate(Integer.BYTES).putInt(partition).array();
    }

    /** Keys for the partitions 0 to {@code partitions} − 1. */
    public static byte[][] upTo(int partitions) {
        byte[][] keys = new byte[partitions][];
        for (int partition = 0; partition < partitions; partition++) {
            keys[partition] = of(partition);
        }
        return keys;
    }

    /** Sends each record to the partition of its key. */
    public static final class Partitioner implements StreamPartitioner<byte[], byte[]> {

        @Override
        @SuppressWarnings("removal") // abstract still: what comes in its place calls it
        public Optional<Set<Integer>> partitions(String topic, byte[] key, byte[] value, int partitions) {
            int partition = ByteBuffer.wrap(key).getInt();
            if (partition < 0 || partition >= partitions) {
                throw new MisconfiguredException("a record is for partition " + partition + " of " + topic
                        + ", which has " + partitions + ": the partitions of documents, text and replies must be equal,"
                        + " and those of requests must be the number of shards. Create the topics"
                        + " anew with `driftline topics create`");
            }
            return Optional.of(Set.of(partition));
        }
    }
}
