package dev.driftline.schemas;

import java.nio.ByteBuffer;
import java.util.Optional;

/** The header of values in the Confluent wire format: magic byte 0 and four bytes of schema id; Avro binary follows. */
public final class WireFormat {

    /** Bytes of the header. */
    public static final int HEADER_BYTES = 5;

    private WireFormat() {}

    /** What is wrong with the header of {@code value}; empty if it is valid. */
    public static Optional<String> problem(byte[] value) {
        if (value.length < HEADER_BYTES) {
            return Optional.of(
                    "not in the Confluent wire format: " + value.length + " bytes, expected at least " + HEADER_BYTES);
        }
        if (value[0] != 0) {
            return Optional.of(
                    "not in the Confluent wire format: the first byte is " + (value[0] & 0xFF) + ", expected 0");
        }
        return Optional.empty();
    }

    /** The registry's id of the schema of {@code value}, whose header must be valid. */
    public static int schemaId(byte[] value) {
        return ByteBuffer.wrap(value).getInt(1);
    }
}
