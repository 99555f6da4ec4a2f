package dev.driftline.topology;

import dev.driftline.commits.EarlyCommits;
import dev.driftline.counters.Progress;
import dev.driftline.filter.FilterRules;
import dev.driftline.input.Limits;
import dev.driftline.input.RecordDecoder;
import dev.driftline.input.WriterSchemas;
import dev.driftline.network.scoring.NeuralScoring;
import dev.driftline.network.trainer.Training;
import dev.driftline.schemas.Document;
import dev.driftline.schemas.DriftEvent;
import dev.driftline.schemas.Encoding;
import dev.driftline.schemas.Prediction;
import dev.driftline.schemas.PromotionDecision;
import dev.driftline.schemas.SchemaRegistrySerdes;
import dev.driftline.schemas.Score;
import dev.driftline.schemas.TextEvent;
import dev.driftline.shards.LiveShards;
import dev.driftline.shards.ShardKey;
import dev.driftline.sources.OwnedSources;
import dev.driftline.store.WriteBackStoreBuilder;
import dev.driftline.text.Tokenizers;
import dev.driftline.topics.TopicNames;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import java.util.HashMap;
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
 * Documents in, scores and predictions out: up to four sub-topologies that talk through topics of their own.
 *
 * <pre>
 * documents: one task a partition of the inputs
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
 * shards: one task a shard
 *
 *   requests ──► count ──► replies                               (partition = the document's)
 *                  │ ngram-counts
 *
 * sources: one task a partition of the observations, where sources are watched; a source is in one partition, whatever
 * partitions its documents came through
 *
 *   observations ─┬─► watch ──► drift
 *                 │     │ watched-sources
 *                 └─► filter ──► the topics of its rules          (where there are rules)
 *                       │ filter-quantiles
 *
 * training: one task, where there is a network
 *
 *   training ──► train ─┬─► snapshots                            (what gather forwards once it is scored)
 *                  │    └─► promotions
 *           replay-buffer
 * </pre>
 *
 * <p>Every operator and store has a name here, and a changelog topic is {@code APPLICATION-STORE-changelog}; names are
 * part of the compatibility of a running service, so they do not change.
 */
public final class DriftlineTopology implements Supplier<Topology> {

    /** Source of tokenised documents. */
    public static final String DOCUMENTS_SOURCE = "documents-source";

    /** Source of raw text. */
    public static final String TEXT_SOURCE = "text-source";

    /** Source of the shards' replies. */
    public static final String REPLIES_SOURCE = "replies-source";

    /** Decodes and checks documents. */
    public static final String READ_DOCUMENTS = "read-documents";

    /** Decodes, checks and tokenises raw text. */
    public static final String READ_TEXT = "read-text";

    /** Sends documents to the shards. */
    public static final String SCATTER = "scatter";

    /** Puts the replies together. */
    public static final String GATHER = "gather";

    /** Sink of requests to the shards. */
    public static final String REQUESTS_SINK = "requests-sink";

    /** Sink of scores. */
    public static final String SCORES_SINK = "scores-sink";

    /** Sink of predictions. */
    public static final String PREDICTIONS_SINK = "predictions-sink";

    /** Sink of vectors of documents. */
    public static final String ENCODINGS_SINK = "encodings-sink";

    /** Sink of dead letters. */
    public static final String DEAD_LETTERS_SINK = "dead-letters-sink";

    /** Source of requests, of a shard. */
    public static final String REQUESTS_SOURCE = "requests-source";

    /** Answers and learns. */
    public static final String COUNT = "count";

    /** Sink of replies. */
    public static final String REPLIES_SINK = "replies-sink";

    /** Sink of documents to the trainer. */
    public static final String TRAINING_SINK = "training-sink";

    /** Source of documents, of the trainer. */
    public static final String TRAINING_SOURCE = "training-source";

    /** Teaches the network. */
    public static final String TRAIN = "train";

    /** Sink of observations. */
    public static final String OBSERVATIONS_SINK = "observations-sink";

    /** Source of observations, of a partition of the sources. */
    public static final String OBSERVATIONS_SOURCE = "observations-source";

    /** Watches sources for changes. */
    public static final String WATCH = "watch";

    /** Sink of changes. */
    public static final String DRIFT_SINK = "drift-sink";

    /** Store of what is known of watched sources. */
    public static final String WATCHED_STORE = "watched-sources";

    /** Sends documents on by the rules. */
    public static final String FILTER = "filter";

    /** Store of how surprising the documents of each source were, for the percentiles of the filter. */
    public static final String FILTER_STORE = "filter-quantiles";

    /** Store of the documents that wait for replies. */
    public static final String PENDING_STORE = "pending-documents";

    /** Store of caches and mixture weights by source. */
    public static final String SOURCES_STORE = "sources";

    /** Store of the n-gram counts of a shard. */
    public static final String COUNTS_STORE = "ngram-counts";

    private final TopologySettings settings;
    private final SchemaRegistrySerdes serdes;
    private final SchemaRegistryClient registry;
    private final LiveShards shards;
    private final OwnedSources sources;
    private final Progress progress;
    private final Optional<Training> training;
    private final Optional<NeuralScoring> neural;
    private final EarlyCommits commits;

    /** As the other constructor, without a network. */
    public DriftlineTopology(
            TopologySettings settings,
            SchemaRegistrySerdes serdes,
            SchemaRegistryClient registry,
            LiveShards shards,
            Progress progress) {
        this(
                settings,
                serdes,
                registry,
                shards,
                new OwnedSources(),
                progress,
                Optional.empty(),
                Optional.empty(),
                EarlyCommits.off());
    }

    /**
     * @param settings what is built
     * @param serdes make the serializers of scores and predictions
     * @param registry asked for the schemas of inputs; stays the caller's to close, after the streams
     * @param shards told which shards are here
     * @param sources told which partitions of the documents are here
     * @param progress told what is done
     * @param training how the network is taught; empty where there is none
     * @param neural what scores with the network, there if and only if {@code settings} have a network; stays the caller's
     *     to close, after the streams
     * @param commits told how long commits take, and what punctuations send
     */
    public DriftlineTopology(
            TopologySettings settings,
            SchemaRegistrySerdes serdes,
            SchemaRegistryClient registry,
            LiveShards shards,
            OwnedSources sources,
            Progress progress,
            Optional<Training> training,
            Optional<NeuralScoring> neural,
            EarlyCommits commits) {
        if (settings.neural().isPresent() != neural.isPresent()) {
            throw new IllegalArgumentException("the settings and what scores with the network do not agree on one");
        }
        this.settings = settings;
        this.serdes = serdes;
        this.registry = registry;
        this.shards = shards;
        this.sources = sources;
        this.progress = progress;
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

    private Topology get(Topology topology) {
        addDocuments(topology);
        addShards(topology);
        if (settings.observes()) {
            addSources(topology);
        }
        training.ifPresent(wanted -> addTraining(topology, wanted));
        return topology;
    }

    private void addDocuments(Topology topology) {
        TopicNames topics = settings.topics();
        Limits limits = settings.limits();
        source(topology, DOCUMENTS_SOURCE, topics.documents(), new EventTime());
        source(topology, TEXT_SOURCE, topics.text(), new EventTime());
        source(topology, REPLIES_SOURCE, topics.replies(), new InternalFirst());
        topology.addProcessor(
                READ_DOCUMENTS,
                () -> new ReadProcessor(
                        READ_DOCUMENTS,
                        false,
                        () -> new RecordDecoder.OfDocuments(
                                new WriterSchemas(registry, Document.class),
                                limits,
                                settings.filter().isPresent()),
                        limits.recordBytes(),
                        progress),
                DOCUMENTS_SOURCE);
        topology.addProcessor(
                READ_TEXT,
                () -> new ReadProcessor(
                        READ_TEXT,
                        true,
                        () -> new RecordDecoder.OfText(
                                new WriterSchemas(registry, TextEvent.class),
                                limits,
                                Tokenizers.named(settings.tokenizer()),
                                settings.filter().isPresent()),
                        limits.recordBytes(),
                        progress),
                TEXT_SOURCE);
        topology.addProcessor(
                SCATTER, () -> new ScatterProcessor(settings, progress, neural), READ_DOCUMENTS, READ_TEXT);
        topology.addProcessor(
                GATHER,
                () -> new GatherProcessor(settings, progress, training.isPresent(), neural, sources, commits),
                REPLIES_SOURCE);
        topology.addStateStore(store(PENDING_STORE), SCATTER, GATHER);
        topology.addStateStore(store(SOURCES_STORE), SCATTER, GATHER);
        Serializer<byte[]> bytes = new ByteArraySerializer();
        topology.addSink(REQUESTS_SINK, topics.requests(), bytes, bytes, new ShardKey.Partitioner(), SCATTER);
        topology.addSink(SCORES_SINK, topics.scores(), new StringSerializer(), serdes.serializer(Score.class), GATHER);
        topology.addSink(
                PREDICTIONS_SINK,
                topics.predictions(),
                new StringSerializer(),
                serdes.serializer(Prediction.class),
                GATHER);
        if (settings.neural().isPresent() && settings.neural().get().encodings() != null) {
            topology.addSink(
                    ENCODINGS_SINK,
                    topics.encodings(),
                    new StringSerializer(),
                    serdes.serializer(Encoding.class),
                    GATHER);
        }
        if (training.isPresent()) {
            topology.addSink(TRAINING_SINK, topics.training(), bytes, bytes, GATHER);
        }
        if (settings.observes()) {
            topology.addSink(OBSERVATIONS_SINK, topics.observations(), bytes, bytes, GATHER);
        }
        topology.addSink(DEAD_LETTERS_SINK, topics.deadLetters(), bytes, bytes, READ_DOCUMENTS, READ_TEXT);
    }

    private void addShards(Topology topology) {
        TopicNames topics = settings.topics();
        source(topology, REQUESTS_SOURCE, topics.requests(), new EventTime());
        topology.addProcessor(COUNT, () -> new CountProcessor(settings, shards), REQUESTS_SOURCE);
        topology.addStateStore(store(COUNTS_STORE), COUNT);
        Serializer<byte[]> bytes = new ByteArraySerializer();
        topology.addSink(REPLIES_SINK, topics.replies(), bytes, bytes, new ShardKey.Partitioner(), COUNT);
    }

    /** What goes by source. Whatever else is to be decided there reads the same observations in a processor of its own. */
    private void addSources(Topology topology) {
        TopicNames topics = settings.topics();
        source(topology, OBSERVATIONS_SOURCE, topics.observations(), new EventTime());
        settings.drift().ifPresent(drift -> {
            topology.addProcessor(WATCH, () -> new WatchProcessor(settings, drift, progress), OBSERVATIONS_SOURCE);
            topology.addStateStore(store(WATCHED_STORE), WATCH);
            topology.addSink(
                    DRIFT_SINK, topics.drift(), new StringSerializer(), serdes.serializer(DriftEvent.class), WATCH);
        });
        settings.filter().ifPresent(rules -> addFilter(topology, rules));
    }

    private void addFilter(Topology topology, FilterRules rules) {
        topology.addProcessor(
                FILTER, () -> new FilterProcessor(rules, settings.sources(), progress), OBSERVATIONS_SOURCE);
        topology.addStateStore(store(FILTER_STORE), FILTER);
        rules.topics()
                .forEach(topic -> topology.addSink(
                        FilterProcessor.sink(topic),
                        settings.topics().routed(topic),
                        new StringSerializer(),
                        serdes.serializer(Document.class),
                        FILTER));
    }

    private void addTraining(Topology topology, Training training) {
        TopicNames topics = settings.topics();
        source(topology, TRAINING_SOURCE, topics.training(), new EventTime());
        topology.addProcessor(
                TRAIN,
                () -> new TrainerProcessor(training.settings(), training.snapshots(), training.progress()),
                TRAINING_SOURCE);
        topology.addStateStore(store(TrainerProcessor.REPLAY_STORE), TRAIN);
        topology.addSink(
                TrainerProcessor.SNAPSHOTS_SINK,
                topics.snapshots(),
                new StringSerializer(),
                new ByteArraySerializer(),
                TRAIN);
        topology.addSink(
                TrainerProcessor.PROMOTIONS_SINK,
                topics.promotions(),
                new StringSerializer(),
                serdes.serializer(PromotionDecision.class),
                TRAIN);
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
        // Times of inputs mean nothing here, and one far from the others would close a segment.
        changelog.put(TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG, "LogAppendTime");
        // The dirtiest page is written once a commit: small segments let compaction keep up, so that restores stay
        // short.
        changelog.put(TopicConfig.SEGMENT_BYTES_CONFIG, Integer.toString(64 << 20));
        changelog.put(TopicConfig.MIN_CLEANABLE_DIRTY_RATIO_CONFIG, "0.3");
        return new WriteBackStoreBuilder(name, changelog, commits);
    }
}
