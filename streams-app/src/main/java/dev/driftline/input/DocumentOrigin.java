package dev.driftline.input;

/** Where a document was read from. */
public record DocumentOrigin(String topic, int partition, long offset) {}
