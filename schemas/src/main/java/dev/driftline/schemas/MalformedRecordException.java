package dev.driftline.schemas;

import org.apache.kafka.common.errors.SerializationException;
import org.jspecify.annotations.Nullable;

/**
 * A record whose bytes can never be read as the type of its topic: retrying does not help, and the record is a dead
 * letter. An unavailable registry is a {@link RegistryUnavailableException} instead.
 */
public final class MalformedRecordException extends SerializationException {

    private static final long serialVersionUID = 1L;

    /** What is wrong with the bytes. */
    public enum Reason {
        /** Not in the Confluent wire format: shorter than five bytes, or the first byte is not 0. */
        NOT_AVRO,
        /** The registry has no schema with that id. */
        UNKNOWN_SCHEMA,
        /** It was written with a schema that cannot be read as the expected record. */
        WRONG_SCHEMA,
        /** The bytes do not follow the schema that they name. */
        CORRUPT
    }

    private final Reason reason;

    MalformedRecordException(Reason reason, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    /** What is wrong with the bytes. */
    public Reason reason() {
        return reason;
    }
}
