package dev.driftline.topology;

import static org.assertj.core.api.Assertions.assertThat;

import dev.driftline.drift.Detector;
import dev.driftline.drift.DriftSettings;
import dev.driftline.failures.RecordTries;
import dev.driftline.filter.FilterRules;
import dev.driftline.heap.HeapUse;
import dev.driftline.network.scoring.NeuralPolicy;
import dev.driftline.network.scoring.NeuralScoringSettings;
import dev.driftline.network.trainer.NoSnapshots;
import dev.driftline.network.trainer.TrainerProgress;
import dev.driftline.network.trainer.TrainerSettings;
import dev.driftline.network.trainer.Training;
import dev.driftline.neural.Architecture;
import dev.driftline.neural.Cell;
import dev.driftline.neural.Network;
import dev.driftline.neural.NeuralVocabulary;
import dev.driftline.neural.Pooling;
import dev.driftline.neural.online.OnlineSettings;
import dev.driftline.neural.online.Promotion;
import dev.driftline.neural.online.VocabularyTurnover;
import dev.driftline.neural.snapshot.Provenance;
import dev.driftline.neural.snapshot.Snapshot;
import dev.driftline.neural.snapshot.SnapshotManifest;
import dev.driftline.neural.training.Optimizer;
import dev.driftline.neural.training.TrainingSettings;
import dev.driftline.schemas.Document;
import dev.driftline.schemas.DriftEvent;
import dev.driftline.schemas.Encoding;
import dev.driftline.schemas.Prediction;
import dev.driftline.schemas.Retraction;
import dev.driftline.schemas.Score;
import dev.driftline.schemas.TextEvent;
import dev.driftline.scoring.ModelSettings;
import dev.driftline.shards.ShardCounts;
import dev.driftline.source.SourceLimits;
import dev.driftline.topics.FilterFile;
import dev.driftline.topics.Topic;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.streams.TopologyDescription;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Nothing in a processor outlives its close: a task that is revived in the middle of its work, or goes to another instance and
 * comes back, has the same outputs and the same state as one that nothing happened to. All processors of the topology take
 * part, whatever their names; one to which this text brings no work fails {@link #assertThatEveryProcessorHadWork}.
 */
@Order(1)
class LifetimesTest {

    private static final DriftSettings DRIFT =
            new DriftSettings(EnumSet.allOf(Detector.class), 50, 500, 1_000, 0.3, 0.002, 12, 4.5, 64);

    private static final Duration TICK = Duration.ofMillis(25);

    /** A round of documents whose processing is disturbed in each of the steps that it takes: inputs, requests, replies. */
    private static final Set<Integer> DISTURBED = Set.of(3, 7, 12, 38, 59, 63, 65, 68);

    private static final int ROUNDS = 75;

    /** From this round on one source speaks another language. */
    private static final int CHANGE = 56;

    private static final String RULES = """
            {"rules": [{"name": "odd", "if": {"percentile": "> 80"}, "to": "odd.v1"}],
             "percentile": {"of": "class_bits_per_token", "minimum": 5, "window": 20}}
            """;

    /** Sinks of rounds of training, which end when they end: {@link TrainerProcessorTest} has them. */
    private static final Set<String> BY_A_CLOCK =
            Set.of(TrainerProcessor.SNAPSHOTS_SINK, TrainerProcessor.PROMOTIONS_SINK);

    /** Heap that is taken whatever the tasks are. */
    private static final Set<HeapUse> OF_THE_INSTANCE = Set.of(HeapUse.KNOWN_WORDS);

    /** Processors that no record comes to. */
    private static final Set<String> READ_NOTHING = Set.of(StrandedProcessor.NAME);

    @TempDir
    private static Path folder;

    private static Map<String, List<String>> undisturbed;

    private final List<TopologyFixture> fixtures = new ArrayList<>();

    @BeforeEach
    void runUndisturbed() throws Exception {
        if (undisturbed == null) {
            RevivedTask.Broker broker = new RevivedTask.Broker();
            Instance instance = new Instance(broker, true);
            run(broker, instance, (round, step) -> {}, () -> instance);
            undisturbed = outcome(instance.fixture, broker);
        }
    }

    @AfterEach
    void close() {
        fixtures.forEach(TopologyFixture::close);
    }

    /** What happens to the task; before the records of a step are processed. */
    private interface Disturbance {
        void at(int round, int step);
    }

    /** An instance with everything switched on. */
    private final class Instance {
        final ProcessorLives lives = new ProcessorLives();
        final TopologyFixture fixture;
        final RevivedTask task;

        Instance(RevivedTask.Broker broker, boolean startsNetwork) throws Exception {
            fixture = new TopologyFixture(
                    Files.createTempDirectory(folder, "instance"),
                    ModelSettings.ofOrder(3),
                    TopologyFixture.LIMITS,
                    Optional.of(new NeuralScoringSettings("lstm", 1, 4_096, NeuralPolicy.WAIT, 0, Pooling.MEAN)),
                    Optional.of(DRIFT),
                    new SourceLimits(100, Duration.ofHours(10).toMillis()),
                    Optional.of(rules()),
                    new RecordTries(),
                    Optional.of(new Training(training(), new NoSnapshots(), new TrainerProgress())),
                    lives.settings());
            fixtures.add(fixture);
            fixture.active.set(snapshot());
            if (startsNetwork) {
                fixture.neural.start();
            }
            task = new RevivedTask(fixture.driver, broker);
        }

        private FilterRules rules() throws IOException {
            return FilterFile.read(Files.writeString(folder.resolve("rules.json"), RULES));
        }
    }

    private static Snapshot snapshot() {
        NeuralVocabulary rows = new NeuralVocabulary(List.of("<unk>", "</s>", "word0", "word1", "word2"));
        return new Snapshot(
                new SnapshotManifest(
                        "000001-aaaaaa",
                        null,
                        Instant.EPOCH,
                        "lstm",
                        "words",
                        Map.of(),
                        Map.of(),
                        Map.of(Provenance.FOREIGN_ROWS, 0L)),
                Network.random(Architecture.recurrent(Cell.LSTM, 8, 0, List.of()), rows, 1));
    }

    /** The trainer fills its buffer and begins no round. */
    private static TrainerSettings training() {
        return new TrainerSettings(
                new OnlineSettings(
                        Architecture.recurrent(Cell.GRU, 12, 0, List.of()),
                        new TrainingSettings(Optimizer.ADAM, 0.005, 1, 0, 4, 10, 1),
                        new OnlineSettings.Vocabulary(new VocabularyTurnover(30, 2, 2), Optional.empty()),
                        new OnlineSettings.Bootstrap(1_000_000, 1),
                        new OnlineSettings.Rounds(600, 2, 0.5, 200),
                        new OnlineSettings.Buffer(4_000, 4_000),
                        new Promotion(0.001, 0.5, 1, false),
                        10_000,
                        Optional.empty(),
                        1,
                        "words"),
                0,
                3);
    }

    /** Each has a time of its own: of two records of one time, either may be processed first. */
    private static void send(RevivedTask.Broker broker, TopologyFixture fixture, Topic topic, byte[] value) {
        long sent = broker.records(fixture.topics.name(Topic.DOCUMENTS)).size()
                + broker.records(fixture.topics.name(Topic.TEXT)).size();
        broker.send(
                new ProducerRecord<>(
                        fixture.topics.name(topic), null, TopologyFixture.NOON.toEpochMilli() + sent, null, value),
                0);
    }

    /**
     * Rounds of documents or of texts, with something that is neither, each until all is scored. Not of both: documents that
     * wait for the network when a task is revived go on in the order of their tickets.
     */
    private void run(RevivedTask.Broker broker, Instance first, Disturbance disturbance, Current current) {
        TwoLanguages languages = new TwoLanguages();
        TopologyFixture fixture = first.fixture;
        int documents = 0;
        for (int round = 0; round < ROUNDS; round++) {
            if (round % 4 == 3) {
                if (round > 4) {
                    send(
                            broker,
                            fixture,
                            Topic.TEXT,
                            fixture.bytes(TextEvent.newBuilder(text(round - 4))
                                    .setRetract(true)
                                    .build()));
                }
                send(broker, fixture, Topic.TEXT, fixture.bytes(text(round)));
                send(broker, fixture, Topic.TEXT, new byte[] {4, 5, 6});
                documents++;
            } else {
                send(broker, fixture, Topic.DOCUMENTS, fixture.bytes(languages.next("changing", round >= CHANGE)));
                send(broker, fixture, Topic.DOCUMENTS, fixture.bytes(languages.next("steady", false)));
                send(broker, fixture, Topic.DOCUMENTS, new byte[] {1, 2, 3});
                documents += 2;
            }
            settle(broker, round, documents, disturbance, current);
        }
    }

    private static TextEvent text(int round) {
        return TextEvent.newBuilder()
                .setId("t" + round)
                .setSource("texts")
                .setPublishedAt(TopologyFixture.NOON)
                .setText("The dog " + round + " barks. It barks at " + round % 7 + " cats.")
                .build();
    }

    /** The instance that has the task. */
    private interface Current {
        Instance get();
    }

    private static void settle(
            RevivedTask.Broker broker, int round, int documents, Disturbance disturbance, Current current) {
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        String scores = current.get().fixture.topics.name(Topic.SCORES);
        for (int step = 0;
                broker.records(scores).size() < documents || !current.get().task.isIdle();
                step++) {
            disturbance.at(round, step);
            current.get().task.process(Integer.MAX_VALUE);
            current.get().task.pass(TICK);
            current.get().task.commit();
            assertThat(System.nanoTime())
                    .as(
                            "round %d: %d of %d scores",
                            round, broker.records(scores).size(), documents)
                    .isLessThan(deadline);
        }
    }

    /** Everything that was published and everything that is kept, without the times of the clock. */
    private static Map<String, List<String>> outcome(TopologyFixture fixture, RevivedTask.Broker broker) {
        Map<String, List<String>> outcome = new TreeMap<>();
        Map<String, Class<? extends SpecificRecord>> types = new LinkedHashMap<>();
        types.put(fixture.topics.name(Topic.SCORES), Score.class);
        types.put(fixture.topics.name(Topic.PREDICTIONS), Prediction.class);
        types.put(fixture.topics.name(Topic.ENCODINGS), Encoding.class);
        types.put(fixture.topics.name(Topic.DRIFT), DriftEvent.class);
        types.put(fixture.topics.name(Topic.RETRACTIONS), Retraction.class);
        types.put(fixture.topics.routed("odd.v1"), Document.class);
        types.put(fixture.topics.routed("kept.v1"), Document.class);
        for (String topic : topics(fixture.description)) {
            Class<? extends SpecificRecord> type = types.get(topic);
            Deserializer<? extends SpecificRecord> deserializer =
                    type == null ? null : fixture.serdes.deserializer(type);
            outcome.put(
                    topic,
                    broker.records(topic).stream()
                            .map(record -> text(record, deserializer))
                            .toList());
        }
        outcome.put(
                "states of sources",
                fixture.counters.driftStates().notStable(100).entrySet().stream()
                        .map(Object::toString)
                        .toList());
        // The replies say what the counts are. How they lie in pages depends on when they were written.
        outcome.put(
                "size of the counts",
                fixture.shards.sizes().values().stream()
                        .map(size ->
                                size.tokens() + " tokens, " + size.words() + " words, " + size.bigrams() + " bigrams")
                        .toList());
        for (String store : fixture.driver.getAllStateStores().keySet()) {
            if (store.equals(ShardCounts.STORE)) {
                continue;
            }
            List<String> entries = new ArrayList<>();
            broker.store(store).forEach((key, value) -> {
                if (!isTimeSeen(key.get())) {
                    entries.add(HexFormat.of().formatHex(key.get()) + "="
                            + HexFormat.of().formatHex(value));
                }
            });
            outcome.put("store " + store, entries);
        }
        return outcome;
    }

    private static boolean isTimeSeen(byte[] key) {
        return key.length > 6 && (key[0] & 0xFF) == 0xFE && (key[5] & 0xFF) == 0xFE;
    }

    private static String text(
            ConsumerRecord<byte[], byte[]> record, Deserializer<? extends SpecificRecord> deserializer) {
        String value = deserializer == null
                ? HexFormat.of().formatHex(record.value())
                : deserializer
                        .deserialize(record.topic(), record.headers(), record.value())
                        .toString()
                        .replaceAll("\"(scored_at|retracted_at|at)\": [^,}]*", "\"$1\"");
        StringBuilder headers = new StringBuilder();
        record.headers()
                .forEach(header -> headers.append(header.key())
                        .append('=')
                        .append(new String(header.value(), StandardCharsets.UTF_8))
                        .append(' '));
        return headers + value;
    }

    private static Set<String> topics(TopologyDescription description) {
        Set<String> topics = new TreeSet<>();
        nodes(description).forEach(node -> {
            if (node instanceof TopologyDescription.Sink sink && !BY_A_CLOCK.contains(sink.name())) {
                topics.add(sink.topic());
            }
        });
        return topics;
    }

    private static List<TopologyDescription.Node> nodes(TopologyDescription description) {
        return description.subtopologies().stream()
                .flatMap(part -> part.nodes().stream())
                .toList();
    }

    private static void assertSame(Map<String, List<String>> outcome) {
        assertThat(outcome.keySet()).isEqualTo(undisturbed.keySet());
        List<String> differences = new ArrayList<>();
        undisturbed.forEach((name, expected) -> {
            if (!name.startsWith("store pending")) {
                assertThat(expected).as("%s of the undisturbed run", name).isNotEmpty();
            }
            List<String> other = outcome.get(name);
            for (int i = 0; i < Math.max(other.size(), expected.size()); i++) {
                String here = i < other.size() ? other.get(i) : "nothing";
                String there = i < expected.size() ? expected.get(i) : "nothing";
                if (!here.equals(there)) {
                    differences.add(
                            name + ", from number " + i + " on:\n  " + shortened(here) + "\n  " + shortened(there));
                    break;
                }
            }
        });
        assertThat(differences).as("what is not as without a disturbance").isEmpty();
    }

    private static String shortened(String text) {
        return text.length() <= 1_500 ? text : text.substring(0, 1_500) + " ...";
    }

    private static void assertThatEveryProcessorHadWork(Instance instance, int lives) {
        nodes(instance.fixture.description).forEach(node -> {
            if (node instanceof TopologyDescription.Processor processor) {
                assertThat(
                                READ_NOTHING.contains(processor.name())
                                        ? instance.lives.lives()
                                        : instance.lives.livesWithWork())
                        .as("lives of %s in which it had work: let this test bring it some", processor.name())
                        .hasEntrySatisfying(
                                processor.name(), count -> assertThat(count).isGreaterThanOrEqualTo(lives));
            }
        });
    }

    @Test
    void shouldScoreCountWatchAndFilterTheSameWhenTheTaskIsRevived() throws Exception {
        RevivedTask.Broker broker = new RevivedTask.Broker();
        Instance instance = new Instance(broker, true);
        int punctuations = instance.task.punctuations();
        int[] revived = {0};
        run(
                broker,
                instance,
                (round, step) -> {
                    if (DISTURBED.contains(round) && step < 6) {
                        // Some of the work of this step, the idle punctuation, and all of it undone.
                        instance.task.process(1 + (round + step) % 5);
                        instance.task.pass(step == 1 ? Duration.ofSeconds(11) : TICK);
                        instance.task.revive();
                        revived[0]++;
                        assertThat(instance.task.punctuations())
                                .as("punctuations after %d revivals", revived[0])
                                .isEqualTo(punctuations);
                        if (step == 2) {
                            // What is left of another life finds a store that is not its own.
                            instance.task.pass(Duration.ofSeconds(11));
                        }
                    }
                },
                () -> instance);

        assertThat(revived[0]).isGreaterThan(12);
        assertThatEveryProcessorHadWork(instance, 4);
        assertSame(outcome(instance.fixture, broker));
    }

    @Test
    void shouldScoreCountWatchAndFilterTheSameWhenTheTaskMovesAndComesBack() throws Exception {
        RevivedTask.Broker broker = new RevivedTask.Broker();
        Instance one = new Instance(broker, true);
        Instance other = new Instance(broker, true);
        other.task.becomeStandby();
        Instance[] current = {one};
        int punctuations = one.task.punctuations();
        run(
                broker,
                one,
                (round, step) -> {
                    if (step == round % 4 && round % 5 == 2) {
                        Instance next = current[0] == one ? other : one;
                        current[0].task.process(Integer.MAX_VALUE);
                        current[0].task.becomeStandby();
                        next.task.becomeActive();
                        current[0] = next;
                        assertThat(next.task.punctuations()).isEqualTo(punctuations);
                    }
                },
                () -> current[0]);

        TopologyFixture without = (current[0] == one ? other : one).fixture;
        assertThat(without.counters.driftStates().notStable(100)).isEmpty();
        assertThat(without.shards.sizes()).isEmpty();
        assertThat(without.owned.numbers()).isEmpty();
        assertThat(without.counters.pendingByPartition()).isEmpty();
        for (HeapUse use : HeapUse.values()) {
            if (!OF_THE_INSTANCE.contains(use)) {
                assertThat(without.counters.heap().used(use))
                        .as("heap of %s where the task is not", use)
                        .isZero();
            }
        }
        assertThatEveryProcessorHadWork(one, 3);
        assertThatEveryProcessorHadWork(other, 3);
        assertSame(outcome(current[0].fixture, broker));
    }

    @Test
    void shouldScoreWithAllShardsRepliesWhenATaskIsRevived() throws Exception {
        List<List<String>> outcomes = new ArrayList<>();
        for (boolean isRevived : new boolean[] {false, true}) {
            RevivedTask.Broker broker = new RevivedTask.Broker();
            Instance instance = new Instance(broker, false);
            TwoLanguages languages = new TwoLanguages();
            for (int i = 0; i < 3; i++) {
                send(broker, instance.fixture, Topic.DOCUMENTS, instance.fixture.bytes(languages.next("news", false)));
            }
            for (int hop = 0; hop < 2; hop++) {
                instance.task.process(Integer.MAX_VALUE);
                instance.task.commit();
            }
            // All replies are in: complete, but for the network, which does not read yet.
            instance.task.process(Integer.MAX_VALUE);
            instance.task.pass(TICK);
            if (isRevived) {
                instance.task.revive();
                instance.fixture.neural.start();
                long scored = instance.fixture.counters.documentsScored();
                for (int i = 0; i < 20; i++) {
                    instance.task.pass(TICK);
                }
                assertThat(instance.fixture.counters.documentsScored()).isEqualTo(scored);
                // One message with the replies of a shard to all of them.
                assertThat(instance.task.process(Integer.MAX_VALUE)).isEqualTo(1);
            } else {
                instance.fixture.neural.start();
            }
            instance.task.commit();
            settle(broker, 0, 3, (round, step) -> {}, () -> instance);
            outcomes.add(outcome(instance.fixture, broker).get(instance.fixture.topics.name(Topic.SCORES)));
        }
        assertThat(outcomes.get(1)).hasSize(3).isEqualTo(outcomes.get(0));
    }
}
