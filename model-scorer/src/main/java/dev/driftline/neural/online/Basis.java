package dev.driftline.neural.online;

import dev.driftline.neural.snapshot.SnapshotManifest;
import java.util.Optional;

/**
 * What a round starts from where documents were taken out that the active network may have seen.
 *
 * @param open the retractions that the active network may not honour
 * @param isRequired whether the round must start from a network that saw none of those documents
 * @param clean the newest such snapshot; empty where there is none and a fresh network is trained
 */
public record Basis(OpenRetractions open, boolean isRequired, Optional<SnapshotManifest> clean) {

    /** The active network: nothing was taken out that it may have seen. */
    public static final Basis ACTIVE = new Basis(OpenRetractions.NONE, false, Optional.empty());

    /** Goes on from the active network, whatever was taken out. */
    public static Basis active(OpenRetractions open) {
        return new Basis(open, false, Optional.empty());
    }
}
