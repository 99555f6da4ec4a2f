package dev.driftline.commits;

import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;

/** How many bytes the value of a record had: more than it has, where it was cut when it was read. */
public final class WholeLength {

    /** Header, only where the value is not whole: the number of bytes that it had. */
    public static final String HEADER = "driftline.value.bytes";

    private WholeLength() {}

    /** The number of bytes that {@code value} had. */
    public static long of(byte[] value, Headers headers) {
        Header cut = headers.lastHeader(HEADER);
        return cut == null ? value.length : Long.parseLong(new String(cut.value(), StandardCharsets.UTF_8));
    }
}
