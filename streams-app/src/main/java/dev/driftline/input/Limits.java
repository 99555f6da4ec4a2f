package dev.driftline.input;

import dev.driftline.config.DriftlineConfig;
import dev.driftline.config.keys.InputKeys;

/**
 * Input limits; records that exceed one become dead letters.
 *
 * @param documentBytes bytes of a record's value
 * @param documentTokens tokens of a document, {@code </s>} included
 * @param tokenBytes UTF-8 bytes of a token, an id or a source
 * @param recordBytes bytes of a whole record on any topic, as brokers and producers are configured
 */
public record Limits(int documentBytes, int documentTokens, int tokenBytes, int recordBytes) {

    /** @throws IllegalArgumentException if a limit is less than 1 */
    public Limits {
        if (documentBytes < 1 || documentTokens < 1 || tokenBytes < 1 || recordBytes < 1) {
            throw new IllegalArgumentException("limits must be positive: documentBytes=" + documentBytes
                    + ", documentTokens=" + documentTokens + ", tokenBytes=" + tokenBytes + ", recordBytes="
                    + recordBytes);
        }
    }

    /** Those of {@code config}. */
    public static Limits of(DriftlineConfig config) {
        return new Limits(
                config.get(InputKeys.DOCUMENT_MAX_BYTES),
                config.get(InputKeys.DOCUMENT_MAX_TOKENS),
                config.get(InputKeys.TOKEN_MAX_BYTES),
                config.maxRecordBytes());
    }
}
