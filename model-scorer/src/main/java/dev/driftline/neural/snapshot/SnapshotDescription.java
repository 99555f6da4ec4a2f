package dev.driftline.neural.snapshot;

import dev.driftline.neural.Architecture;

/**
 * What a snapshot is, without its numbers and its words. Immutable.
 *
 * @param manifest what is known of it
 * @param architecture the shape of its network
 * @param vocabularySize words it has rows for, {@code <unk>} and {@code </s>} included
 * @param parameters how many numbers it has
 */
public record SnapshotDescription(
        SnapshotManifest manifest, Architecture architecture, int vocabularySize, long parameters) {

    /** What {@code snapshot} is. */
    public static SnapshotDescription of(Snapshot snapshot) {
        return new SnapshotDescription(
                snapshot.manifest(),
                snapshot.network().architecture(),
                snapshot.network().vocabulary().size(),
                snapshot.network().parameters().count());
    }

    /** The version, unique in its service. */
    public String version() {
        return manifest.version();
    }
}
