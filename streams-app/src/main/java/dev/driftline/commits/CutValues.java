package dev.driftline.commits;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.Deserializer;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the beginning of values that are larger than any record of Driftline, and says in a header how large they were.
 *
 * <p>A broker checks {@code max.message.bytes} on compressed batches, so a record of a gigabyte of zeros passes. Kafka's
 * consumer unpacks it as a whole; nothing but a topic with {@code compression.type=uncompressed} keeps it from that. From
 * there on no more of it is copied, queued or kept than of a large document.
 */
final class CutValues implements Deserializer<byte[]> {

    private final int mostBytes;

    /** @param mostBytes the most bytes that are kept of a value */
    CutValues(int mostBytes) {
        this.mostBytes = mostBytes;
    }

    @Override
    public byte @Nullable [] deserialize(String topic, byte @Nullable [] data) {
        return data == null || data.length <= mostBytes ? data : Arrays.copyOf(data, mostBytes);
    }

    @Override
    public byte @Nullable [] deserialize(String topic, Headers headers, byte @Nullable [] data) {
        return deserialize(topic, headers, data == null ? null : ByteBuffer.wrap(data));
    }

    @Override
    public byte @Nullable [] deserialize(String topic, Headers headers, @Nullable ByteBuffer data) {
        // Whoever sends the header has not been cut by this.
        headers.remove(WholeLength.HEADER);
        if (data == null) {
            return null;
        }
        int length = data.remaining();
        if (length > mostBytes) {
            headers.add(WholeLength.HEADER, Integer.toString(length).getBytes(StandardCharsets.UTF_8));
        }
        byte[] kept = new byte[Math.min(length, mostBytes)];
        data.duplicate().get(kept);
        return kept;
    }
}
