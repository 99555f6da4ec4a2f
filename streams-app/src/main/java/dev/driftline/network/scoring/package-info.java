/** Scoring with the network, beside the shards' work and off the stream threads. */
package dev.driftline.network.scoring;
