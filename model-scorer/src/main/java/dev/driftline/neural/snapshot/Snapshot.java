package dev.driftline.neural.snapshot;

import dev.driftline.neural.Network;

/**
 * One version of a network with what is known of it. Immutable.
 *
 * @param manifest what is known of it
 * @param network the network
 */
public record Snapshot(SnapshotManifest manifest, Network network) {

    /** The version, unique in its service. */
    public String version() {
        return manifest.version();
    }
}
