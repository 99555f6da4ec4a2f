package dev.driftline.topology;

/** Where a document was read from. */
record DocumentOrigin(String topic, int partition, long offset) {}
