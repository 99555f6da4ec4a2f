/**
 * The Kafka Streams topology: documents in, scores and predictions out, counts in between.
 *
 * <p>{@link dev.driftline.topology.DriftlineTopology} has the picture and every name;
 * {@link dev.driftline.topology.DriftlineService} runs it.
 */
package dev.driftline.topology;
