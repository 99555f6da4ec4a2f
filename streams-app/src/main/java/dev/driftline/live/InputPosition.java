package dev.driftline.live;

/**
 * Where a document was read from.
 *
 * @param topic the input topic
 * @param partition its partition
 * @param offset the offset there
 */
public record InputPosition(String topic, int partition, long offset) {}
