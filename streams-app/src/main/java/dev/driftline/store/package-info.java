/**
 * State stores: decoded state in front of RocksDB, written back to it and to its changelog once per commit.
 *
 * <p>{@link dev.driftline.store.WriteBackStore} is the only class that uses internals of Kafka Streams. All decoded state
 * is a {@link dev.driftline.store.WriteBackCache} over a {@link dev.driftline.pages.PageStore}, which knows neither Kafka
 * nor RocksDB.
 */
@NullMarked
package dev.driftline.store;

import org.jspecify.annotations.NullMarked;
