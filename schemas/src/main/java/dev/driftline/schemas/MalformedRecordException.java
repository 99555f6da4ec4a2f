package dev.driftline.schemas;

import org.apache.kafka.common.errors.SerializationException;

/**
 * A record whose bytes can never be read as the type that its topic holds: retrying does not help, and the record
 * belongs on the dead-letter topic. That the registry does not answer is never reported so: see
 * {@link RegistryUnavailableException}.
 */
public final class MalformedRecordException extends SerializationException {

    private static final long serialVersionUID = 1L;

    /** What is wrong with the bytes. */
    public enum Reason {
        /** Not in the Confluent wire format: shorter than five bytes, or the first byte is not 0. */
        NOT_AVRO,
        /** The registry knows no schema of that id. */
        UNKNOWN_SCHEMA,
        /** The schema that it was written with cannot be read as the expected record. */
        WRONG_SCHEMA,
        /** The bytes do not follow the schema that they name. */
        CORRUPT
    }

    private final Reason reason;

    MalformedRecordException(Reason reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    /** What is wrong with the bytes. */
    public Reason reason() {
        return reason;
    }
}
