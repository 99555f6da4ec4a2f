package dev.driftline.service;

import dev.driftline.background.Background;
import dev.driftline.commits.EarlyCommits;
import dev.driftline.commits.TimedClients;
import dev.driftline.config.DriftlineConfig;
import dev.driftline.config.HeapBounds;
import dev.driftline.config.InvalidConfigException;
import dev.driftline.config.MisconfiguredException;
import dev.driftline.config.keys.InputKeys;
import dev.driftline.config.keys.MemoryKeys;
import dev.driftline.config.keys.ProcessingGuarantee;
import dev.driftline.config.keys.ServiceKeys;
import dev.driftline.config.keys.TopicKeys;
import dev.driftline.counters.ServiceCounters;
import dev.driftline.failures.RecordTries;
import dev.driftline.failures.Stage;
import dev.driftline.identity.InstanceId;
import dev.driftline.identity.LocalState;
import dev.driftline.identity.ModelIdentity;
import dev.driftline.identity.PrefixOwner;
import dev.driftline.identity.Provenance;
import dev.driftline.identity.TopicIncarnations;
import dev.driftline.network.scoring.NeuralScoring;
import dev.driftline.network.scoring.NeuralScoringSettings;
import dev.driftline.network.snapshots.ActiveSnapshot;
import dev.driftline.network.snapshots.SnapshotFollower;
import dev.driftline.network.trainer.FollowedSnapshots;
import dev.driftline.network.trainer.TrainerProgress;
import dev.driftline.network.trainer.TrainerSettings;
import dev.driftline.network.trainer.Training;
import dev.driftline.neural.snapshot.Snapshot;
import dev.driftline.schemas.SchemaRegistrySerdes;
import dev.driftline.shards.LiveShards;
import dev.driftline.sources.OwnedSources;
import dev.driftline.store.LearnedText;
import dev.driftline.threads.LastingThread;
import dev.driftline.topics.Changelogs;
import dev.driftline.topics.Layout;
import dev.driftline.topics.RecordsPerOffset;
import dev.driftline.topics.Topic;
import dev.driftline.topics.TopicAdmin;
import dev.driftline.topics.TopicNames;
import dev.driftline.topology.DriftlineTopology;
import dev.driftline.topology.TopologySettings;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyConfig;
import org.apache.kafka.streams.TopologyDescription;
import org.apache.kafka.streams.state.HostInfo;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The service: checks what it needs, then runs the topology until it is closed or cannot go on.
 *
 * <p>One start and one close; any thread may ask for the state meanwhile.
 */
public final class DriftlineService implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(DriftlineService.class);

    private static final Duration NOTE_AGAIN = Duration.ofSeconds(10);

    private static final Duration SNAPSHOTS_TIMEOUT = Duration.ofSeconds(60);

    private final DriftlineConfig config;
    private final LiveShards shards = new LiveShards();
    private final OwnedSources sources = new OwnedSources();
    private final ServiceCounters counters;
    private final RestoreProgress restores = new RestoreProgress();
    private final RecordsPerOffset recordsPerOffset = new RecordsPerOffset();
    private final FailureResponse failures;
    private final RecordTries tries;
    private final ActiveSnapshot activeSnapshot = new ActiveSnapshot();
    private final CompletableFuture<Void> stopped = new CompletableFuture<>();

    private final TrainerProgress trainerProgress = new TrainerProgress();

    private volatile Optional<Layout> layout = Optional.empty();
    private volatile Optional<String> answersAt = Optional.empty();
    private @Nullable SchemaRegistryClient registry;
    private volatile @Nullable SnapshotFollower snapshots;
    private volatile @Nullable NeuralScoring neuralScoring;
    private volatile @Nullable KafkaStreams streams;
    private final OpenTransactions openTransactions =
            new OpenTransactions(this::partitionsRead, recordsPerOffset, System::nanoTime);
    /** Notes the changelogs once all of them are there. */
    private volatile @Nullable LastingThread noting;

    private volatile @Nullable TopologyDescription topology;

    /** A service that is not started. */
    public DriftlineService(DriftlineConfig config) {
        this(config, stage -> {});
    }

    /** @param probe called at every stage of a document, from which tests throw what the stage is to fail with */
    DriftlineService(DriftlineConfig config, Consumer<Stage> probe) {
        this.config = config;
        tries = new RecordTries(stateFolder(), probe);
        failures = new FailureResponse(config.get(ServiceKeys.STATE_DIR).toString());
        counters = new ServiceCounters(HeapBounds.budget(config));
    }

    /**
     * Sets where this instance answers requests, so that other instances can forward those that need its shards. To be called
     * before the start.
     *
     * @param address host and port
     */
    public synchronized void answersAt(String address) {
        answersAt = Optional.of(address);
    }

    /** Stores that are being restored just now. */
    public List<RestoreProgress.Restoring> restoring() {
        return restores.underWay();
    }

    /** What the service is built of; empty before the start. */
    public Optional<TopologyDescription> topology() {
        return Optional.ofNullable(topology);
    }

    /** How the topics say that tasks are laid out; empty before the start. */
    public Optional<Layout> layout() {
        return layout;
    }

    /** The name of a topic of this service. */
    public String topic(Topic topic) {
        return TopicNames.of(config).name(topic);
    }

    /** Where the others find this instance; nowhere before {@link #answersAt} has said it. */
    public HostInfo self() {
        return answersAt.map(HostInfo::buildFromEndpoint).orElse(HostInfo.unavailable());
    }

    /**
     * Checks topics and schemas, and starts. Returns once the stream threads run; they may still be restoring: see
     * {@link #state()}.
     *
     * @throws MisconfiguredException if something is missing or does not fit, with what to do about it
     */
    public synchronized void start() {
        if (streams != null) {
            throw new IllegalStateException("a service starts once");
        }
        try {
            // What does not fit is said before anything is asked.
            Optional<Background> background =
                    TopologySettings.of(config).model().background();
            SchemaRegistrySerdes serdes =
                    new SchemaRegistrySerdes(config.clients().schemaRegistry());
            SchemaRegistryClient client = serdes.impatientClient();
            registry = client;
            checkHeap(
                    config.get(TopicKeys.SHARDS),
                    background.map(frozen -> frozen.model().heapBytes()).orElse(0L));
            Layout found = new StartupChecks(config, client).check();
            layout = Optional.of(found);
            LOG.info("The layout of the topics is {}", found.label());
            TopologySettings settings = TopologySettings.of(config, found);
            Provenance provenance = provenance(settings);
            Optional<Training> training = training();
            Optional<NeuralScoring> scoring = settings.neural().map(neural -> startNeuralScoring(neural, settings));
            EarlyCommits commits =
                    new EarlyCommits(config.get(ServiceKeys.COMMIT_EARLY), config.get(ServiceKeys.COMMIT_INTERVAL_MS));
            Properties properties = StreamsTuning.of(config, commits);
            properties.put(Provenance.CONFIG, provenance);
            StreamsTuning.nameMembers(properties, instanceId());
            answersAt.ifPresent(address -> properties.putIfAbsent(StreamsConfig.APPLICATION_SERVER_CONFIG, address));
            answersAt = Optional.ofNullable(properties.getProperty(StreamsConfig.APPLICATION_SERVER_CONFIG));
            Topology built = new DriftlineTopology(
                            settings, serdes, client, shards, sources, counters, training, scoring, commits, tries)
                    .get(new TopologyConfig(new StreamsConfig(properties)));
            topology = built.describe();
            KafkaStreams starting = new KafkaStreams(
                    built,
                    properties,
                    new TimedClients(commits, () -> recordsPerOffset.polls()::polled, config.maxRecordBytes()));
            streams = starting;
            TopicFailure topics = new TopicFailure(config, StartupChecks::checkTopics);
            starting.setUncaughtExceptionHandler(failure -> failures.handle(topics.explain(failure)));
            starting.setGlobalStateRestoreListener(restores);
            starting.setStateListener(this::changed);
            noteTokenizer();
            new PrefixOwner(config).noteStart(provenance.model());
            starting.start();
            openTransactions.start(config);
        } catch (ConfigException e) {
            closeQuietly();
            throw new MisconfiguredException(e.getMessage(), e);
        } catch (RuntimeException e) {
            closeQuietly();
            throw e;
        }
    }

    /** Makes sure that topics, group and folder are of this application and this model, before anything is read. */
    private Provenance provenance(TopologySettings settings) {
        ModelIdentity model = ModelIdentity.of(config, settings.model());
        try (TopicAdmin admin = new TopicAdmin(config)) {
            new PrefixOwner(config).claim(model, settings.layout(), admin);
            localState().discardStale(changelogs(admin), settings.layout());
            return new Provenance(
                    model,
                    new TopicIncarnations(admin.ids(
                            Arrays.stream(Topic.values()).map(this::topic).toList())));
        } catch (IOException e) {
            throw new MisconfiguredException("cannot read " + stateFolder() + ": " + e.getMessage(), e);
        }
    }

    private String instanceId() {
        try {
            return InstanceId.in(stateFolder());
        } catch (IOException e) {
            throw new MisconfiguredException("cannot use " + stateFolder() + ": " + e.getMessage(), e);
        }
    }

    private Map<String, Uuid> changelogs(TopicAdmin admin) {
        return admin.ids(Changelogs.of(config.get(ServiceKeys.APPLICATION_ID)));
    }

    private LocalState localState() {
        return new LocalState(stateFolder());
    }

    private Path stateFolder() {
        return config.get(ServiceKeys.STATE_DIR).resolve(config.get(ServiceKeys.APPLICATION_ID));
    }

    /** Kafka Streams makes changelogs that are missing after the start; from then on the stores here are copies of them. */
    private void noteChangelogs() {
        try (TopicAdmin admin = new TopicAdmin(config)) {
            localState().note(changelogs(admin), layout.orElseThrow());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Objects.requireNonNull(noting).stop();
    }

    private void notNoted(Throwable e) {
        LOG.warn(
                "The changelog topics cannot be noted in {}, trying again in {} s: until then the stores there would be"
                        + " restored anew at the next start",
                stateFolder(),
                NOTE_AGAIN.toSeconds(),
                e);
    }

    /** Says so where what arrives may fill the heap. */
    private void checkHeap(int allShards, long background) {
        long budget = counters.heap().total(allShards) + background;
        long heap = Runtime.getRuntime().maxMemory();
        if (budget > heap) {
            LOG.warn(
                    "With all {} shards here, what may grow takes up to {} MiB, and {} MiB are wanted for the rest, but the"
                            + " JVM has {} MiB of heap: raise -Xmx (DRIFTLINE_JAVA_OPTS), or lower {} and others of the"
                            + " heap table in docs/operations.md",
                    allShards,
                    budget >> 20,
                    HeapBounds.REST_BYTES >> 20,
                    heap >> 20,
                    MemoryKeys.CACHE_DECODED_BYTES.name());
        }
    }

    /** So that commands that read the state cut a prompt as the text was cut. */
    private void noteTokenizer() {
        Path folder = stateFolder();
        try {
            LearnedText.write(folder, config.get(InputKeys.TOKENIZER));
        } catch (IOException e) {
            LOG.warn("The tokenizer cannot be noted in {}: give it to commands that read the state", folder, e);
        }
    }

    /** Before the streams, so that an instance that comes back scores its first document with the network, too. */
    private SnapshotFollower followSnapshots() {
        SnapshotFollower follower = new SnapshotFollower(config, activeSnapshot);
        snapshots = follower;
        follower.start();
        try {
            if (!follower.awaitCaughtUp(SNAPSHOTS_TIMEOUT)) {
                LOG.warn(
                        "The snapshots topic has not been read after {} s: documents are scored without a network until"
                                + " then",
                        SNAPSHOTS_TIMEOUT.toSeconds());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new MisconfiguredException("interrupted while reading the snapshots topic", e);
        }
        return follower;
    }

    private NeuralScoring startNeuralScoring(NeuralScoringSettings neural, TopologySettings settings) {
        NeuralScoring scoring = new NeuralScoring(
                neural, settings.predictions() > 0, settings.model().vocabulary(), activeSnapshot, counters);
        neuralScoring = scoring;
        scoring.start();
        return scoring;
    }

    /** What the trainer works by; empty where there is no network. */
    private Optional<Training> training() {
        Optional<TrainerSettings> trainer;
        try {
            trainer = TrainerSettings.of(config);
        } catch (InvalidConfigException e) {
            throw new MisconfiguredException(e.getMessage(), e);
        }
        return trainer.map(found -> new Training(found, new FollowedSnapshots(followSnapshots()), trainerProgress));
    }

    private void changed(KafkaStreams.State now, KafkaStreams.State before) {
        LOG.info("{} (was {})", now, before);
        if (now == KafkaStreams.State.RUNNING && noting == null) {
            LastingThread thread =
                    new LastingThread("driftline-changelogs", this::noteChangelogs, this::notNoted, NOTE_AGAIN);
            noting = thread;
            thread.start();
        }
        if (now == KafkaStreams.State.NOT_RUNNING || now == KafkaStreams.State.ERROR) {
            failures.fatal().ifPresentOrElse(stopped::completeExceptionally, () -> stopped.complete(null));
        }
    }

    /** What the streams are doing; nothing before the start. */
    public Optional<KafkaStreams.State> state() {
        return Optional.ofNullable(streams).map(KafkaStreams::state);
    }

    /** What is waited for, in a sentence with what to do, where an outage or a full disk stopped a thread lately. */
    public Optional<String> waitingFor() {
        return failures.waiting();
    }

    /** The streams, for metadata and metrics. */
    public KafkaStreams streams() {
        KafkaStreams running = streams;
        if (running == null) {
            throw new IllegalStateException("the service has not been started");
        }
        return running;
    }

    /** Completes when the service has stopped: exceptionally, with what stopped it, unless it was closed. */
    public CompletionStage<Void> stopped() {
        return stopped.copy();
    }

    /** The shards of the counts that are here. */
    public LiveShards shards() {
        return shards;
    }

    /** The sources whose partitions are here. */
    public OwnedSources sources() {
        return sources;
    }

    /** The snapshot of the network that this instance scores with; it has none where {@code neural.model=none}. */
    public ActiveSnapshot activeSnapshot() {
        return activeSnapshot;
    }

    /** The rows of a network whose words the counts may not know, as far as the documents tell that came by here. */
    public BitSet foreignRows(Snapshot snapshot) {
        NeuralScoring scoring = neuralScoring;
        return scoring == null || !snapshot.manifest().mayHaveForeignRows()
                ? new BitSet()
                : scoring.knownRows().foreign(snapshot.network());
    }

    /** The snapshots of the network that there are; empty before the start and where {@code neural.model=none}. */
    public Optional<SnapshotFollower> snapshots() {
        return Optional.ofNullable(snapshots);
    }

    /** What has been done. */
    public ServiceCounters counters() {
        return counters;
    }

    /** How far this instance is behind the ends of what it reads; nothing before the start. */
    public List<InputLag> inputLags() {
        KafkaStreams running = streams;
        return running == null ? List.of() : InputLag.of(running.metrics(), recordsPerOffset);
    }

    /**
     * What transactions that have not ended hold back in the partitions that this instance reads, one for each; as it was some
     * seconds ago.
     */
    public List<HeldBack> heldBack() {
        return openTransactions.held();
    }

    private Set<TopicPartition> partitionsRead() {
        KafkaStreams running = streams;
        // Where uncommitted records are read, nothing holds them back.
        boolean isHeld = config.get(ServiceKeys.PROCESSING_GUARANTEE) == ProcessingGuarantee.EXACTLY_ONCE_V2;
        return running == null || !isHeld ? Set.of() : OpenTransactions.readBy(running);
    }

    /** How far the stores are restored that this instance has been given. */
    public RestoreProgress restores() {
        return restores;
    }

    /** Tokens that wait for the network or are with it; none where there is no network, or it is not started. */
    public OptionalLong networkQueueTokens() {
        NeuralScoring scoring = neuralScoring;
        return scoring == null ? OptionalLong.empty() : OptionalLong.of(scoring.tokensUnderWay());
    }

    /** What the trainer of this instance has done. */
    public TrainerProgress trainerProgress() {
        return trainerProgress;
    }

    private void awaitNoting() {
        LastingThread thread = noting;
        if (thread != null) {
            thread.join(Duration.ofSeconds(5));
            thread.interrupt();
        }
    }

    /** Commits what is done, gives the work to the other instances and stops. Does nothing the second time. */
    @Override
    public synchronized void close() {
        closeQuietly();
        stopped.complete(null);
    }

    private void closeQuietly() {
        openTransactions.close();
        failures.closing();
        awaitNoting();
        if (streams != null) {
            // Leaving the group lets other instances, or this one after a restart, start without waiting for a timeout.
            boolean clean = streams.close(CloseOptions.timeout(Duration.ofSeconds(30))
                    .withGroupMembershipOperation(CloseOptions.GroupMembershipOperation.LEAVE_GROUP));
            if (!clean) {
                LOG.warn(
                        "The stream threads did not stop within 30 s; what they did not commit will be processed again");
            }
        }
        if (neuralScoring != null) {
            neuralScoring.close();
            neuralScoring = null;
        }
        if (snapshots != null) {
            snapshots.close();
        }
        if (registry != null) {
            try {
                registry.close();
            } catch (IOException e) {
                LOG.warn("Cannot close the schema registry client", e);
            }
            registry = null;
        }
    }
}
