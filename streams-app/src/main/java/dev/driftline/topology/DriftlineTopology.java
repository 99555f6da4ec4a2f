package dev.driftline.topology;

import dev.driftline.commits.EarlyCommits;
import dev.driftline.counters.ServiceCounters;
import dev.driftline.failures.RecordTries;
import dev.driftline.filter.FilterRules;
import dev.driftline.input.Limits;
import dev.driftline.input.RecordDecoder;
import dev.driftline.input.WriterSchemas;
import dev.driftline.network.scoring.NeuralScoring;
import dev.driftline.network.trainer.Training;
import dev.driftline.output.EncodingOutput;
import dev.driftline.output.ObservationOutput;
import dev.driftline.output.PredictionOutput;
import dev.driftline.output.ScoreOutput;
import dev.driftline.output.TrainingOutput;
import dev.driftline.pending.PendingDocuments;
import dev.driftline.retraction.RetractionOutput;
import dev.driftline.schemas.Document;
import dev.driftline.schemas.DriftEvent;
import dev.driftline.schemas.Encoding;
import dev.driftline.schemas.Prediction;
import dev.driftline.schemas.PromotionDecision;
import dev.driftline.schemas.Retraction;
import dev.driftline.schemas.SchemaRegistrySerdes;
import dev.driftline.schemas.Score;
import dev.driftline.schemas.TextEvent;
import dev.driftline.shards.LiveShards;
import dev.driftline.shards.ShardCounts;
import dev.driftline.shards.ShardKey;
import dev.driftline.sources.FilterSources;
import dev.driftline.sources.OwnedSources;
import dev.driftline.sources.SourceModels;
import dev.driftline.sources.WatchedSources;
import dev.driftline.store.WriteBackStoreBuilder;
import dev.driftline.text.Tokenizers;
import dev.driftline.topics.Topic;
import dev.driftline.topics.TopicNames;
import dev.driftline.topology.time.EventTime;
import dev.driftline.topology.time.InternalFirst;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.AutoOffsetReset;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyConfig;
import org.apache.kafka.streams.processor.TimestampExtractor;

/**
 * Documents in, scores and predictions out: sub-topologies that talk through topics of their own, by the {@link
 * dev.driftline.topics.Layout}.
 *
 * <pre>
 * SHARDS, documents: one task a partition of the inputs
 *
 *   documents ─► read-documents ─┬─► scatter ──► requests         (partition = shard)
 *   text ──────► read-text ──────┤      │
 *                                │   pending-documents, sources
 *                                │      │
 *   replies ─────────────────────│──► gather ─┬─► scores
 *                                │            ├─► predictions
 *                                │            └─► observations  (key = source)
 *                                └─► dead letters
 *
 * SHARDS, shards: one task a shard
 *
 *   requests ──► count ──► replies                               (partition = the document's)
 *                  │ ngram-counts
 *
 * ONE_TASK: one task
 *
 *   documents ─► read-documents ─┬─► score ──► scores, predictions, observations
 *   text ──────► read-text ──────┘     │
 *                                   ngram-counts, pending-documents, sources
 *
 * ONE_SHARD, readers: one task a partition of the inputs
 *
 *   documents ─► read-documents ─┬─► send ──► ngram-documents
 *   text ──────► read-text ──────┘
 *
 * ONE_SHARD, shard: one task
 *
 *   ngram-documents ──► receive ──► score ──► scores, predictions, observations
 *                                     │
 *                                   ngram-counts, pending-documents, sources
 *
 * In each layout:
 *
 * sources: one task a partition of the observations; a source is in one partition, whatever partitions its documents came
 * through
 *
 *   observations ─┬─► watch ──► drift
 *                 │     │ watched-sources
 *                 └─► filter ──► the topics of its rules
 *                       │ filter-quantiles
 *
 * training: one task
 *
 *   training ──► train ─┬─► snapshots                            (what gather forwards once it is scored)
 *                  │    └─► promotions
 *           replay-buffer
 * </pre>
 *
 * <p>Every operator and store has a name here, and a changelog topic is {@code APPLICATION-STORE-changelog}; names are
 * part of the compatibility of a running service, so they do not change. Stores are the same in each layout, and sub-topologies
 * are the same whatever is switched on: where nobody watches, filters or trains, a {@link SwitchedOff} stands for the processor.
 */
public final class DriftlineTopology implements Supplier<Topology> {

    /** Source of observations, of a partition of the sources. */
    public static final String OBSERVATIONS_SOURCE = "observations-source";

    private static final Duration DELETIONS_KEPT = Duration.ofDays(7);

    /** The stores of the one shard in which records are taken in; the first numbers the tickets. */
    private static final List<String> SCORED_IN = List.of(PendingDocuments.STORE, ShardCounts.STORE);

    private final TopologySettings settings;
    private final SchemaRegistrySerdes serdes;
    private final SchemaRegistryClient registry;
    private final LiveShards shards;
    private final OwnedSources sources;
    private final ServiceCounters counters;
    private final Optional<Training> training;
    private final Optional<NeuralScoring> neural;
    private final EarlyCommits commits;
    private final RecordTries tries;

    /** As the other constructor, without a network. */
    public DriftlineTopology(
            TopologySettings settings,
            SchemaRegistrySerdes serdes,
            SchemaRegistryClient registry,
            LiveShards shards,
            ServiceCounters counters) {
        this(
                settings,
                serdes,
                registry,
                shards,
                new OwnedSources(),
                counters,
                Optional.empty(),
                Optional.empty(),
                EarlyCommits.off(),
                new RecordTries());
    }

    /**
     * @param settings what is built
     * @param serdes make the serializers of scores and predictions
     * @param registry asked for the schemas of inputs; stays the caller's to close, after the streams
     * @param shards receives the shards that are on this instance
     * @param sources receives the partitions of the documents that are on this instance
     * @param counters counts what is done
     * @param training how the network is trained; empty where there is none
     * @param neural what scores with the network, there if and only if {@code settings} have a network; stays the caller's
     *     to close, after the streams
     * @param commits told how long commits take, and what punctuations send
     * @param tries which records have failed before
     */
    public DriftlineTopology(
            TopologySettings settings,
            SchemaRegistrySerdes serdes,
            SchemaRegistryClient registry,
            LiveShards shards,
            OwnedSources sources,
            ServiceCounters counters,
            Optional<Training> training,
            Optional<NeuralScoring> neural,
            EarlyCommits commits,
            RecordTries tries) {
        this.tries = tries;
        if (settings.neural().isPresent() != neural.isPresent()) {
            throw new IllegalArgumentException(
                    "the settings and the scoring threads must both have a network, or neither");
        }
        this.settings = settings;
        this.serdes = serdes;
        this.registry = registry;
        this.shards = shards;
        this.sources = sources;
        this.counters = counters;
        this.training = training;
        this.neural = neural;
        this.commits = commits;
    }

    /** A new topology, the processors of which are wrapped by nothing. */
    @Override
    public Topology get() {
        return get(new Topology());
    }

    /** A new topology, the processors of which are wrapped as {@code config} says. */
    public Topology get(TopologyConfig config) {
        return get(new Topology(config));
    }

    /** Adds everything to {@code topology}. */
    public Topology get(Topology topology) {
        switch (settings.layout()) {
            case ONE_TASK -> addOneTask(topology);
            case ONE_SHARD -> {
                addReaders(topology);
                addShard(topology);
            }
            case SHARDS -> {
                addDocuments(topology);
                addShards(topology);
            }
        }
        addSources(topology);
        addTraining(topology);
        return topology;
    }

    /** Readers, scatter and gather of several shards. */
    private void addDocuments(Topology topology) {
        TopicNames topics = settings.topics();
        addInputs(topology, List.of(PendingDocuments.STORE), ScatterProcessor.NAME);
        source(topology, GatherProcessor.REPLIES_SOURCE, topics.name(Topic.NGRAM_REPLIES), new InternalFirst());
        topology.addProcessor(
                ScatterProcessor.NAME,
                () -> new ScatterProcessor(settings, counters, neural, tries),
                ReadProcessor.READ_DOCUMENTS,
                ReadProcessor.READ_TEXT);
        topology.addProcessor(
                GatherProcessor.NAME,
                () -> new GatherProcessor(settings, counters, training.isPresent(), neural, sources, commits, tries),
                GatherProcessor.REPLIES_SOURCE);
        topology.addProcessor(
                StrandedProcessor.NAME,
                () -> new StrandedProcessor(settings, counters, serdes.serializer(Document.class)),
                GatherProcessor.NAME);
        topology.addStateStore(
                store(PendingDocuments.STORE),
                ReadProcessor.READ_DOCUMENTS,
                ReadProcessor.READ_TEXT,
                ScatterProcessor.NAME,
                GatherProcessor.NAME,
                StrandedProcessor.NAME);
        topology.addStateStore(
                store(SourceModels.STORE), ScatterProcessor.NAME, GatherProcessor.NAME, StrandedProcessor.NAME);
        Serializer<byte[]> bytes = new ByteArraySerializer();
        topology.addSink(
                ScatterProcessor.REQUESTS_SINK,
                topics.name(Topic.NGRAM_REQUESTS),
                bytes,
                bytes,
                new ShardKey.Partitioner(),
                ScatterProcessor.NAME,
                GatherProcessor.NAME);
        addOutputs(topology, GatherProcessor.NAME);
        addRetractions(topology, ScatterProcessor.NAME, GatherProcessor.NAME);
        addDeadLetters(
                topology,
                ReadProcessor.DEAD_LETTERS_SINK,
                ReadProcessor.READ_DOCUMENTS,
                ReadProcessor.READ_TEXT,
                ScatterProcessor.NAME,
                GatherProcessor.NAME,
                StrandedProcessor.NAME);
    }

    /** Everything that a document passes until it is scored, in one task. */
    private void addOneTask(Topology topology) {
        addInputs(topology, SCORED_IN, ScoreProcessor.NAME);
        addScore(topology, ReadProcessor.READ_DOCUMENTS, ReadProcessor.READ_TEXT);
        addDeadLetters(
                topology,
                ReadProcessor.DEAD_LETTERS_SINK,
                ReadProcessor.READ_DOCUMENTS,
                ReadProcessor.READ_TEXT,
                ScoreProcessor.NAME);
    }

    /** Readers of the partitions of the inputs, which send whole documents to the one shard. */
    private void addReaders(Topology topology) {
        addInputs(topology, List.of(), SendProcessor.NAME);
        topology.addProcessor(
                SendProcessor.NAME,
                () -> new SendProcessor(settings),
                ReadProcessor.READ_DOCUMENTS,
                ReadProcessor.READ_TEXT);
        Serializer<byte[]> bytes = new ByteArraySerializer();
        topology.addSink(
                SendProcessor.DOCUMENTS_SINK,
                settings.topics().name(Topic.NGRAM_DOCUMENTS),
                bytes,
                bytes,
                SendProcessor.NAME);
        addDeadLetters(
                topology, ReadProcessor.DEAD_LETTERS_SINK, ReadProcessor.READ_DOCUMENTS, ReadProcessor.READ_TEXT);
    }

    /** The one shard behind the readers, with everything that a document passes until it is scored. */
    private void addShard(Topology topology) {
        source(
                topology,
                ReceiveProcessor.DOCUMENTS_SOURCE,
                settings.topics().name(Topic.NGRAM_DOCUMENTS),
                new EventTime());
        topology.addProcessor(
                ReceiveProcessor.NAME,
                () -> new ReceiveProcessor(settings, SCORED_IN, counters, tries),
                ReceiveProcessor.DOCUMENTS_SOURCE);
        addScore(topology, ReceiveProcessor.NAME);
        addDeadLetters(topology, ScoreProcessor.DEAD_LETTERS_SINK, ReceiveProcessor.NAME, ScoreProcessor.NAME);
    }

    /** Scatter, count and gather in one, with their stores. */
    private void addScore(Topology topology, String... parents) {
        topology.addProcessor(
                ScoreProcessor.NAME,
                () -> new ScoreProcessor(
                        settings, counters, training.isPresent(), neural, shards, sources, commits, tries),
                parents);
        for (String name : SCORED_IN) {
            topology.addStateStore(store(name), parents);
            topology.connectProcessorAndStateStores(ScoreProcessor.NAME, name);
        }
        topology.addStateStore(store(SourceModels.STORE), ScoreProcessor.NAME);
        addOutputs(topology, ScoreProcessor.NAME);
        addRetractions(topology, ScoreProcessor.NAME);
    }

    /** @param stores in which the task of the inputs takes records in */
    private void addInputs(Topology topology, List<String> stores, String next) {
        TopicNames topics = settings.topics();
        Limits limits = settings.limits();
        source(topology, ReadProcessor.DOCUMENTS_SOURCE, topics.name(Topic.DOCUMENTS), new EventTime());
        source(topology, ReadProcessor.TEXT_SOURCE, topics.name(Topic.TEXT), new EventTime());
        topology.addProcessor(
                ReadProcessor.READ_DOCUMENTS,
                () -> new ReadProcessor(
                        ReadProcessor.READ_DOCUMENTS,
                        false,
                        () -> new RecordDecoder.OfDocuments(
                                new WriterSchemas(registry, topics.name(Topic.DOCUMENTS), Document.class),
                                limits,
                                settings.filter().isPresent()),
                        limits.recordBytes(),
                        counters,
                        stores,
                        next),
                ReadProcessor.DOCUMENTS_SOURCE);
        topology.addProcessor(
                ReadProcessor.READ_TEXT,
                () -> new ReadProcessor(
                        ReadProcessor.READ_TEXT,
                        true,
                        () -> new RecordDecoder.OfText(
                                new WriterSchemas(registry, topics.name(Topic.TEXT), TextEvent.class),
                                limits,
                                Tokenizers.named(settings.tokenizer()),
                                settings.filter().isPresent()),
                        limits.recordBytes(),
                        counters,
                        stores,
                        next),
                ReadProcessor.TEXT_SOURCE);
    }

    /** The sinks of what goes out of scored documents. */
    private void addOutputs(Topology topology, String from) {
        TopicNames topics = settings.topics();
        Serializer<byte[]> bytes = new ByteArraySerializer();
        topology.addSink(
                ScoreOutput.SINK,
                topics.name(Topic.SCORES),
                new StringSerializer(),
                serdes.serializer(Score.class),
                from);
        topology.addSink(
                PredictionOutput.SINK,
                topics.name(Topic.PREDICTIONS),
                new StringSerializer(),
                serdes.serializer(Prediction.class),
                from);
        if (settings.neural().isPresent() && settings.neural().get().encodings() != null) {
            topology.addSink(
                    EncodingOutput.SINK,
                    topics.name(Topic.ENCODINGS),
                    new StringSerializer(),
                    serdes.serializer(Encoding.class),
                    from);
        }
        if (training.isPresent()) {
            topology.addSink(TrainingOutput.SINK, topics.name(Topic.TRAINING), bytes, bytes, from);
        }
        if (settings.observes()) {
            topology.addSink(ObservationOutput.SINK, topics.name(Topic.OBSERVATIONS), bytes, bytes, from);
        }
    }

    private void addRetractions(Topology topology, String... from) {
        topology.addSink(
                RetractionOutput.SINK,
                settings.topics().name(Topic.RETRACTIONS),
                new StringSerializer(),
                serdes.serializer(Retraction.class),
                from);
    }

    /** A sink of their own for each sub-topology: one that two of them share would make them one. */
    private void addDeadLetters(Topology topology, String sink, String... processors) {
        topology.addSink(
                sink,
                settings.topics().name(Topic.DEAD_LETTERS),
                new ByteArraySerializer(),
                new ByteArraySerializer(),
                processors);
    }

    private void addDeadLettersOf(Topology topology, String processor) {
        addDeadLetters(topology, InternalRecords.deadLettersSink(processor), processor);
    }

    private void addShards(Topology topology) {
        TopicNames topics = settings.topics();
        source(topology, CountProcessor.REQUESTS_SOURCE, topics.name(Topic.NGRAM_REQUESTS), new EventTime());
        topology.addProcessor(
                CountProcessor.NAME,
                () -> new CountProcessor(settings, shards, counters, tries),
                CountProcessor.REQUESTS_SOURCE);
        topology.addStateStore(store(ShardCounts.STORE), CountProcessor.NAME);
        addDeadLettersOf(topology, CountProcessor.NAME);
        Serializer<byte[]> bytes = new ByteArraySerializer();
        topology.addSink(
                CountProcessor.REPLIES_SINK,
                topics.name(Topic.NGRAM_REPLIES),
                bytes,
                bytes,
                new ShardKey.Partitioner(),
                CountProcessor.NAME);
        topology.addSink(
                CountProcessor.WORDS_SINK,
                topics.name(Topic.NGRAM_REQUESTS),
                bytes,
                bytes,
                new ShardKey.Partitioner(),
                CountProcessor.NAME);
    }

    /** What goes by source. Whatever else is to be decided there reads the same observations in a processor of its own. */
    private void addSources(Topology topology) {
        TopicNames topics = settings.topics();
        source(topology, OBSERVATIONS_SOURCE, topics.name(Topic.OBSERVATIONS), new EventTime());
        settings.drift()
                .ifPresentOrElse(
                        drift -> {
                            topology.addProcessor(
                                    WatchProcessor.NAME,
                                    () -> new WatchProcessor(settings, drift, counters, tries),
                                    OBSERVATIONS_SOURCE);
                            topology.addStateStore(store(WatchedSources.STORE), WatchProcessor.NAME);
                            addDeadLettersOf(topology, WatchProcessor.NAME);
                            topology.addSink(
                                    WatchProcessor.DRIFT_SINK,
                                    topics.name(Topic.DRIFT),
                                    new StringSerializer(),
                                    serdes.serializer(DriftEvent.class),
                                    WatchProcessor.NAME);
                        },
                        () -> addSwitchedOff(topology, WatchProcessor.NAME, OBSERVATIONS_SOURCE, WatchedSources.STORE));
        settings.filter()
                .ifPresentOrElse(
                        rules -> addFilter(topology, rules),
                        () -> addSwitchedOff(topology, FilterProcessor.NAME, OBSERVATIONS_SOURCE, FilterSources.STORE));
    }

    private void addSwitchedOff(Topology topology, String processor, String source, String store) {
        String name = SwitchedOff.name(processor);
        topology.addProcessor(name, SwitchedOff::new, source);
        topology.addStateStore(store(store), name);
    }

    private void addFilter(Topology topology, FilterRules rules) {
        topology.addProcessor(
                FilterProcessor.NAME,
                () -> new FilterProcessor(
                        rules, settings.sources(), settings.limits().recordBytes(), counters, tries),
                OBSERVATIONS_SOURCE);
        topology.addStateStore(store(FilterSources.STORE), FilterProcessor.NAME);
        addDeadLettersOf(topology, FilterProcessor.NAME);
        rules.topics()
                .forEach(topic -> topology.addSink(
                        FilterProcessor.sink(topic),
                        settings.topics().routed(topic),
                        new StringSerializer(),
                        serdes.serializer(Document.class),
                        FilterProcessor.NAME));
    }

    private void addTraining(Topology topology) {
        source(topology, TrainerProcessor.TRAINING_SOURCE, settings.topics().name(Topic.TRAINING), new EventTime());
        training.ifPresentOrElse(
                wanted -> addTrainer(topology, wanted),
                () -> addSwitchedOff(
                        topology,
                        TrainerProcessor.NAME,
                        TrainerProcessor.TRAINING_SOURCE,
                        TrainerProcessor.REPLAY_STORE));
    }

    private void addTrainer(Topology topology, Training training) {
        TopicNames topics = settings.topics();
        topology.addProcessor(
                TrainerProcessor.NAME,
                () -> new TrainerProcessor(training, settings.limits().recordBytes(), counters, tries),
                TrainerProcessor.TRAINING_SOURCE);
        topology.addStateStore(store(TrainerProcessor.REPLAY_STORE), TrainerProcessor.NAME);
        addDeadLettersOf(topology, TrainerProcessor.NAME);
        topology.addSink(
                TrainerProcessor.SNAPSHOTS_SINK,
                topics.name(Topic.SNAPSHOTS),
                new StringSerializer(),
                new ByteArraySerializer(),
                TrainerProcessor.NAME);
        topology.addSink(
                TrainerProcessor.PROMOTIONS_SINK,
                topics.name(Topic.PROMOTIONS),
                new StringSerializer(),
                serdes.serializer(PromotionDecision.class),
                TrainerProcessor.NAME);
    }

    private static void source(Topology topology, String name, String topic, TimestampExtractor time) {
        Deserializer<byte[]> bytes = new ByteArrayDeserializer();
        topology.addSource(AutoOffsetReset.earliest(), name, time, bytes, bytes, topic);
    }

    private WriteBackStoreBuilder store(String name) {
        Map<String, String> changelog = new HashMap<>();
        changelog.put(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_COMPACT);
        changelog.put(
                TopicConfig.MAX_MESSAGE_BYTES_CONFIG,
                Integer.toString(settings.limits().recordBytes()));
        // Timestamps of inputs mean nothing here, and an extreme one would roll a segment.
        changelog.put(TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG, "LogAppendTime");
        // A hot page is written at every commit: small segments let compaction keep up, so that restores stay short.
        changelog.put(TopicConfig.SEGMENT_BYTES_CONFIG, Integer.toString(64 << 20));
        changelog.put(TopicConfig.MIN_CLEANABLE_DIRTY_RATIO_CONFIG, "0.3");
        // A local store that an instance left for less than this misses no deletion when it comes back.
        changelog.put(TopicConfig.DELETE_RETENTION_MS_CONFIG, Long.toString(DELETIONS_KEPT.toMillis()));
        return new WriteBackStoreBuilder(name, changelog, commits, counters.heap());
    }
}
