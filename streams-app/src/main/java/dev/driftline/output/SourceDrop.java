package dev.driftline.output;

import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.api.Record;

/**
 * Tells the sub-topology of the sources, among their observations, that a source has been taken out of the model: it lets go of what
 * it knows of the source. The key is the source, as that of an observation; the value is empty.
 */
public final class SourceDrop {

    private static final String HEADER = "drop-source";

    private SourceDrop() {}

    /** @param timestamp of the retraction */
    public static Record<Object, Object> of(String source, long timestamp) {
        Headers headers = new RecordHeaders().add(HEADER, new byte[0]);
        return new Record<>(source.getBytes(StandardCharsets.UTF_8), new byte[0], timestamp, headers);
    }

    /** Whether a record is one, and no observation. */
    public static boolean is(Record<byte[], byte[]> record) {
        return record.key() != null && record.headers().lastHeader(HEADER) != null;
    }

    /** The source of a record that is one. */
    public static String source(Record<byte[], byte[]> record) {
        return new String(record.key(), StandardCharsets.UTF_8);
    }
}
