package dev.driftline.topology;

import static org.assertj.core.api.Assertions.assertThat;

import dev.driftline.commits.EarlyCommits;
import dev.driftline.config.DriftlineConfig;
import dev.driftline.counters.ServiceCounters;
import dev.driftline.failures.RecordTries;
import dev.driftline.network.scoring.NeuralScoring;
import dev.driftline.network.snapshots.ActiveSnapshot;
import dev.driftline.network.trainer.NoSnapshots;
import dev.driftline.network.trainer.TrainerProgress;
import dev.driftline.network.trainer.TrainerSettings;
import dev.driftline.network.trainer.Training;
import dev.driftline.schemas.SchemaRegistrySerdes;
import dev.driftline.shards.LiveShards;
import dev.driftline.sources.OwnedSources;
import dev.driftline.topics.Layout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.streams.TopologyDescription;
import org.junit.jupiter.api.Test;

/** Tasks and stores are the same whatever is on, so that a setting can be changed by restarting one instance after another. */
class TopologyShapeTest {

    @Test
    void shouldHaveTheSameTasksAndStoresWhateverIsOn() {
        List<Map<Integer, String>> shapes = new ArrayList<>();
        for (String network : List.of("none", "lstm")) {
            for (String detectors : List.of("none", "adwin")) {
                for (String rules : List.of("none", "default")) {
                    shapes.add(shape(
                            Map.of("neural.model", network, "drift.detectors", detectors, "filter.rules", rules),
                            Layout.SHARDS));
                }
            }
        }
        assertThat(shapes).hasSize(8).containsOnly(shapes.get(0));
        assertThat(shapes.get(0)).hasSize(4);
        assertThat(shapes.get(0).get(1)).isEqualTo("reads [driftline.ngram-requests.v1], keeps [ngram-counts]");
        assertThat(shapes.get(0).get(2))
                .isEqualTo("reads [driftline.observations.v1], keeps [filter-quantiles, watched-sources]");
        assertThat(shapes.get(0).get(3)).isEqualTo("reads [driftline.training.v1], keeps [replay-buffer]");
    }

    @Test
    void shouldReadDocumentsAndKeepTheModelInOneTaskWhereThereIsOneShardAndOnePartition() {
        assertThat(shape(Map.of(), Layout.ONE_TASK))
                .containsExactly(
                        Map.entry(
                                0,
                                "reads [driftline.documents.v1, driftline.text.v1], keeps [ngram-counts,"
                                        + " pending-documents, sources]"),
                        Map.entry(1, "reads [driftline.observations.v1], keeps [filter-quantiles, watched-sources]"),
                        Map.entry(2, "reads [driftline.training.v1], keeps [replay-buffer]"));
    }

    @Test
    void shouldKeepTheModelInOneTaskBehindTheReadersOfSeveralPartitions() {
        assertThat(shape(Map.of(), Layout.ONE_SHARD))
                .containsExactly(
                        Map.entry(0, "reads [driftline.documents.v1, driftline.text.v1], keeps []"),
                        Map.entry(
                                1,
                                "reads [driftline.ngram-documents.v1], keeps [ngram-counts, pending-documents,"
                                        + " sources]"),
                        Map.entry(2, "reads [driftline.observations.v1], keeps [filter-quantiles, watched-sources]"),
                        Map.entry(3, "reads [driftline.training.v1], keeps [replay-buffer]"));
    }

    private static Map<Integer, String> shape(Map<String, String> set, Layout layout) {
        Map<String, String> all = new HashMap<>(set);
        all.put("shards", layout == Layout.SHARDS ? "4" : "1");
        DriftlineConfig config = DriftlineConfig.of(all);
        TopologySettings settings = TopologySettings.of(config, layout);
        SchemaRegistrySerdes serdes = new SchemaRegistrySerdes(Map.of(SchemaRegistrySerdes.URL, "mock://shape"));
        ServiceCounters counters = new ServiceCounters();
        TopologyDescription description = new DriftlineTopology(
                        settings,
                        serdes,
                        serdes.client(),
                        new LiveShards(),
                        new OwnedSources(),
                        counters,
                        TrainerSettings.of(config)
                                .map(trainer -> new Training(trainer, new NoSnapshots(), new TrainerProgress())),
                        settings.neural()
                                .map(neural -> new NeuralScoring(
                                        neural, true, settings.model().vocabulary(), new ActiveSnapshot(), counters)),
                        EarlyCommits.off(),
                        new RecordTries())
                .get()
                .describe();
        Map<Integer, String> shape = new TreeMap<>();
        description.subtopologies().forEach(part -> {
            TreeSet<String> topics = new TreeSet<>();
            TreeSet<String> stores = new TreeSet<>();
            part.nodes().forEach(node -> {
                if (node instanceof TopologyDescription.Source source) {
                    topics.addAll(source.topicSet());
                } else if (node instanceof TopologyDescription.Processor processor) {
                    stores.addAll(processor.stores());
                }
            });
            shape.put(part.id(), "reads " + topics + ", keeps " + stores);
        });
        return shape;
    }
}
