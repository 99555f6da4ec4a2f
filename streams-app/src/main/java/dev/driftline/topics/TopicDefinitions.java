package dev.driftline.topics;

import dev.driftline.config.DriftlineConfig;
import dev.driftline.config.TopicKeys;
import dev.driftline.filter.FilterRules;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.config.TopicConfig;

/**
 * Every topic of one configuration. Text, documents and replies share their partition count, because scatter and gather
 * share a store; requests have one partition a shard, snapshots, training and promotions have one. Immutable.
 */
public final class TopicDefinitions {

    private static final String INTERNAL_SEGMENT_BYTES = Integer.toString(128 * 1024 * 1024);

    private static final String SNAPSHOT_SEGMENT_BYTES = Integer.toString(64 * 1024 * 1024);
    private static final String SNAPSHOT_TOMBSTONES_MS = "86400000";

    private final Map<Topic, TopicDefinition> definitions;
    private final List<TopicDefinition> routes;

    private TopicDefinitions(Map<Topic, TopicDefinition> definitions, List<TopicDefinition> routes) {
        this.definitions = definitions;
        this.routes = routes;
    }

    /**
     * The topics that {@code config} asks for.
     *
     * @throws dev.driftline.config.InvalidConfigException if its filter has rules that cannot be used
     */
    public static TopicDefinitions of(DriftlineConfig config) {
        Map<Topic, TopicDefinition> definitions = new EnumMap<>(Topic.class);
        for (Topic topic : Topic.values()) {
            definitions.put(topic, define(topic, config));
        }
        return new TopicDefinitions(definitions, routes(definitions.get(Topic.DOCUMENTS), config));
    }

    /** Documents go on in topics like the one that they come in. */
    private static List<TopicDefinition> routes(TopicDefinition documents, DriftlineConfig config) {
        return FilterFile.rules(config).map(FilterRules::topics).orElse(Set.of()).stream()
                .map(topic -> new TopicDefinition(
                        Topic.DOCUMENTS,
                        config.get(TopicKeys.PREFIX) + topic,
                        documents.partitions(),
                        documents.replicationFactor(),
                        documents.settings()))
                .toList();
    }

    private static TopicDefinition define(Topic topic, DriftlineConfig config) {
        int partitions = switch (topic) {
            case TEXT, DOCUMENTS, SCORES, PREDICTIONS, ENCODINGS, DEAD_LETTERS, NGRAM_REPLIES, OBSERVATIONS, DRIFT ->
                config.get(TopicKeys.PARTITIONS);
            case NGRAM_REQUESTS -> config.get(TopicKeys.SHARDS);
            // The order of chunks, manifest and pointer is what makes a snapshot whole.
            case SNAPSHOTS -> 1;
            // One network, so one trainer.
            case TRAINING, PROMOTIONS -> 1;
        };
        long retention = switch (topic) {
            case TEXT, DOCUMENTS, SCORES, PREDICTIONS, ENCODINGS, DRIFT -> config.get(TopicKeys.RETENTION_MS);
            case DEAD_LETTERS -> config.get(TopicKeys.DEAD_LETTER_RETENTION_MS);
            case NGRAM_REQUESTS, NGRAM_REPLIES, TRAINING, OBSERVATIONS -> config.get(TopicKeys.INTERNAL_RETENTION_MS);
            // An audit trail as long as the snapshots that it explains.
            case SNAPSHOTS, PROMOTIONS -> -1;
        };
        Map<String, String> settings = new TreeMap<>();
        settings.put(
                TopicConfig.CLEANUP_POLICY_CONFIG,
                topic == Topic.SNAPSHOTS ? TopicConfig.CLEANUP_POLICY_COMPACT : TopicConfig.CLEANUP_POLICY_DELETE);
        settings.put(TopicConfig.RETENTION_MS_CONFIG, Long.toString(retention));
        settings.put(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, Integer.toString(config.maxRecordBytes()));
        // A record published with the date of an old text would be past its retention at once.
        settings.put(TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG, "LogAppendTime");
        if (isInternal(topic)) {
            // Retention removes whole segments, and what went through is not needed again.
            settings.put(TopicConfig.SEGMENT_BYTES_CONFIG, INTERNAL_SEGMENT_BYTES);
        }
        if (topic == Topic.SNAPSHOTS) {
            // The segment that is being written is never compacted; one of 64 MiB holds a handful of snapshots.
            settings.put(TopicConfig.SEGMENT_BYTES_CONFIG, SNAPSHOT_SEGMENT_BYTES);
            settings.put(TopicConfig.DELETE_RETENTION_MS_CONFIG, SNAPSHOT_TOMBSTONES_MS);
            settings.put(TopicConfig.MIN_CLEANABLE_DIRTY_RATIO_CONFIG, "0.1");
        }
        return new TopicDefinition(
                topic,
                config.get(TopicKeys.PREFIX) + topic.suffix(),
                partitions,
                config.get(TopicKeys.REPLICATION_FACTOR),
                settings);
    }

    private static boolean isInternal(Topic topic) {
        return switch (topic) {
            case TEXT, DOCUMENTS, SCORES, PREDICTIONS, DEAD_LETTERS, SNAPSHOTS, PROMOTIONS, ENCODINGS, DRIFT -> false;
            case NGRAM_REQUESTS, NGRAM_REPLIES, TRAINING, OBSERVATIONS -> true;
        };
    }

    /** All of them, in the order of {@link Topic}, then those that a filter sends documents to, by name. */
    public List<TopicDefinition> all() {
        return Stream.concat(definitions.values().stream(), routes.stream()).toList();
    }

    /** The definition of {@code topic}. */
    public TopicDefinition get(Topic topic) {
        return definitions.get(topic);
    }

    /** The full name of {@code topic}. */
    public String name(Topic topic) {
        return get(topic).name();
    }

    /** The Avro record of each topic whose values are Avro, by full topic name: what a registry is to hold. */
    public Map<String, Class<? extends SpecificRecord>> recordTypes() {
        Map<String, Class<? extends SpecificRecord>> types = new TreeMap<>();
        all().forEach(definition ->
                definition.topic().recordType().ifPresent(type -> types.put(definition.name(), type)));
        return types;
    }
}
