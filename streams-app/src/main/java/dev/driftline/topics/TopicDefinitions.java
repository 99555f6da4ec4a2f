package dev.driftline.topics;

import dev.driftline.config.DriftlineConfig;
import dev.driftline.config.keys.TopicKeys;
import dev.driftline.filter.FilterRules;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.config.TopicConfig;

/** Every topic of a configuration with its partitions and settings: what {@code driftline topics create} makes. Immutable. */
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
     * The topics of {@code config}, if they are made new.
     *
     * @throws dev.driftline.config.InvalidConfigException if the rules of its filter are not valid
     */
    public static TopicDefinitions of(DriftlineConfig config) {
        return of(config, Layout.ofNew(config.get(TopicKeys.SHARDS), config.get(TopicKeys.PARTITIONS)));
    }

    /**
     * The topics of {@code config} in a layout.
     *
     * @throws dev.driftline.config.InvalidConfigException if the rules of its filter are not valid
     */
    public static TopicDefinitions of(DriftlineConfig config, Layout layout) {
        Map<Topic, TopicDefinition> definitions = new EnumMap<>(Topic.class);
        for (Topic topic : Topic.values()) {
            if (layout.has(topic)) {
                definitions.put(topic, define(topic, config));
            }
        }
        return new TopicDefinitions(definitions, routes(define(Topic.DOCUMENTS, config), config));
    }

    /** A topic that a filter routes documents to has the settings of the documents topic, and is for others to read. */
    private static List<TopicDefinition> routes(TopicDefinition documents, DriftlineConfig config) {
        Map<String, String> settings = new TreeMap<>(documents.settings());
        settings.put(TopicConfig.COMPRESSION_TYPE_CONFIG, config.get(TopicKeys.COMPRESSION));
        return FilterFile.rules(config).map(FilterRules::topics).orElse(Set.of()).stream()
                .map(topic -> new TopicDefinition(
                        Topic.DOCUMENTS,
                        TopicNames.of(config).routed(topic),
                        documents.partitions(),
                        documents.replicationFactor(),
                        settings))
                .toList();
    }

    /** The definition of a topic, whatever the layout. */
    static TopicDefinition define(Topic topic, DriftlineConfig config) {
        int partitions = switch (topic.partitioning()) {
            case LIKE_DOCUMENTS -> config.get(TopicKeys.PARTITIONS);
            case SHARDS -> config.get(TopicKeys.SHARDS);
            case ONE -> 1;
        };
        long retention = switch (topic.retention()) {
            case PUBLIC -> config.get(TopicKeys.RETENTION_MS);
            case DEAD_LETTERS -> config.get(TopicKeys.DEAD_LETTER_RETENTION_MS);
            case INTERNAL -> config.get(TopicKeys.INTERNAL_RETENTION_MS);
            case FOREVER -> -1;
        };
        Map<String, String> settings = new TreeMap<>();
        settings.put(
                TopicConfig.CLEANUP_POLICY_CONFIG,
                topic == Topic.SNAPSHOTS || topic == Topic.IDENTITY
                        ? TopicConfig.CLEANUP_POLICY_COMPACT
                        : TopicConfig.CLEANUP_POLICY_DELETE);
        settings.put(TopicConfig.RETENTION_MS_CONFIG, Long.toString(retention));
        settings.put(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, Integer.toString(config.maxRecordBytes()));
        // A record with the timestamp of an old text would be past its retention at once.
        settings.put(TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG, "LogAppendTime");
        if (topic.isForOthersToRead()) {
            // The service compresses with LZ4, which not every client can read: the broker compresses these again.
            settings.put(TopicConfig.COMPRESSION_TYPE_CONFIG, config.get(TopicKeys.COMPRESSION));
        }
        if (topic.retention() == Topic.Retention.INTERNAL) {
            // Retention removes whole segments, and processed records are not needed again.
            settings.put(TopicConfig.SEGMENT_BYTES_CONFIG, INTERNAL_SEGMENT_BYTES);
        }
        if (topic == Topic.SNAPSHOTS) {
            // The active segment is never compacted; 64 MiB hold a handful of snapshots.
            settings.put(TopicConfig.SEGMENT_BYTES_CONFIG, SNAPSHOT_SEGMENT_BYTES);
            settings.put(TopicConfig.DELETE_RETENTION_MS_CONFIG, SNAPSHOT_TOMBSTONES_MS);
            settings.put(TopicConfig.MIN_CLEANABLE_DIRTY_RATIO_CONFIG, "0.1");
        }
        return new TopicDefinition(
                topic,
                TopicNames.of(config).name(topic),
                partitions,
                config.get(TopicKeys.REPLICATION_FACTOR),
                settings);
    }

    /** All of them in the order of {@link Topic}, then those that a filter routes documents to, by name. */
    public List<TopicDefinition> all() {
        return Stream.concat(definitions.values().stream(), routes.stream()).toList();
    }

    /** The definition of {@code topic}, which the layout has. */
    public TopicDefinition get(Topic topic) {
        return Objects.requireNonNull(definitions.get(topic), () -> topic + " is not of this layout");
    }

    /** The Avro record of each topic whose values are Avro, by full topic name: the schemas that a registry must hold. */
    public Map<String, Class<? extends SpecificRecord>> recordTypes() {
        Map<String, Class<? extends SpecificRecord>> types = new TreeMap<>();
        all().forEach(definition ->
                definition.topic().recordType().ifPresent(type -> types.put(definition.name(), type)));
        return types;
    }
}
