package dev.driftline.network.snapshots;

import dev.driftline.neural.snapshot.SnapshotDescription;
import java.time.Instant;
import java.util.Optional;

/**
 * A snapshot on the topic, as far as it has been read.
 *
 * @param description what it is
 * @param bytes its length
 * @param chunks how many chunks it has
 * @param sha256 hash of the whole, hexadecimal
 * @param publishedAt when its manifest came to the topic
 * @param active whether the pointer names it
 * @param problem why it cannot be used; empty for one that is complete
 */
public record PublishedSnapshot(
        SnapshotDescription description,
        int bytes,
        int chunks,
        String sha256,
        Instant publishedAt,
        boolean active,
        Optional<String> problem) {

    /** The version, unique in its service. */
    public String version() {
        return description.version();
    }
}
