/**
 * State stores: RocksDB behind decoded, write-back state that reaches the changelog once a commit.
 *
 * <p>{@link dev.driftline.store.WriteBackStore} is the only class that touches Kafka Streams' internals; everything that
 * is kept decoded is a {@link dev.driftline.store.WriteBackCache} over a {@link dev.driftline.ngram.PageStore} and knows
 * neither Kafka nor RocksDB.
 */
package dev.driftline.store;
