package dev.driftline.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.driftline.commits.EarlyCommits;
import dev.driftline.counters.ServiceCounters;
import dev.driftline.failures.RecordTries;
import dev.driftline.network.snapshots.PublishedSnapshot;
import dev.driftline.network.snapshots.SnapshotMessages;
import dev.driftline.network.trainer.RetractPolicy;
import dev.driftline.network.trainer.SnapshotView;
import dev.driftline.network.trainer.TrainerProgress;
import dev.driftline.network.trainer.TrainerSettings;
import dev.driftline.network.trainer.Training;
import dev.driftline.network.trainer.TrainingRecord;
import dev.driftline.neural.Architecture;
import dev.driftline.neural.Cell;
import dev.driftline.neural.Network;
import dev.driftline.neural.NeuralVocabulary;
import dev.driftline.neural.Parameters;
import dev.driftline.neural.online.OnlineSettings;
import dev.driftline.neural.online.Promotion;
import dev.driftline.neural.online.VocabularyTurnover;
import dev.driftline.neural.snapshot.Provenance;
import dev.driftline.neural.snapshot.SeenText;
import dev.driftline.neural.snapshot.Snapshot;
import dev.driftline.neural.snapshot.SnapshotBytes;
import dev.driftline.neural.snapshot.SnapshotDescription;
import dev.driftline.neural.snapshot.SnapshotManifest;
import dev.driftline.neural.training.Optimizer;
import dev.driftline.neural.training.TrainingSettings;
import dev.driftline.schemas.Decision;
import dev.driftline.schemas.PromotionDecision;
import dev.driftline.schemas.SchemaRegistrySerdes;
import dev.driftline.schemas.Subjects;
import dev.driftline.scoring.DocumentTokens;
import dev.driftline.store.SharedRocksDbMemory;
import dev.driftline.store.WriteBackStoreBuilder;
import io.confluent.kafka.schemaregistry.testutil.MockSchemaRegistry;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Properties;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainerProcessorTest {

    /** Plays the follower: takes in what was sent to the topic when it is told to. */
    private static final class Topic implements SnapshotView {
        final Map<String, byte[]> records = new TreeMap<>();
        final Map<String, Snapshot> loaded = new TreeMap<>();
        boolean caughtUp = true;
        volatile Snapshot active;

        void take(List<TestRecord<String, byte[]>> sent) {
            for (TestRecord<String, byte[]> record : sent) {
                if (record.value() == null) {
                    records.remove(record.key());
                    active = record.key().equals(SnapshotMessages.ACTIVE) ? null : active;
                } else {
                    records.put(record.key(), record.value());
                }
            }
            loaded.keySet().removeIf(version -> !records.containsKey(version + "/manifest"));
            for (String key : records.keySet()) {
                if (key.endsWith("/manifest")) {
                    String version = key.substring(0, key.indexOf('/'));
                    loaded.computeIfAbsent(version, this::load);
                }
            }
            byte[] pointer = records.get(SnapshotMessages.ACTIVE);
            if (pointer != null) {
                String json = new String(pointer, StandardCharsets.UTF_8);
                active = loaded.values().stream()
                        .filter(snapshot -> json.contains('"' + snapshot.version() + '"'))
                        .findFirst()
                        .orElseThrow();
            }
        }

        private Snapshot load(String version) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            records.forEach((key, value) -> {
                if (key.startsWith(version + "/chunk/")) {
                    bytes.writeBytes(value);
                }
            });
            return SnapshotBytes.decode(bytes.toByteArray());
        }

        @Override
        public boolean caughtUp() {
            return caughtUp;
        }

        @Override
        public Optional<Snapshot> active() {
            return Optional.ofNullable(active);
        }

        @Override
        public List<PublishedSnapshot> list() {
            return loaded.values().stream()
                    .map(snapshot -> new PublishedSnapshot(
                            SnapshotDescription.of(snapshot),
                            1,
                            1,
                            "",
                            Instant.EPOCH,
                            snapshot == active,
                            Optional.empty()))
                    .toList();
        }

        @Override
        public Optional<Snapshot> snapshot(String version) {
            return Optional.ofNullable(loaded.get(version));
        }
    }

    /** A processor that a record without a value closes and revives, as Kafka Streams does it. */
    private static final class Life implements Processor<byte[], byte[], Object, Object> {
        private final TrainerProcessor trainer;
        private ProcessorContext<Object, Object> context;

        Life(TrainerProcessor trainer) {
            this.trainer = trainer;
        }

        @Override
        public void init(ProcessorContext<Object, Object> task) {
            context = task;
            trainer.init(task);
        }

        @Override
        public void process(Record<byte[], byte[]> record) {
            if (record.value() != null) {
                trainer.process(record);
                return;
            }
            trainer.close();
            trainer.init(Objects.requireNonNull(context));
        }

        @Override
        public void close() {
            trainer.close();
        }
    }

    private final String scope = "trainer-" + UUID.randomUUID();
    private final Topic topic = new Topic();
    private final TrainerProgress progress = new TrainerProgress();
    private final SchemaRegistrySerdes serdes =
            new SchemaRegistrySerdes(Map.of(SchemaRegistrySerdes.URL, "mock://" + scope));
    private final Random random = new Random(1);
    private final List<PromotionDecision> decisions = new ArrayList<>();

    /** Units of a network with more chunks than are sent at once. */
    private static final int LARGE = 430;

    private int hidden = 12;
    private RetractPolicy retract = RetractPolicy.KEEP;
    private long published;
    private final List<DocumentTokens> texts = new ArrayList<>();

    @TempDir
    Path stateDir;

    private TopologyTestDriver driver;
    private TestInputTopic<byte[], byte[]> training;
    private TestOutputTopic<String, byte[]> snapshots;
    private TestOutputTopic<String, PromotionDecision> promotions;

    @BeforeEach
    void start() {
        new Subjects(serdes.client()).register(Map.of("promotions", PromotionDecision.class));
        driver = open();
    }

    @AfterEach
    void stop() {
        driver.close();
        MockSchemaRegistry.dropScope(scope);
    }

    private TopologyTestDriver open() {
        Topology topology = new Topology();
        topology.addSource("source", new ByteArrayDeserializer(), new ByteArrayDeserializer(), "training");
        topology.addProcessor(
                "train",
                () -> new Life(new TrainerProcessor(
                        new Training(settings(), topic, progress), 1 << 20, new ServiceCounters(), new RecordTries())),
                "source");
        topology.addStateStore(
                new WriteBackStoreBuilder(TrainerProcessor.REPLAY_STORE, Map.of(), EarlyCommits.off()), "train");
        topology.addSink(
                TrainerProcessor.SNAPSHOTS_SINK,
                "snapshots",
                new StringSerializer(),
                new ByteArraySerializer(),
                "train");
        topology.addSink(
                TrainerProcessor.PROMOTIONS_SINK,
                "promotions",
                new StringSerializer(),
                serdes.serializer(PromotionDecision.class),
                "train");
        Properties properties = new Properties();
        properties.put(StreamsConfig.APPLICATION_ID_CONFIG, scope);
        properties.put(StreamsConfig.STATE_DIR_CONFIG, stateDir.toString());
        properties.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.AT_LEAST_ONCE);
        properties.put(StreamsConfig.ROCKSDB_CONFIG_SETTER_CLASS_CONFIG, SharedRocksDbMemory.class);
        TopologyTestDriver opened = new TopologyTestDriver(topology, properties);
        training = opened.createInputTopic("training", new ByteArraySerializer(), new ByteArraySerializer());
        snapshots = opened.createOutputTopic("snapshots", new StringDeserializer(), new ByteArrayDeserializer());
        promotions = opened.createOutputTopic(
                "promotions", new StringDeserializer(), serdes.deserializer(PromotionDecision.class));
        return opened;
    }

    @Test
    void shouldPublishAFirstSnapshotWhenEnoughTextHasGoneBy() {
        publish(49);
        look();
        assertThat(progress.activity()).isEqualTo(TrainerProgress.Activity.IDLE);
        publish(1);
        finishRound();

        PromotionDecision decision = decisions.get(0);
        assertThat(decision.getDecision()).isEqualTo(Decision.BOOTSTRAPPED);
        assertThat(decision.getIncumbent()).isNull();
        assertThat(decision.getTrainingOffset()).isEqualTo(50);
        assertThat(topic.active.version()).isEqualTo(decision.getCandidate()).startsWith("000001-");
        assertThat(topic.active.manifest().data()).containsEntry(Provenance.TRAINED_TO, 50L);
        assertThat(progress.promotions()).isEqualTo(1);
    }

    @Test
    void shouldGoOnFromSnapshotToSnapshotWhenTextGoesBy() {
        bootstrap();
        for (int round = 0; round < 4; round++) {
            publish(30);
            finishRound();
        }

        assertThat(decisions).hasSize(5);
        String active = decisions.get(0).getCandidate();
        long offset = 50;
        for (PromotionDecision decision : decisions.subList(1, 5)) {
            assertThat(decision.getIncumbent()).isEqualTo(active);
            assertThat(decision.getDecision()).isIn(Decision.PROMOTED, Decision.REJECTED);
            assertThat(decision.getTokens()).isGreaterThanOrEqualTo(200);
            assertThat(decision.getTrainingOffset()).isGreaterThan(offset);
            offset = decision.getTrainingOffset();
            if (decision.getDecision() == Decision.PROMOTED) {
                assertThat(decision.getParent()).isEqualTo(active);
                assertThat(decision.getMeanDifference()).isGreaterThan(decision.getMargin());
                active = decision.getCandidate();
            }
        }
        assertThat(topic.active.version()).isEqualTo(active);
        assertThat(decisions).extracting(PromotionDecision::getDecision).contains(Decision.PROMOTED);
        assertThat(decisions)
                .extracting(PromotionDecision::getCandidate)
                .isSorted()
                .doesNotHaveDuplicates();
    }

    @Test
    void shouldTakeOldSnapshotsOffTheTopicWhenThereAreEnough() {
        bootstrap();
        for (int round = 0; round < 8; round++) {
            publish(30);
            finishRound();
        }

        assertThat(progress.promotions()).isGreaterThan(3);
        assertThat(topic.loaded.keySet())
                .hasSize(3)
                .contains(topic.active.version(), topic.active.manifest().parent());
        assertThat(topic.records.keySet())
                .allMatch(key -> key.equals("active") || topic.loaded.containsKey(key.substring(0, key.indexOf('/'))));
    }

    @Test
    void shouldWaitForItsSnapshotWhenItIsStillOnItsWay() {
        publish(50);
        List<TestRecord<String, byte[]>> sent = roundInFlight();
        publish(60);
        look();

        assertThat(progress.activity()).isEqualTo(TrainerProgress.Activity.FOLLOWING);
        topic.take(sent);
        look();
        assertThat(progress.activity()).isEqualTo(TrainerProgress.Activity.TEACHING);
    }

    @Test
    void shouldNotBeginWhenTheTopicIsNotYetRead() {
        topic.caughtUp = false;
        publish(100);
        look();
        assertThat(progress.activity()).isEqualTo(TrainerProgress.Activity.FOLLOWING);

        topic.caughtUp = true;
        look();
        assertThat(progress.activity()).isEqualTo(TrainerProgress.Activity.TEACHING);
    }

    @Test
    void shouldDropTheRoundWhenAnOperatorMovesThePointerMeanwhile() {
        bootstrap();
        Snapshot imported = renamed(topic.active, "imported");
        publish(30);
        look();
        assertThat(progress.activity()).isEqualTo(TrainerProgress.Activity.TEACHING);
        topic.loaded.put("imported", imported);
        topic.active = imported;
        awaitEnd();

        PromotionDecision dropped = decisions.get(1);
        assertThat(dropped.getDecision()).isEqualTo(Decision.REJECTED);
        assertThat(dropped.getReason()).contains("dropped", "imported became active");
        assertThat(snapshots.isEmpty()).isTrue();

        publish(30);
        finishRound();
        assertThat(decisions.get(2).getIncumbent()).isEqualTo("imported");
        assertThat(decisions.get(2).getCandidate()).startsWith("000003-");
    }

    @Test
    void shouldGoBackToTheParentWhenTheActiveSnapshotIsWorseOnLiveText() {
        bootstrap();
        Snapshot good = topic.active;
        Snapshot bad = worse(good, "000009-badbad");
        topic.loaded.put(bad.version(), bad);
        topic.active = bad;
        publish(30);
        finishRound();

        PromotionDecision decision = decisions.get(1);
        assertThat(decision.getDecision()).isEqualTo(Decision.ROLLED_BACK);
        assertThat(decision.getIncumbent()).isEqualTo(bad.version());
        assertThat(decision.getReason()).contains("worse than its parent");
        assertThat(topic.active.version()).isEqualTo(good.version());

        publish(30);
        finishRound();
        assertThat(decisions.get(2).getIncumbent()).isEqualTo(good.version());
    }

    /** A child of {@code parent} that expects nothing but unknown words. */
    private static Snapshot worse(Snapshot parent, String version) {
        Parameters parameters = parent.network().parameters().copy();
        parameters.tensor("decoder.bias").data()[NeuralVocabulary.UNKNOWN] = 20;
        SnapshotManifest manifest = parent.manifest();
        return new Snapshot(
                new SnapshotManifest(
                        version,
                        parent.version(),
                        manifest.createdAt(),
                        manifest.model(),
                        manifest.tokens(),
                        manifest.training(),
                        manifest.metrics(),
                        manifest.data()),
                new Network(parent.network().architecture(), parent.network().vocabulary(), parameters));
    }

    @Test
    void shouldPublishNothingWhenItIsClosedInTheMiddleOfARound() {
        publish(50);
        look();
        assertThat(progress.activity()).isEqualTo(TrainerProgress.Activity.TEACHING);
        driver.close();
        assertThat(progress.activity()).isEqualTo(TrainerProgress.Activity.ELSEWHERE);
        driver = open();
        look();
        assertThat(decisions).isEmpty();
        assertThat(snapshots.isEmpty()).isTrue();

        // The driver has thrown the state away.
        publish(50);
        finishRound();
        assertThat(decisions).hasSize(1);
        assertThat(decisions.get(0).getCandidate()).startsWith("000001-");
    }

    /** A transaction has ten seconds, and a network may have hundreds of megabytes. */
    @Test
    void shouldSendALargeSnapshotInPiecesAndItsManifestInTheLast() {
        driver.close();
        hidden = LARGE;
        driver = open();
        publish(50);
        look();
        awaitChunks();
        List<TestRecord<String, byte[]>> sent = new ArrayList<>();
        int pieces = 0;
        while (decisions.isEmpty()) {
            List<TestRecord<String, byte[]>> piece = snapshots.readRecordsToList();
            assertThat(piece).hasSizeBetween(1, TrainerProcessor.CHUNKS_AT_ONCE);
            assertThat(piece).allMatch(record -> record.key().contains("/chunk/"));
            sent.addAll(piece);
            pieces++;
            look();
        }
        sent.addAll(snapshots.readRecordsToList());
        topic.take(sent);

        assertThat(pieces).isPositive();
        assertThat(topic.active.version()).isEqualTo(decisions.get(0).getCandidate());
        look();
        assertThat(snapshots.isEmpty()).as("nothing to clean up").isTrue();
    }

    @Test
    void shouldTakeChunksOffTheTopicThatItDidNotFinishSending() {
        driver.close();
        hidden = LARGE;
        driver = open();
        publish(50);
        look();
        awaitChunks();
        List<TestRecord<String, byte[]>> sent = snapshots.readRecordsToList();
        topic.take(sent);
        assertThat(topic.loaded).as("chunks without a manifest").isEmpty();
        topic.active = imported();
        look();
        topic.take(snapshots.readRecordsToList());

        assertThat(decisions.get(0).getReason()).contains("dropped");
        assertThat(topic.records.keySet()).noneMatch(key -> key.contains("/chunk/"));
    }

    @Test
    void shouldMakeAnotherWhenNoSnapshotIsActiveAnyMore() {
        bootstrap();
        topic.records.clear();
        topic.loaded.clear();
        topic.active = null;
        finishRound();

        assertThat(decisions.get(1).getDecision()).isEqualTo(Decision.BOOTSTRAPPED);
        assertThat(decisions.get(1).getCandidate()).startsWith("000002-");
    }

    @Test
    void shouldSayWhichDocumentsASnapshotWasTrainedOn() {
        bootstrap();

        assertThat(topic.active.manifest().text().known()).isTrue();
        assertThat(topic.active.manifest().text().ranges().values())
                .singleElement()
                .satisfies(range -> {
                    assertThat(range.from()).isZero();
                    assertThat(range.to()).isEqualTo(50);
                });
    }

    @Test
    void shouldKeepItsNetworkAndTrainWithoutTheDocumentWhenNothingElseIsAskedFor() {
        bootstrap();
        Snapshot active = topic.active;
        publish(30);
        retract(10);
        retract(60);
        finishRound();

        assertThat(decisions.get(1).getIncumbent()).isEqualTo(active.version());
        promote(active);
        assertThat(mayHaveSeen(10)).as("its parent saw it").isTrue();
        assertThat(mayHaveSeen(60)).as("taken out before any round").isFalse();
        assertThat(mayHaveSeen(61)).isTrue();
        assertThat(decisions).extracting(PromotionDecision::getDecision).doesNotContain(Decision.RETRACTED);
    }

    @Test
    void shouldTrainAFreshNetworkUntilItIsBetterWhenTheActiveOneMustBeTrainedAgain() {
        restart(RetractPolicy.RETRAIN);
        bootstrap();
        Snapshot old = topic.active;
        publish(15);
        retract(10);
        retract(20);
        look();
        assertThat(progress.activity()).as("with the next round").isEqualTo(TrainerProgress.Activity.IDLE);
        publish(15);
        finishRound();
        assertThat(decisions.get(1).getReason()).contains("trained from nothing, since documents were taken out");
        assertThat(decisions.get(1).getParent()).isNull();
        promote(old);

        assertThat(topic.active.manifest().parent()).isNull();
        assertThat(mayHaveSeen(10)).isFalse();
        assertThat(mayHaveSeen(20)).isFalse();
        assertThat(mayHaveSeen(21)).isTrue();
        assertThat(topic.loaded).as("it stays until retention takes it").containsKey(old.version());
        String clean = topic.active.version();
        publish(30);
        finishRound();
        PromotionDecision next = decisions.get(decisions.size() - 1);
        assertThat(next.getParent()).as("the line goes on").isEqualTo(clean);
        assertThat(next.getReason()).doesNotContain("taken out");
    }

    @Test
    void shouldScoreWithTheAncestorThatDidNotSeeTheDocumentWhenTheActiveOneMustNotServe() {
        restart(RetractPolicy.REPLACE);
        bootstrap();
        Snapshot first = topic.active;
        publish(30);
        finishRound();
        promote(first);
        String second = topic.active.version();
        assertThat(topic.active.manifest().parent()).isEqualTo(first.version());
        int at = decisions.size();
        retract(52);
        look();
        topic.take(snapshots.readRecordsToList());
        look();

        PromotionDecision decision = decisions.get(at);
        assertThat(decision.getDecision()).isEqualTo(Decision.RETRACTED);
        assertThat(decision.getIncumbent()).isEqualTo(second);
        assertThat(decision.getCandidate()).isEqualTo(first.version());
        assertThat(topic.active.version()).isEqualTo(first.version());
        assertThat(topic.loaded.keySet()).as("nobody goes back to it").doesNotContain(second);
        promote(topic.active);
        assertThat(mayHaveSeen(52)).isFalse();
        assertThat(mayHaveSeen(53)).isTrue();
        assertThat(decisions)
                .filteredOn(any -> any.getDecision() == Decision.RETRACTED)
                .hasSize(1);
    }

    @Test
    void shouldScoreWithoutANetworkUntilAFreshOneIsTrainedWhenEverySnapshotSawTheDocument() {
        restart(RetractPolicy.REPLACE);
        bootstrap();
        String old = topic.active.version();
        retract(10);
        look();
        topic.take(snapshots.readRecordsToList());

        assertThat(topic.active).isNull();
        assertThat(topic.loaded).isEmpty();
        assertThat(decisions.get(1).getDecision()).isEqualTo(Decision.RETRACTED);
        assertThat(decisions.get(1).getIncumbent()).isEqualTo(old);
        assertThat(decisions.get(1).getCandidate()).isEmpty();
        retract(11);
        look();
        assertThat(progress.activity()).as("others may follow").isEqualTo(TrainerProgress.Activity.IDLE);
        driver.advanceWallClockTime(Duration.ofSeconds(11));
        awaitEnd();
        topic.take(snapshots.readRecordsToList());

        assertThat(decisions).hasSize(3);
        assertThat(decisions.get(2).getDecision()).isEqualTo(Decision.BOOTSTRAPPED);
        assertThat(mayHaveSeen(10)).isFalse();
        assertThat(mayHaveSeen(11)).isFalse();
        assertThat(mayHaveSeen(12)).isTrue();
        look();
        look();
        assertThat(decisions).as("and that is all").hasSize(3);
    }

    @Test
    void shouldDropTheRoundUnderWayWhenItsNetworkMustNotServe() {
        restart(RetractPolicy.REPLACE);
        bootstrap();
        Snapshot first = topic.active;
        publish(30);
        look();
        assertThat(progress.activity()).isEqualTo(TrainerProgress.Activity.TEACHING);
        retract(60);
        promote(first);

        assertThat(mayHaveSeen(60)).isFalse();
        assertThat(mayHaveSeen(59)).isTrue();
        assertThat(topic.loaded.keySet()).contains(first.version());
        assertThat(progress.failures()).isZero();
    }

    @Test
    void shouldNotAddADocumentThatComesAgainAfterItWasTakenOut() {
        publish(1);
        retract(0);
        published = 0;
        publish(1);
        look();

        assertThat(progress.bufferedTokens()).isZero();
    }

    @Test
    void shouldReplaceANetworkAfterARestartWhenTheRetractionCameBefore() {
        restart(RetractPolicy.REPLACE);
        bootstrap();
        retract(10);
        revive();
        look();
        List<TestRecord<String, byte[]>> sent = snapshots.readRecordsToList();
        revive();
        topic.take(sent);
        awaitBootstrap();

        assertThat(decisions)
                .extracting(PromotionDecision::getDecision)
                .containsExactly(Decision.BOOTSTRAPPED, Decision.RETRACTED, Decision.BOOTSTRAPPED);
        assertThat(mayHaveSeen(10)).isFalse();
    }

    private void revive() {
        training.pipeInput(null, (byte[]) null);
    }

    private void awaitBootstrap() {
        driver.advanceWallClockTime(Duration.ofSeconds(11));
        promotions.readValuesToList().forEach(decisions::add);
        awaitEnd();
        topic.take(snapshots.readRecordsToList());
        look();
    }

    @Test
    void shouldTrainAFreshNetworkWhenRetentionHasTakenTheAncestorThatDidNotSeeTheDocument() {
        restart(RetractPolicy.REPLACE);
        bootstrap();
        Snapshot first = topic.active;
        publish(30);
        finishRound();
        promote(first);
        int at = decisions.size();
        topic.loaded.remove(first.version());
        topic.records.keySet().removeIf(key -> key.startsWith(first.version()));
        retract(52);
        look();
        topic.take(snapshots.readRecordsToList());

        assertThat(decisions.get(at).getDecision()).isEqualTo(Decision.RETRACTED);
        assertThat(decisions.get(at).getCandidate()).isEmpty();
        assertThat(topic.active).isNull();
        awaitBootstrap();
        assertThat(mayHaveSeen(52)).isFalse();
        assertThat(mayHaveSeen(51)).isTrue();
    }

    /** Publishes text until another snapshot than {@code before} is active. */
    private void promote(Snapshot before) {
        for (int round = 0; round < 12 && topic.active == before; round++) {
            publish(30);
            awaitEnd();
            topic.take(snapshots.readRecordsToList());
            look();
        }
        assertThat(topic.active).isNotSameAs(before);
    }

    // ---------------------------------------------------------------- what the tests do

    private void bootstrap() {
        publish(50);
        finishRound();
        assertThat(topic.active).isNotNull();
    }

    /** Documents of 20 tokens in which each word of a cycle is followed by the next. */
    private void publish(int documents) {
        String[] cycle = "a b c d e f g h".split(" ");
        for (int i = 0; i < documents; i++) {
            List<String> words = new ArrayList<>();
            int at = random.nextInt(cycle.length);
            for (int k = 0; k < 19; k++) {
                words.add(cycle[(at + k) % cycle.length]);
            }
            SeenText.Place place = place(published++);
            DocumentTokens text = DocumentTokens.of(List.of(words));
            texts.add(text);
            training.pipeInput(
                    null, new TrainingRecord.Text("test", "d" + place.offset(), Optional.of(place), text).encode());
        }
    }

    private static SeenText.Place place(long offset) {
        return new SeenText.Place(TrainingRecord.DOCUMENTS, 0, offset);
    }

    /** Takes out the document that was published as number {@code offset}, counted from 0. */
    private void retract(int offset) {
        training.pipeInput(
                null,
                new TrainingRecord.Retraction(
                                "d" + offset, TrainingRecord.DOCUMENTS, 0, OptionalLong.of(offset), texts.get(offset))
                        .encode());
    }

    private boolean mayHaveSeen(long offset) {
        return topic.active.manifest().text().mayHaveSeen(place(offset));
    }

    private void restart(RetractPolicy policy) {
        driver.close();
        retract = policy;
        driver = open();
    }

    private void look() {
        driver.advanceWallClockTime(Duration.ofMillis(250));
        promotions.readValuesToList().forEach(decisions::add);
    }

    /** Looks until a round has begun and ended, and has the follower take in what it sent. */
    private void finishRound() {
        topic.take(roundInFlight());
        look();
    }

    private List<TestRecord<String, byte[]>> roundInFlight() {
        look();
        assertThat(progress.activity()).isEqualTo(TrainerProgress.Activity.TEACHING);
        awaitEnd();
        return snapshots.readRecordsToList();
    }

    private void awaitEnd() {
        int before = decisions.size();
        await().pollInSameThread()
                .pollInterval(Duration.ofMillis(10))
                .atMost(Duration.ofSeconds(20))
                .until(() -> {
                    look();
                    return decisions.size() > before;
                });
    }

    private void awaitChunks() {
        await().pollInSameThread()
                .pollInterval(Duration.ofMillis(10))
                .atMost(Duration.ofSeconds(60))
                .until(() -> {
                    look();
                    return !snapshots.isEmpty();
                });
    }

    private static Snapshot imported() {
        return new Snapshot(
                new SnapshotManifest("imported", null, Instant.EPOCH, "gru", "words", Map.of(), Map.of(), Map.of()),
                Network.random(
                        Architecture.recurrent(Cell.GRU, 4, 0, List.of()),
                        new NeuralVocabulary(List.of("<unk>", "</s>", "a")),
                        1));
    }

    private static Snapshot renamed(Snapshot snapshot, String version) {
        SnapshotManifest manifest = snapshot.manifest();
        return new Snapshot(
                new SnapshotManifest(
                        version,
                        manifest.parent(),
                        manifest.createdAt(),
                        manifest.model(),
                        manifest.tokens(),
                        manifest.training(),
                        manifest.metrics(),
                        manifest.data()),
                snapshot.network());
    }

    /** The first network after 1000 tokens, a round every 600, three snapshots kept. */
    private TrainerSettings settings() {
        return new TrainerSettings(
                new OnlineSettings(
                        Architecture.recurrent(Cell.GRU, hidden, 0, List.of()),
                        new TrainingSettings(Optimizer.ADAM, 0.005, 1, 0, 4, 10, 1),
                        new OnlineSettings.Vocabulary(new VocabularyTurnover(30, 2, 2), Optional.empty()),
                        new OnlineSettings.Bootstrap(1000, 1),
                        new OnlineSettings.Rounds(600, 2, 0.5, 200),
                        new OnlineSettings.Buffer(4000, 4000),
                        new Promotion(0.001, 0.5, 1, false),
                        10_000,
                        Optional.empty(),
                        1,
                        "words"),
                0,
                3,
                retract);
    }
}
