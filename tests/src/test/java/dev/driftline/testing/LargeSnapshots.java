package dev.driftline.testing;

import dev.driftline.neural.Architecture;
import dev.driftline.neural.Cell;
import dev.driftline.neural.Network;
import dev.driftline.neural.NeuralVocabulary;
import dev.driftline.neural.snapshot.Snapshot;
import dev.driftline.neural.snapshot.SnapshotManifest;
import dev.driftline.neural.snapshot.SnapshotVersion;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Snapshots of about 1.1 MB, three chunks on their topic. */
public final class LargeSnapshots {

    private LargeSnapshots() {}

    /** A snapshot with weights of its own; {@code parent} may be null. */
    public static Snapshot snapshot(long number, String parent) {
        List<String> words = new ArrayList<>(List.of("<unk>", "</s>"));
        while (words.size() < 4000) {
            words.add("word" + words.size());
        }
        Network network = Network.random(
                Architecture.recurrent(Cell.GRU, 60, 0.1, List.of()), new NeuralVocabulary(words), number);
        return new Snapshot(
                new SnapshotManifest(
                        SnapshotVersion.of(number, network),
                        parent,
                        Instant.parse("2026-11-23T12:00:00Z"),
                        network.model(),
                        "words",
                        Map.of("seed", Long.toString(number)),
                        Map.of("validation_bits_per_token", 8.5),
                        Map.of("tokens", 1000 * number)),
                network);
    }
}
