package dev.driftline.input;

import org.apache.kafka.streams.processor.api.RecordMetadata;

/** Where a document was read from. */
public record DocumentOrigin(String topic, int partition, long offset) implements RecordMetadata {}
