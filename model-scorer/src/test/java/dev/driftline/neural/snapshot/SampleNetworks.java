package dev.driftline.neural.snapshot;

import dev.driftline.neural.Architecture;
import dev.driftline.neural.Cell;
import dev.driftline.neural.Network;
import dev.driftline.neural.NeuralVocabulary;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Small networks of every form, with awkward words. */
final class SampleNetworks {

    static final List<String> AWKWARD = List.of("a\nb", "\u0000", "\u2028", "\ud800", "𝒟", "\"quoted\\", " ", "é");

    private SampleNetworks() {}

    static Stream<Network> all() {
        List<Network> networks = new ArrayList<>();
        for (Cell cell : Cell.values()) {
            int layers = cell == Cell.WINDOW ? 1 : 2;
            int window = cell == Cell.WINDOW ? 3 : 0;
            for (List<Integer> cutoffs : List.of(List.<Integer>of(), List.of(10, 25), List.of(1000))) {
                networks.add(network(new Architecture(cell, 6, 6, layers, window, 0.25, true, cutoffs, 1), 40));
                networks.add(network(new Architecture(cell, 5, 9, layers, window, 0.25, false, cutoffs, 2), 40));
            }
        }
        return networks.stream();
    }

    static Network lstm() {
        return network(Architecture.recurrent(Cell.LSTM, 6, 0.25, List.of()), 40);
    }

    static Network network(Architecture architecture, int size) {
        List<String> words = new ArrayList<>(List.of("<unk>", "</s>"));
        words.addAll(AWKWARD);
        while (words.size() < size) {
            words.add("w" + words.size());
        }
        return Network.random(architecture, new NeuralVocabulary(words), 7);
    }

    static Snapshot snapshot(Network network) {
        SnapshotManifest manifest = new SnapshotManifest(
                SnapshotVersion.next("000016-aaaaaa", network),
                "000016-aaaaaa",
                Instant.parse("2026-11-23T12:00:00Z"),
                network.model(),
                "words",
                Map.of("optimizer", "adam", "seed", "42"),
                Map.of("validation_bits_per_token", 7.25, "nothing", Double.NaN),
                Map.of("tokens", 123_456_789_012L));
        return new Snapshot(manifest, network);
    }
}
