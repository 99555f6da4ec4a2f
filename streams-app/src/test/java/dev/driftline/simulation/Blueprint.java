package dev.driftline.simulation;

import dev.driftline.config.DriftlineConfig;
import dev.driftline.identity.ModelIdentity;
import dev.driftline.network.trainer.TrainerSettings;
import dev.driftline.ngram.Forgetting;
import dev.driftline.schemas.Document;
import dev.driftline.schemas.SchemaRegistrySerdes;
import dev.driftline.schemas.Subjects;
import dev.driftline.schemas.TextEvent;
import dev.driftline.topics.Layout;
import dev.driftline.topics.Topic;
import dev.driftline.topics.TopicDefinition;
import dev.driftline.topics.TopicDefinitions;
import dev.driftline.topics.TopicNames;
import dev.driftline.topology.TopologySettings;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serializer;

/** What simulations of one configuration have in common and is dear to make. For one thread. */
final class Blueprint {

    final DriftlineConfig config;
    final TopologySettings settings;
    final TopicNames topics;
    final ModelIdentity model;
    final SchemaRegistrySerdes serdes;
    final SchemaRegistryClient registry;
    final Serializer<Document> documents;
    final Serializer<TextEvent> texts;
    /** Number of partitions, by topic. */
    final Map<String, Integer> partitions = new HashMap<>();
    /** Where the filter sends documents. */
    final List<String> routed;
    /** How the network learns; empty where nobody trains one. */
    final Optional<TrainerSettings> trainer;

    private final Map<Class<?>, Deserializer<?>> deserializers = new HashMap<>();
    private Optional<Map<Integer, List<String>>> parts = Optional.empty();

    /** As {@code config} says; a model of several shards, or one that was begun when every model was laid out like that. */
    Blueprint(DriftlineConfig config) {
        this(config, Layout.SHARDS);
    }

    Blueprint(DriftlineConfig config, Layout layout) {
        this(config, layout, Optional.empty(), Optional.empty());
    }

    /** @param forgetting in place of what {@code config} says */
    Blueprint(
            DriftlineConfig config, Layout layout, Optional<TrainerSettings> trainer, Optional<Forgetting> forgetting) {
        this.trainer = trainer;
        this.config = config;
        TopologySettings configured = TopologySettings.of(config, layout);
        settings = forgetting.map(how -> forgetting(configured, how)).orElse(configured);
        topics = settings.topics();
        model = ModelIdentity.of(config, settings.model());
        serdes = new SchemaRegistrySerdes(Map.of(SchemaRegistrySerdes.URL, "mock://simulated-" + UUID.randomUUID()));
        registry = serdes.client();
        TopicDefinitions definitions = TopicDefinitions.of(config, layout);
        Map<String, Class<? extends SpecificRecord>> types = new TreeMap<>(definitions.recordTypes());
        new Subjects(registry).register(types);
        for (TopicDefinition definition : definitions.all()) {
            partitions.put(definition.name(), definition.partitions());
        }
        documents = serdes.serializer(Document.class);
        texts = serdes.serializer(TextEvent.class);
        routed = settings.filter().stream()
                .flatMap(rules -> rules.topics().stream())
                .map(topics::routed)
                .toList();
    }

    private static TopologySettings forgetting(TopologySettings of, Forgetting how) {
        return new TopologySettings(
                of.topics(),
                of.layout(),
                of.model().forgetting(how),
                of.shards(),
                of.limits(),
                of.tokenizer(),
                of.predictions(),
                of.surprisals(),
                of.expertSurprisals(),
                of.cacheBytes(),
                of.wordBytes(),
                of.neural(),
                of.drift(),
                of.sources(),
                of.filter());
    }

    /** The nodes of each sub-topology, which are the same in all instances. */
    Map<Integer, List<String>> parts(RecordedTopology topology) {
        if (parts.isEmpty()) {
            parts = Optional.of(topology.parts());
        }
        return parts.get();
    }

    /** A record of a topic. */
    @SuppressWarnings("unchecked")
    <T extends SpecificRecord> T read(Class<T> type, String topic, SimulatedLog.Entry entry) {
        Deserializer<T> deserializer =
                (Deserializer<T>) deserializers.computeIfAbsent(type, added -> serdes.deserializer((Class<T>) added));
        return deserializer.deserialize(topic, entry.headers(), entry.value());
    }

    String name(Topic topic) {
        return topics.name(topic);
    }
}
