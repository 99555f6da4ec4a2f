package dev.driftline.input;

import java.util.Locale;

/** Why a record became a dead letter. Each rule but {@link #STRANDED} is about the record alone: sending it again cannot help. */
public enum DeadLetterReason {
    /** The value is null: inputs are events, so a tombstone means nothing. */
    NULL_VALUE,
    /** The value has no bytes. */
    EMPTY_VALUE,
    /** The value has more bytes than {@code document.max.bytes}. */
    DOCUMENT_TOO_LARGE,
    /** Not in the Confluent wire format: shorter than five bytes, or the first byte is not 0. */
    NOT_AVRO,
    /** The registry knows no schema of the id in the value. */
    UNKNOWN_SCHEMA,
    /** The registry refuses to return the schema of the id in the value, and answers other requests. */
    REFUSED_SCHEMA,
    /** Written with a schema that cannot be read as the record type of the topic. */
    WRONG_SCHEMA,
    /** The bytes do not follow the schema that they name. */
    CORRUPT,
    /** Text that is not UTF-8; a lone surrogate, which has no UTF-8 form, among it. */
    INVALID_UTF8,
    /** A token, the id or the source has a control character (U+0000–U+001F, U+007F). */
    CONTROL_CHARACTER,
    /** A token is {@code <s>}, {@code </s>} or {@code <unk>}, which the model uses itself. */
    RESERVED_TOKEN,
    /** A token has no characters. */
    EMPTY_TOKEN,
    /** A token, the id or the source has more UTF-8 bytes than {@code token.max.bytes}. */
    TOKEN_TOO_LONG,
    /** More tokens than {@code document.max.tokens}, {@code </s>} included. */
    TOO_MANY_TOKENS,
    /** No sentence has a token. */
    EMPTY_DOCUMENT,
    /** The document was under way when an internal topic was deleted: the shards' replies cannot come any more. */
    STRANDED,
    /** Driftline itself failed with the record, as often as it was tried: a defect of it, or of what it has stored. */
    FAILED;

    private final String code = name().toLowerCase(Locale.ROOT).replace('_', '-');

    /** The reason as it stands in a dead letter's header, such as {@code not-avro}. */
    public String code() {
        return code;
    }
}
