package dev.driftline.topology;

import dev.driftline.commits.CommittingProcessors;
import dev.driftline.commits.EarlyCommits;
import dev.driftline.config.DriftlineConfig;
import dev.driftline.counters.ServiceCounters;
import dev.driftline.drift.DriftSettings;
import dev.driftline.failures.RecordTries;
import dev.driftline.filter.FilterRules;
import dev.driftline.input.Limits;
import dev.driftline.network.scoring.NeuralScoring;
import dev.driftline.network.scoring.NeuralScoringSettings;
import dev.driftline.network.snapshots.ActiveSnapshot;
import dev.driftline.network.trainer.Training;
import dev.driftline.schemas.Document;
import dev.driftline.schemas.DriftEvent;
import dev.driftline.schemas.Encoding;
import dev.driftline.schemas.Prediction;
import dev.driftline.schemas.PromotionDecision;
import dev.driftline.schemas.Retraction;
import dev.driftline.schemas.SchemaRegistrySerdes;
import dev.driftline.schemas.Score;
import dev.driftline.schemas.Subjects;
import dev.driftline.schemas.TextEvent;
import dev.driftline.scoring.ModelSettings;
import dev.driftline.shards.LiveShards;
import dev.driftline.source.SourceLimits;
import dev.driftline.sources.OwnedSources;
import dev.driftline.store.SharedRocksDbMemory;
import dev.driftline.topics.Layout;
import dev.driftline.topics.Topic;
import dev.driftline.topics.TopicNames;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.confluent.kafka.schemaregistry.testutil.MockSchemaRegistry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.UUID;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyConfig;
import org.apache.kafka.streams.TopologyDescription;
import org.apache.kafka.streams.TopologyTestDriver;

/** The topology with one shard and one partition in a {@link TopologyTestDriver}, which commits after every record. */
public final class TopologyFixture implements AutoCloseable {

    public static final Limits LIMITS = new Limits(100_000, 5_000, 64, 1 << 20);
    static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

    final String scope = "topology-" + UUID.randomUUID();
    public final TopicNames topics = new TopicNames("driftline.");
    final SchemaRegistrySerdes serdes = new SchemaRegistrySerdes(Map.of(SchemaRegistrySerdes.URL, "mock://" + scope));
    public final SchemaRegistryClient registry = serdes.client();
    final LiveShards shards = new LiveShards();
    final OwnedSources owned = new OwnedSources();
    final ServiceCounters counters = new ServiceCounters();
    final TopologySettings settings;
    final TopologyTestDriver driver;
    final TopologyDescription description;
    public final TestInputTopic<byte[], byte[]> documents;
    final TestInputTopic<byte[], byte[]> text;
    public final TestOutputTopic<String, Score> scores;
    final TestOutputTopic<String, Prediction> predictions;
    public final TestOutputTopic<byte[], byte[]> deadLetters;
    final TestOutputTopic<String, Retraction> retractions;
    final TestOutputTopic<String, Encoding> encodings;
    final TestOutputTopic<String, DriftEvent> drift;
    final ActiveSnapshot active = new ActiveSnapshot();
    /** Not started; null without a network. */
    final NeuralScoring neural;

    private final Serializer<Document> documentSerializer = serdes.serializer(Document.class);
    private final Serializer<TextEvent> textSerializer = serdes.serializer(TextEvent.class);

    TopologyFixture(Path stateDir, ModelSettings model, Limits limits) {
        this(stateDir, model, limits, Optional.empty());
    }

    TopologyFixture(Layout layout, Path stateDir, ModelSettings model, Limits limits) {
        this(
                layout,
                stateDir,
                model,
                limits,
                Optional.empty(),
                Optional.empty(),
                TopologySettings.sourceLimits(DriftlineConfig.defaults()),
                Optional.empty(),
                new RecordTries(),
                Optional.empty(),
                Map.of(StreamsConfig.PROCESSOR_WRAPPER_CLASS_CONFIG, CommittingProcessors.class));
    }

    TopologyFixture(Path stateDir, ModelSettings model, Limits limits, Optional<NeuralScoringSettings> neuralSettings) {
        this(
                stateDir,
                model,
                limits,
                neuralSettings,
                Optional.empty(),
                TopologySettings.sourceLimits(DriftlineConfig.defaults()));
    }

    TopologyFixture(
            Path stateDir,
            ModelSettings model,
            Limits limits,
            Optional<NeuralScoringSettings> neuralSettings,
            Optional<DriftSettings> driftSettings,
            SourceLimits sources) {
        this(stateDir, model, limits, neuralSettings, driftSettings, sources, Optional.empty());
    }

    TopologyFixture(
            Path stateDir,
            ModelSettings model,
            Limits limits,
            Optional<NeuralScoringSettings> neuralSettings,
            Optional<DriftSettings> driftSettings,
            SourceLimits sources,
            Optional<FilterRules> filter) {
        this(stateDir, model, limits, neuralSettings, driftSettings, sources, filter, new RecordTries());
    }

    TopologyFixture(
            Path stateDir,
            ModelSettings model,
            Limits limits,
            Optional<NeuralScoringSettings> neuralSettings,
            Optional<DriftSettings> driftSettings,
            SourceLimits sources,
            Optional<FilterRules> filter,
            RecordTries tries) {
        this(
                stateDir,
                model,
                limits,
                neuralSettings,
                driftSettings,
                sources,
                filter,
                tries,
                Optional.empty(),
                Map.of(StreamsConfig.PROCESSOR_WRAPPER_CLASS_CONFIG, CommittingProcessors.class));
    }

    /** @param streams further settings of Kafka Streams, the wrapper of the processors among them */
    TopologyFixture(
            Path stateDir,
            ModelSettings model,
            Limits limits,
            Optional<NeuralScoringSettings> neuralSettings,
            Optional<DriftSettings> driftSettings,
            SourceLimits sources,
            Optional<FilterRules> filter,
            RecordTries tries,
            Optional<Training> training,
            Map<String, ?> streams) {
        this(
                Layout.SHARDS,
                stateDir,
                model,
                limits,
                neuralSettings,
                driftSettings,
                sources,
                filter,
                tries,
                training,
                streams);
    }

    TopologyFixture(
            Layout layout,
            Path stateDir,
            ModelSettings model,
            Limits limits,
            Optional<NeuralScoringSettings> neuralSettings,
            Optional<DriftSettings> driftSettings,
            SourceLimits sources,
            Optional<FilterRules> filter,
            RecordTries tries,
            Optional<Training> training,
            Map<String, ?> streams) {
        filter.ifPresent(rules -> rules.topics()
                .forEach(topic -> new Subjects(registry).register(Map.of(topics.routed(topic), Document.class))));
        new Subjects(registry)
                .register(Map.of(
                        topics.name(Topic.DOCUMENTS), Document.class,
                        topics.name(Topic.TEXT), TextEvent.class,
                        topics.name(Topic.SCORES), Score.class,
                        topics.name(Topic.PREDICTIONS), Prediction.class,
                        topics.name(Topic.ENCODINGS), Encoding.class,
                        topics.name(Topic.PROMOTIONS), PromotionDecision.class,
                        topics.name(Topic.DRIFT), DriftEvent.class,
                        topics.name(Topic.RETRACTIONS), Retraction.class));
        settings = new TopologySettings(
                topics,
                layout,
                model,
                1,
                limits,
                "words",
                3,
                false,
                false,
                32 << 20,
                16 << 20,
                neuralSettings,
                driftSettings,
                sources,
                filter);
        neural = neuralSettings
                .map(scoring -> new NeuralScoring(scoring, true, model.vocabulary(), active, counters))
                .orElse(null);
        Properties properties = new Properties();
        properties.put(StreamsConfig.APPLICATION_ID_CONFIG, scope);
        properties.put(StreamsConfig.STATE_DIR_CONFIG, stateDir.toString());
        properties.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        properties.put(StreamsConfig.ENSURE_EXPLICIT_INTERNAL_RESOURCE_NAMING_CONFIG, true);
        properties.put(StreamsConfig.ROCKSDB_CONFIG_SETTER_CLASS_CONFIG, SharedRocksDbMemory.class);
        EarlyCommits commits = EarlyCommits.off();
        properties.putAll(streams);
        properties.put(EarlyCommits.CONFIG, commits);
        properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "none:1");
        Topology topology = new DriftlineTopology(
                        settings,
                        serdes,
                        registry,
                        shards,
                        owned,
                        counters,
                        training,
                        Optional.ofNullable(neural),
                        commits,
                        tries)
                .get(new TopologyConfig(new StreamsConfig(properties)));
        description = topology.describe();
        driver = new TopologyTestDriver(topology, properties, NOON);
        documents = driver.createInputTopic(
                topics.name(Topic.DOCUMENTS), new ByteArraySerializer(), new ByteArraySerializer());
        text = driver.createInputTopic(topics.name(Topic.TEXT), new ByteArraySerializer(), new ByteArraySerializer());
        scores = driver.createOutputTopic(
                topics.name(Topic.SCORES), new StringDeserializer(), serdes.deserializer(Score.class));
        predictions = driver.createOutputTopic(
                topics.name(Topic.PREDICTIONS), new StringDeserializer(), serdes.deserializer(Prediction.class));
        encodings = driver.createOutputTopic(
                topics.name(Topic.ENCODINGS), new StringDeserializer(), serdes.deserializer(Encoding.class));
        drift = driver.createOutputTopic(
                topics.name(Topic.DRIFT), new StringDeserializer(), serdes.deserializer(DriftEvent.class));
        retractions = driver.createOutputTopic(
                topics.name(Topic.RETRACTIONS), new StringDeserializer(), serdes.deserializer(Retraction.class));
        deadLetters = driver.createOutputTopic(
                topics.name(Topic.DEAD_LETTERS), new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    /** A document of one sentence a string, tokens separated by spaces. */
    static Document document(String id, String source, String... sentences) {
        return Document.newBuilder()
                .setId(id)
                .setSource(source)
                .setPublishedAt(NOON)
                .setSentences(Arrays.stream(sentences)
                        .map(sentence -> List.of(sentence.split(" ")))
                        .toList())
                .build();
    }

    public byte[] bytes(Document document) {
        return documentSerializer.serialize(topics.name(Topic.DOCUMENTS), document);
    }

    public byte[] bytes(TextEvent event) {
        return textSerializer.serialize(topics.name(Topic.TEXT), event);
    }

    void pipe(Document document) {
        documents.pipeInput(document.getId().getBytes(StandardCharsets.UTF_8), bytes(document));
    }

    /** A record that somebody else has written. */
    void pipe(Topic topic, byte[] value) {
        driver.createInputTopic(topics.name(topic), new ByteArraySerializer(), new ByteArraySerializer())
                .pipeInput(new byte[] {1}, value);
    }

    Score score(Document document) {
        pipe(document);
        return scores.readValue();
    }

    @Override
    public void close() {
        driver.close();
        if (neural != null) {
            neural.close();
        }
        MockSchemaRegistry.dropScope(scope);
    }
}
