package dev.driftline.bench;

import dev.driftline.config.DriftlineConfig;
import dev.driftline.config.keys.DriftKeys;
import dev.driftline.config.keys.ModelKeys;
import dev.driftline.config.keys.NeuralKeys;
import dev.driftline.config.keys.OutputKeys;
import dev.driftline.config.keys.ServiceKeys;
import dev.driftline.config.keys.TopicKeys;
import dev.driftline.topics.Layout;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How many shards and input partitions a measured service has, and what else is set: the layout follows from it.
 *
 * @param shards partitions of the counts
 * @param partitions of the topics of documents and of text
 * @param more settings that were asked for; they win
 */
record Deployment(int shards, int partitions, Map<String, String> more) {

    static final String GUARANTEE = "exactly_once_v2";
    static final int THREADS = 2;
    static final int PREDICTIONS = 10;

    /**
     * One for each number of shards.
     *
     * @param partitions input partitions; 0: as many as shards
     * @param more settings that were asked for; where the shards are among them, that is the only deployment
     */
    static List<Deployment> of(List<Integer> shards, int partitions, Map<String, String> more) {
        List<Deployment> deployments = new ArrayList<>();
        for (int number : shards) {
            Map<String, String> settings = new LinkedHashMap<>();
            settings.put(TopicKeys.SHARDS.name(), Integer.toString(number));
            settings.put(TopicKeys.PARTITIONS.name(), Integer.toString(partitions == 0 ? number : partitions));
            settings.putAll(more);
            DriftlineConfig config = DriftlineConfig.of(settings);
            Deployment deployment =
                    new Deployment(config.get(TopicKeys.SHARDS), config.get(TopicKeys.PARTITIONS), more);
            if (!deployments.contains(deployment)) {
                deployments.add(deployment);
            }
        }
        return deployments;
    }

    /** All settings but where the broker, the registry and the state are. */
    Map<String, String> settings(String application, int order, long commitIntervalMs) {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put(ServiceKeys.APPLICATION_ID.name(), application);
        settings.put(ServiceKeys.STREAM_THREADS.name(), Integer.toString(THREADS));
        settings.put(ServiceKeys.PROCESSING_GUARANTEE.name(), GUARANTEE);
        settings.put(ServiceKeys.COMMIT_INTERVAL_MS.name(), Long.toString(commitIntervalMs));
        settings.put(ModelKeys.ORDER.name(), Integer.toString(order));
        settings.put(TopicKeys.SHARDS.name(), Integer.toString(shards));
        settings.put(TopicKeys.PARTITIONS.name(), Integer.toString(partitions));
        settings.put(TopicKeys.PREFIX.name(), application + ".");
        settings.put(OutputKeys.PREDICTIONS_K.name(), Integer.toString(PREDICTIONS));
        // What is beside the n-gram model is measured on its own.
        settings.put(NeuralKeys.MODEL.name(), NeuralKeys.NO_MODEL);
        settings.put(DriftKeys.DETECTORS.name(), DriftKeys.NO_DETECTORS);
        settings.putAll(more);
        return settings;
    }

    /** The same with one setting more. */
    Deployment with(Map<String, String> added) {
        Map<String, String> both = new LinkedHashMap<>(more);
        both.putAll(added);
        return new Deployment(shards, partitions, both);
    }

    /** For the name of a folder. */
    String name() {
        return shards + "x" + partitions;
    }

    @Override
    public String toString() {
        return (shards == 1 ? "1 shard" : shards + " shards") + ", "
                + (partitions == 1 ? "1 partition" : partitions + " partitions") + " ("
                + Layout.ofNew(shards, partitions).label() + ")";
    }
}
