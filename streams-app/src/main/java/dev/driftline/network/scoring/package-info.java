/** Scoring with the network, beside the shards' work and off the stream threads. */
@NullMarked
package dev.driftline.network.scoring;

import org.jspecify.annotations.NullMarked;
