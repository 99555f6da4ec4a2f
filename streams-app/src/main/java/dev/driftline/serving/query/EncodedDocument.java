package dev.driftline.serving.query;

/**
 * A document's vector.
 *
 * @param snapshot the version of the snapshot that made it
 * @param vector {@code [hidden]}
 */
public record EncodedDocument(String snapshot, float[] vector) {}
