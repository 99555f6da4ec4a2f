package dev.driftline.neural.snapshot;

import dev.driftline.neural.Architecture;

/**
 * A snapshot without its weights and words. Immutable.
 *
 * @param manifest its version, origin and metrics
 * @param architecture the shape of its network
 * @param vocabularySize words with rows, {@code <unk>} and {@code </s>} included
 * @param parameters how many weights it has
 */
public record SnapshotDescription(
        SnapshotManifest manifest, Architecture architecture, int vocabularySize, long parameters) {

    /** The description of {@code snapshot}. */
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
