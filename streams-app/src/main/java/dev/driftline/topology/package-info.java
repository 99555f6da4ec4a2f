/**
 * The Kafka Streams topology: documents in, scores and predictions out, counts in between.
 *
 * <p>{@link DriftlineTopology} has the picture and every name;
 * {@link dev.driftline.service.DriftlineService} runs it.
 */
@NullMarked
package dev.driftline.topology;

import org.jspecify.annotations.NullMarked;
