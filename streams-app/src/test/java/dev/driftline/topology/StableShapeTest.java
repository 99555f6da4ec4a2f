package dev.driftline.topology;

import static org.assertj.core.api.Assertions.assertThat;

import dev.driftline.commits.EarlyCommits;
import dev.driftline.config.DriftlineConfig;
import dev.driftline.counters.ServiceCounters;
import dev.driftline.network.scoring.NeuralScoring;
import dev.driftline.network.snapshots.ActiveSnapshot;
import dev.driftline.network.snapshots.PublishedSnapshot;
import dev.driftline.network.trainer.SnapshotView;
import dev.driftline.network.trainer.TrainerProgress;
import dev.driftline.network.trainer.TrainerSettings;
import dev.driftline.network.trainer.Training;
import dev.driftline.neural.snapshot.Snapshot;
import dev.driftline.schemas.SchemaRegistrySerdes;
import dev.driftline.shards.LiveShards;
import dev.driftline.sources.OwnedSources;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.streams.TopologyDescription;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Instances of different settings in one consumer group mean the same by a task's number. */
class StableShapeTest {

    /** Sources and stores of a sub-topology: what assignments, changelogs and folders of tasks depend on. */
    private record Part(Set<String> sources, Set<String> stores) {}

    @Test
    void shouldGiveTheShardsTheirNumberOfEarlierReleases() {
        assertThat(shape("none", "none", "none"))
                .containsEntry(1, new Part(Set.of(CountProcessor.REQUESTS_SOURCE), Set.of("ngram-counts")));
    }

    @ParameterizedTest
    @CsvSource({
        "none, none, lstm",
        "none, default, none",
        "none, default, lstm",
        "adwin, none, none",
        "adwin, none, lstm",
        "adwin, default, none",
        "adwin, default, lstm"
    })
    void shouldHaveTheSameSubTopologiesAndStoresWhateverIsSwitchedOn(String drift, String filter, String network) {
        assertThat(shape(drift, filter, network)).isEqualTo(shape("none", "none", "none"));
    }

    private static Map<Integer, Part> shape(String drift, String filter, String network) {
        DriftlineConfig config = DriftlineConfig.of(Map.of(
                "drift.detectors", drift,
                "filter.rules", filter,
                "neural.model", network,
                "schema.registry.url", "mock://stable-shape"));
        TopologySettings settings = TopologySettings.of(config);
        SchemaRegistrySerdes serdes = new SchemaRegistrySerdes(config.clients().schemaRegistry());
        ServiceCounters counters = new ServiceCounters();
        Optional<NeuralScoring> scoring = settings.neural()
                .map(neural ->
                        new NeuralScoring(neural, true, settings.model().vocabulary(), new ActiveSnapshot(), counters));
        TopologyDescription description = new DriftlineTopology(
                        settings,
                        serdes,
                        serdes.client(),
                        new LiveShards(),
                        new OwnedSources(),
                        counters,
                        TrainerSettings.of(config)
                                .map(trainer -> new Training(trainer, new NoSnapshots(), new TrainerProgress())),
                        scoring,
                        EarlyCommits.off())
                .get()
                .describe();
        scoring.ifPresent(NeuralScoring::close);
        Map<Integer, Part> shape = new TreeMap<>();
        description.subtopologies().forEach(part -> {
            Set<String> sources = new TreeSet<>();
            Set<String> stores = new TreeSet<>();
            part.nodes().forEach(node -> {
                if (node instanceof TopologyDescription.Source) {
                    sources.add(node.name());
                } else if (node instanceof TopologyDescription.Processor processor) {
                    stores.addAll(processor.stores());
                }
            });
            shape.put(part.id(), new Part(sources, stores));
        });
        return shape;
    }

    private record NoSnapshots() implements SnapshotView {

        @Override
        public boolean caughtUp() {
            return true;
        }

        @Override
        public Optional<Snapshot> active() {
            return Optional.empty();
        }

        @Override
        public List<PublishedSnapshot> list() {
            return List.of();
        }

        @Override
        public Optional<Snapshot> snapshot(String version) {
            return Optional.empty();
        }
    }
}
