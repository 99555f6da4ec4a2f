package dev.driftline.serving.query;

import dev.driftline.generation.NetworkText;
import dev.driftline.generation.TextModel;
import dev.driftline.network.snapshots.ActiveSnapshot;
import dev.driftline.neural.Network;
import dev.driftline.neural.Pooling;
import dev.driftline.neural.snapshot.Snapshot;
import dev.driftline.scoring.DocumentTokens;
import java.util.List;

/** What can be asked of the network that this instance scores with just now. Thread-safe. */
public final class NetworkQueries {

    /** A document's vector, and the version of the snapshot that made it. */
    public record Encoded(String snapshot, float[] vector) {}

    private final ActiveSnapshot active;

    public NetworkQueries(ActiveSnapshot active) {
        this.active = active;
    }

    /** @throws SnapshotUnavailableException if there is no snapshot yet */
    TextModel text() {
        return new NetworkText(snapshot().network().reader());
    }

    /** @throws SnapshotUnavailableException if there is no snapshot yet */
    public Encoded encode(List<List<String>> sentences, Pooling pooling) {
        Snapshot snapshot = snapshot();
        Network network = snapshot.network();
        int[] tokens = network.vocabulary().encode(DocumentTokens.of(sentences));
        return new Encoded(snapshot.version(), network.reader().encode(tokens, pooling));
    }

    private Snapshot snapshot() {
        return active.get()
                .orElseThrow(
                        () -> new SnapshotUnavailableException("there is no snapshot of the network yet: the first is"
                                + " made when enough text has gone by (neural.train.bootstrap.tokens), or is brought in with"
                                + " `driftline snapshots import`"));
    }
}
