/** Snapshots of the network on their way over Kafka: published in checked chunks, followed by every instance. */
package dev.driftline.network.snapshots;
