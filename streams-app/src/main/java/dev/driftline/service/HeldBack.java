package dev.driftline.service;

/**
 * What lies behind a transaction that has not ended, in a partition that an instance reads. Readers of committed records do
 * not get it, and it is in no lag.
 *
 * @param topic the topic
 * @param partition its partition
 * @param records records from the beginning of that transaction on, its own among them; about as many
 * @param seconds for how long the end of what may be read has stood still; 0 where nothing is held back
 */
public record HeldBack(String topic, int partition, long records, long seconds) {}
