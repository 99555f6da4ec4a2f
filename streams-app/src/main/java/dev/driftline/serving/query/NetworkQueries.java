package dev.driftline.serving.query;

import dev.driftline.generation.NetworkText;
import dev.driftline.generation.TextModel;
import dev.driftline.neural.Network;
import dev.driftline.neural.Pooling;
import dev.driftline.neural.snapshot.Snapshot;
import dev.driftline.scoring.DocumentTokens;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/** What can be asked of the network that there is just now. Thread-safe. */
final class NetworkQueries {

    private final Supplier<Optional<Snapshot>> active;
    private final Function<Snapshot, BitSet> foreign;

    NetworkQueries(Supplier<Optional<Snapshot>> active, Function<Snapshot, BitSet> foreign) {
        this.active = active;
        this.foreign = foreign;
    }

    /** Whether there is a network. */
    boolean isThere() {
        return active.get().isPresent();
    }

    /** @throws SnapshotUnavailableException if there is none */
    void check() {
        snapshot();
    }

    /** The name of the network's cell. */
    String name() {
        return snapshot().network().model();
    }

    /** The network as a model of text, the rows of words that the counts may not know left out. */
    TextModel text() {
        Snapshot snapshot = snapshot();
        return new NetworkText(snapshot.network().reader(), foreign.apply(snapshot));
    }

    EncodedDocument encode(List<List<String>> sentences, Pooling pooling) {
        Snapshot snapshot = snapshot();
        Network network = snapshot.network();
        int[] tokens = network.vocabulary().encode(DocumentTokens.of(sentences));
        return new EncodedDocument(snapshot.version(), network.reader().encode(tokens, pooling));
    }

    private Snapshot snapshot() {
        return active.get()
                .orElseThrow(
                        () -> new SnapshotUnavailableException(
                                "there is no snapshot of the network yet: the first is made after"
                                        + " neural.train.bootstrap.tokens tokens, or imported with `driftline snapshots import`"));
    }
}
