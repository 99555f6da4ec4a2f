package dev.driftline.verify.order;

import dev.driftline.topics.Topic;
import dev.driftline.topics.TopicNames;
import java.nio.ByteBuffer;

/**
 * Where a document was read from: what names it for good.
 *
 * @param isText whether from the topic of raw text, or from that of documents
 * @param partition of that topic
 * @param offset in that partition
 */
public record Place(boolean isText, int partition, long offset) {

    /** A key that sorts as topic, partition and offset do. */
    public byte[] key() {
        return ByteBuffer.allocate(1 + Integer.BYTES + Long.BYTES)
                .put((byte) (isText ? 't' : 'd'))
                .putInt(partition)
                .putLong(offset)
                .array();
    }

    /** Reads what {@link #key} wrote. */
    public static Place of(byte[] key) {
        ByteBuffer in = ByteBuffer.wrap(key);
        boolean isText = in.get() == 't';
        return new Place(isText, in.getInt(), in.getLong());
    }

    /** Topic, partition and offset for a person. */
    public String describe(TopicNames names) {
        return names.name(isText ? Topic.TEXT : Topic.DOCUMENTS) + "-" + partition + " at offset " + offset;
    }
}
