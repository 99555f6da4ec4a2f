package dev.driftline.input;

/**
 * A document that has been read.
 *
 * @param origin the record that it was
 */
public record ReadDocument(IncomingDocument document, DocumentOrigin origin) {}
