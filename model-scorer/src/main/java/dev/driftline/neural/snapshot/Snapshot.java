package dev.driftline.neural.snapshot;

import dev.driftline.neural.Network;

/**
 * One version of a network with its manifest. Immutable.
 *
 * @param manifest its version, origin and metrics
 * @param network the network
 */
public record Snapshot(SnapshotManifest manifest, Network network) {

    /** The version, unique in its service. */
    public String version() {
        return manifest.version();
    }
}
