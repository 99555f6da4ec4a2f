package dev.driftline.input;

import dev.driftline.terminal.Secrets;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;

/**
 * Dead letters: the key, value and headers of a record as they were received, and headers of text that say what, where and
 * why. Numbers are decimal text.
 */
public final class DeadLetters {

    /** Header: why, a {@link DeadLetterReason#code()}. */
    public static final String REASON = "driftline.reason";

    /** Header: why, in a sentence. */
    public static final String MESSAGE = "driftline.message";

    /** Header: the topic that the record was read from. */
    public static final String TOPIC = "driftline.topic";

    /** Header: the partition that the record was read from. */
    public static final String PARTITION = "driftline.partition";

    /** Header: the record's offset. */
    public static final String OFFSET = "driftline.offset";

    /** Header: the record's timestamp, milliseconds since 1970. */
    public static final String TIMESTAMP = "driftline.timestamp";

    /** Header: the name of the operator that refused the record. */
    public static final String OPERATOR = "driftline.operator";

    /**
     * Header, only where the record is too large to be sent again whole: the number of bytes of its value. The dead letter
     * has the beginning of the value; the record itself is at the topic, partition and offset of the other headers.
     */
    public static final String CUT_FROM = "driftline.value.bytes";

    /** Room for what a producer and a broker add to a record. */
    private static final int OVERHEAD_BYTES = 1024;

    private DeadLetters() {}

    public static Record<byte[], byte[]> of(
            Record<byte[], byte[]> received, RecordMetadata from, String operator, Rejection why, int recordBytes) {
        Headers headers = new RecordHeaders(received.headers().toArray());
        add(headers, REASON, why.reason().code());
        // What the registry or a library said may repeat a password, and anybody may read the dead letters.
        add(headers, MESSAGE, Secrets.mask(why.getMessage()));
        add(headers, TOPIC, from.topic());
        add(headers, PARTITION, Integer.toString(from.partition()));
        add(headers, OFFSET, Long.toString(from.offset()));
        add(headers, TIMESTAMP, Long.toString(received.timestamp()));
        add(headers, OPERATOR, operator);
        byte[] key = received.key();
        byte[] value = received.value();
        long size = OVERHEAD_BYTES + (key == null ? 0L : key.length) + (value == null ? 0 : value.length);
        for (Header header : headers) {
            size += header.key().length() * 3L + (header.value() == null ? 0 : header.value().length) + 10;
        }
        if (size > recordBytes && value != null) {
            // A record may arrive compressed below the broker's limit and exceed the producer's limit once it is
            // uncompressed.
            add(headers, CUT_FROM, Integer.toString(value.length));
            value = Arrays.copyOf(value, (int) Math.max(0, value.length - (size - recordBytes)));
        }
        return new Record<>(key, value, received.timestamp(), headers);
    }

    private static void add(Headers headers, String name, String value) {
        headers.add(name, value.getBytes(StandardCharsets.UTF_8));
    }
}
