/**
 * One n-gram model over several shards: {@link dev.driftline.scoring.Scatter} asks each shard what it owns of a document
 * ({@link dev.driftline.scoring.messages.ShardRequest}), {@link dev.driftline.scoring.ShardScorer} answers from the counts and then
 * learns, and {@link dev.driftline.scoring.Gather} puts the answers ({@link dev.driftline.scoring.messages.ShardReply}) together.
 */
@NullMarked
package dev.driftline.scoring;

import org.jspecify.annotations.NullMarked;
