package dev.driftline.input;

import dev.driftline.commits.WholeLength;
import dev.driftline.terminal.Secrets;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.jspecify.annotations.Nullable;

/**
 * Dead letters: the key, value and headers of a record as they were received, and headers of text that say what, where and
 * why. Numbers are decimal text.
 *
 * <p>A record may arrive compressed below the broker's limit and be past it once it is unpacked. Its dead letter always fits
 * the topic: what is too much of key, headers and value is cut off, and {@link #CUT} says so.
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
     * Header, only where the value is not whole: the number of bytes that it had. The dead letter has the beginning; the
     * record itself is at the topic, partition and offset of the other headers.
     */
    public static final String CUT_FROM = WholeLength.HEADER;

    /** Header, only where something of the record is left out: what, in a sentence. */
    public static final String CUT = "driftline.cut";

    /**
     * Header, only of a document that failed after the shards had been asked: {@code yes}, {@code no} or {@code partly}, whether the
     * counts have learned it. Where they have, publishing it again counts it twice.
     */
    public static final String LEARNED = "driftline.learned";

    /** What is left of a message; the others of these headers are short by themselves. */
    static final int MESSAGE_CHARACTERS = 2000;

    /** Room for what a producer and a broker add to a record, beside a 256th of it for blocks that do not compress. */
    private static final int OVERHEAD_BYTES = 1024;

    private DeadLetters() {}

    /**
     * The dead letter of a record.
     *
     * @param recordBytes the most bytes that a record on the topic of dead letters may have
     */
    public static Record<byte[], byte[]> of(
            Record<byte[], byte[]> received, RecordMetadata from, String operator, Rejection why, int recordBytes) {
        Headers own = new RecordHeaders();
        add(own, REASON, why.reason().code());
        // What the registry or a library said may repeat a password, and anybody may read the dead letters.
        add(own, MESSAGE, cut(Secrets.mask(String.valueOf(why.getMessage()))));
        add(own, TOPIC, from.topic());
        add(own, PARTITION, Integer.toString(from.partition()));
        add(own, OFFSET, Long.toString(from.offset()));
        add(own, TIMESTAMP, Long.toString(received.timestamp()));
        add(own, OPERATOR, operator);
        byte[] key = received.key();
        byte[] value = received.value();
        Header[] headers = received.headers().toArray();
        // What says what was cut has room already.
        long room = recordBytes - OVERHEAD_BYTES - recordBytes / 256L - size(own.toArray()) - MESSAGE_CHARACTERS;
        if (length(key) + size(headers) + length(value) <= room) {
            return new Record<>(key, value, received.timestamp(), with(headers, own));
        }
        List<String> left = new ArrayList<>();
        byte[] shortKey = head(key, room / 4);
        if (length(shortKey) < length(key)) {
            left.add("the first " + length(shortKey) + " of the " + length(key) + " bytes of the key");
        }
        Header[] kept = within(headers, room / 4);
        if (kept.length < headers.length) {
            left.add(kept.length + " of the " + headers.length + " headers");
        }
        byte[] shortValue = head(value, room - length(shortKey) - size(kept));
        if (length(shortValue) < length(value)) {
            long whole = value == null ? 0 : WholeLength.of(value, received.headers());
            left.add("the first " + length(shortValue) + " of the " + whole + " bytes of the value");
            add(own, CUT_FROM, Long.toString(whole));
        }
        add(own, CUT, "too large to be sent again whole: it has " + String.join(", ", left));
        return new Record<>(shortKey, shortValue, received.timestamp(), with(kept, own));
    }

    /**
     * The dead letter of a document that failed on its way, under its id. Only its text is known by then, not the record that it
     * came in, which is at the topic, partition and offset of the headers.
     *
     * @param timestamp of its record
     * @param learned as in {@link #LEARNED}; empty where it does not apply
     */
    public static Record<byte[], byte[]> of(
            DocumentOrigin origin, String id, long timestamp, String operator, Rejection why, String learned) {
        Headers headers = new RecordHeaders();
        add(headers, REASON, why.reason().code());
        add(headers, MESSAGE, cut(String.valueOf(why.getMessage())));
        add(headers, TOPIC, origin.topic());
        add(headers, PARTITION, Integer.toString(origin.partition()));
        add(headers, OFFSET, Long.toString(origin.offset()));
        add(headers, TIMESTAMP, Long.toString(timestamp));
        add(headers, OPERATOR, operator);
        if (!learned.isEmpty()) {
            add(headers, LEARNED, learned);
        }
        add(
                headers,
                CUT,
                "failed on its way: key, value and headers are those of the record at its topic, partition and offset");
        return new Record<>(id.getBytes(StandardCharsets.UTF_8), new byte[0], timestamp, headers);
    }

    /** Those of {@code headers} that have room together, in their order. */
    private static Header[] within(Header[] headers, long room) {
        List<Header> kept = new ArrayList<>();
        long left = room;
        for (Header header : headers) {
            long size = size(header);
            if (size <= left) {
                kept.add(header);
                left -= size;
            }
        }
        return kept.toArray(Header[]::new);
    }

    private static Headers with(Header[] headers, Headers own) {
        RecordHeaders all = new RecordHeaders(headers);
        own.forEach(all::add);
        return all;
    }

    private static byte @Nullable [] head(byte @Nullable [] bytes, long length) {
        return bytes == null || bytes.length <= length ? bytes : Arrays.copyOf(bytes, (int) Math.max(0, length));
    }

    private static long length(byte @Nullable [] bytes) {
        return bytes == null ? 0 : bytes.length;
    }

    private static long size(Header[] headers) {
        long size = 0;
        for (Header header : headers) {
            size += size(header);
        }
        return size;
    }

    /** At most: a name has up to three bytes a character, and each length takes up to five. */
    private static long size(Header header) {
        return header.key().length() * 3L + length(header.value()) + 10;
    }

    private static String cut(String message) {
        if (message.length() <= MESSAGE_CHARACTERS) {
            return message;
        }
        int end = MESSAGE_CHARACTERS - 1;
        return message.substring(0, Character.isHighSurrogate(message.charAt(end - 1)) ? end - 1 : end) + "…";
    }

    private static void add(Headers headers, String name, String value) {
        headers.add(name, value.getBytes(StandardCharsets.UTF_8));
    }
}
