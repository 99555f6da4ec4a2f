/** Snapshots of the network on their way over Kafka: published in checked chunks, followed by every instance. */
@NullMarked
package dev.driftline.network.snapshots;

import org.jspecify.annotations.NullMarked;
