package dev.driftline.topology;

import static dev.driftline.topology.TopologyFixture.LIMITS;
import static dev.driftline.topology.TopologyFixture.document;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.driftline.commits.CommittingProcessors;
import dev.driftline.config.DriftlineConfig;
import dev.driftline.failures.RecordTries;
import dev.driftline.mixture.DocumentScore;
import dev.driftline.mixture.DocumentScorer;
import dev.driftline.mixture.ScoreRequest;
import dev.driftline.network.scoring.NeuralPolicy;
import dev.driftline.network.scoring.NeuralScoringSettings;
import dev.driftline.neural.Architecture;
import dev.driftline.neural.Cell;
import dev.driftline.neural.Network;
import dev.driftline.neural.NeuralVocabulary;
import dev.driftline.neural.Pooling;
import dev.driftline.neural.events.KnownRows;
import dev.driftline.neural.events.NeuralExpert;
import dev.driftline.neural.snapshot.Provenance;
import dev.driftline.neural.snapshot.Snapshot;
import dev.driftline.neural.snapshot.SnapshotManifest;
import dev.driftline.pages.HeapPageStore;
import dev.driftline.pending.PendingDocuments;
import dev.driftline.schemas.Encoding;
import dev.driftline.schemas.ExpertScore;
import dev.driftline.schemas.ModelPrediction;
import dev.driftline.schemas.Prediction;
import dev.driftline.schemas.Score;
import dev.driftline.scoring.DocumentTokens;
import dev.driftline.scoring.LocalModel;
import dev.driftline.scoring.ModelSettings;
import dev.driftline.scoring.NgramProbabilities;
import dev.driftline.scoring.Vocabulary;
import dev.driftline.smoothing.Smoothing;
import dev.driftline.source.SourceModel;
import dev.driftline.store.WriteBackStore;
import dev.driftline.topics.Layout;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.streams.StreamsConfig;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@ParameterizedClass
@EnumSource
class NeuralTopologyTest {

    private static final List<String> WORDS = List.of("a", "b", "c", "d", "e", "f");
    private static final ModelSettings MODEL =
            new ModelSettings(3, Smoothing.KNESER_NEY, Vocabulary.fixed(WORDS), ModelSettings.DEFAULT_DELTA);
    private static final Duration TICK = Duration.ofMillis(25);

    @Parameter
    Layout layout;

    @TempDir
    Path stateDir;

    private TopologyFixture fixture;

    @AfterEach
    void stop() {
        fixture.close();
    }

    private void begin(NeuralPolicy policy, long patienceMs, Pooling encodings) {
        begin(MODEL, policy, patienceMs, encodings);
    }

    private void begin(ModelSettings ngrams, NeuralPolicy policy, long patienceMs, Pooling encodings) {
        fixture = new TopologyFixture(
                layout,
                stateDir,
                ngrams,
                LIMITS,
                Optional.of(new NeuralScoringSettings("lstm", 1, 64, policy, patienceMs, encodings)),
                Optional.empty(),
                TopologySettings.sourceLimits(DriftlineConfig.defaults()),
                Optional.empty(),
                new RecordTries(),
                Optional.empty(),
                Map.of(StreamsConfig.PROCESSOR_WRAPPER_CLASS_CONFIG, CommittingProcessors.class));
    }

    /** A network that has rows for half of the vocabulary. */
    private static Snapshot snapshot(String version, long seed) {
        return snapshot(version, seed, Map.of(Provenance.FOREIGN_ROWS, 0L));
    }

    private static Snapshot snapshot(String version, long seed, Map<String, Long> data) {
        NeuralVocabulary rows = new NeuralVocabulary(List.of("<unk>", "</s>", "a", "b", "c"));
        Network network = Network.random(Architecture.recurrent(Cell.LSTM, 8, 0, List.of()), rows, seed);
        return new Snapshot(
                new SnapshotManifest(version, null, Instant.EPOCH, "lstm", "words", Map.of(), Map.of(), data), network);
    }

    /** Lets time pass until there are so many scores; the scoring threads take the time they need. */
    private List<Score> await(int scores) {
        List<Score> read = new ArrayList<>(fixture.scores.readValuesToList());
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (read.size() < scores) {
            assertThat(System.nanoTime())
                    .as("%d of %d scores came", read.size(), scores)
                    .isLessThan(deadline);
            Thread.onSpinWait();
            fixture.driver.advanceWallClockTime(TICK);
            read.addAll(fixture.scores.readValuesToList());
        }
        return read;
    }

    @Test
    void shouldSayThatThereWasNoSnapshotWhenNoneIsActive() {
        begin(NeuralPolicy.WAIT, 0, null);
        fixture.neural.start();

        fixture.pipe(document("d1", "news", "a b c"));
        Score score = await(1).get(0);

        assertThat(score.getNeuralStatus()).isEqualTo("no-snapshot");
        assertThat(score.getNeuralBitsPerToken()).isNull();
        assertThat(score.getSnapshotVersion()).isNull();
        assertThat(score.getExperts()).extracting(ExpertScore::getName).doesNotContain("lstm");
        assertThat(fixture.counters.documentsWithoutSnapshot()).isEqualTo(1);
    }

    @Test
    void shouldScoreWithoutTheNetworkWhenItOverflows() {
        begin(NeuralPolicy.WAIT, 0, null);
        fixture.neural.start();
        Snapshot huge = snapshot("000001-aaaaaa", 1);
        huge.network().parameters().tensors().forEach(tensor -> Arrays.fill(tensor.data(), 3e38f));
        fixture.active.set(huge);

        fixture.pipe(document("d1", "news", "a b c"));
        Score overflown = await(1).get(0);
        fixture.active.set(snapshot("000002-aaaaaa", 2));
        fixture.pipe(document("d2", "news", "a b c"));
        Score sound = await(1).get(0);

        assertThat(overflown.getNeuralStatus()).isEqualTo("fallback");
        assertThat(overflown.getMixtureBits()).isFinite();
        assertThat(sound.getNeuralStatus()).isEqualTo("scored");
        assertThat(sound.getMixtureBits()).isFinite();
    }

    /** Be the network made here or elsewhere: of one from elsewhere, words count that were known in a document before. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldScoreAsTheScorerDoesWithTheSameNetwork(boolean fromElsewhere) {
        ModelSettings ngramModel = fromElsewhere ? ModelSettings.ofOrder(3) : MODEL;
        begin(ngramModel, NeuralPolicy.WAIT, 0, null);
        fixture.neural.start();
        LocalModel model = new LocalModel(ngramModel, 1, shard -> new HeapPageStore(), 1 << 24);
        DocumentScorer scorer = new DocumentScorer(fixture.settings.mixture());
        SourceModel source = new SourceModel(fixture.settings.mixture());
        KnownRows rows = new KnownRows(ngramModel.vocabulary());
        for (int i = 0; i < 12; i++) {
            Snapshot snapshot = snapshot(
                    "00000" + i / 4 + "-aaaaaa", i / 4, fromElsewhere ? Map.of() : Map.of(Provenance.FOREIGN_ROWS, 0L));
            fixture.active.set(snapshot);
            List<String> sentence = List.of("a", "b", WORDS.get(i % 6), "e", "unheard", WORDS.get((i + 3) % 6));

            fixture.pipe(document("d" + i, "news", String.join(" ", sentence)));
            Score score = await(1).get(0);

            DocumentTokens tokens = DocumentTokens.of(List.of(sentence));
            BitSet foreign = fromElsewhere ? rows.foreign(snapshot.network()) : new BitSet();
            NeuralExpert expert = new NeuralExpert(
                    snapshot.network(),
                    snapshot.network()
                            .reader()
                            .score(List.of(snapshot.network().vocabulary().encode(tokens)), false, null, foreign)
                            .get(0),
                    foreign);
            NgramProbabilities ngrams = model.score(tokens, true);
            DocumentScore expected = scorer.score(ScoreRequest.of(tokens, ngrams, source)
                    .withLearning(true)
                    .withNetwork(Optional.ofNullable(expert)));
            rows.learn(tokens, ngrams.unknown());
            assertThat(score.getNeuralStatus()).isEqualTo("scored");
            assertThat(score.getSnapshotVersion()).isEqualTo(snapshot.version());
            assertThat(score.getMixtureBits()).isCloseTo(expected.bits("mixture"), within(1e-9));
            assertThat(score.getNeuralBitsPerToken() * score.getTokens())
                    .isCloseTo(expected.bits("lstm"), within(1e-6));
            assertThat(score.getMixtureWeights()).containsKey("lstm");
        }
        assertThat(fixture.counters.documentsWithNetwork()).isEqualTo(12);
        assertThat(fixture.counters.networkTokens()).isEqualTo(12 * 7);
    }

    @Test
    void shouldPredictWithTheNetworkToo() {
        begin(NeuralPolicy.WAIT, 0, null);
        fixture.neural.start();
        fixture.active.set(snapshot("000001-aaaaaa", 1));
        for (int i = 0; i < 3; i++) {
            fixture.pipe(document("d" + i, "news", "a b c d"));
            await(1);
        }

        List<Prediction> predictions = fixture.predictions.readValuesToList();
        Prediction last = predictions.get(predictions.size() - 1);
        assertThat(last.getModels())
                .extracting(ModelPrediction::getModel)
                .containsExactly("mixture", "kneser-ney-3", "lstm");
        assertThat(last.getModels().get(2).getCandidates()).hasSize(3);
        assertThat(last.getModels().get(2).getCandidates().get(0).getProbability())
                .isBetween(0.1, 0.5);
    }

    @Test
    void shouldGoWithoutTheNetworkAndSaySoWhenPatienceEnds() {
        begin(NeuralPolicy.NGRAM_ONLY, 100, null);
        fixture.active.set(snapshot("000001-aaaaaa", 1));

        // The threads are not started: this is a network that never catches up.
        fixture.pipe(document("d1", "news", "a b c"));
        fixture.driver.advanceWallClockTime(TICK);
        assertThat(fixture.scores.isEmpty()).isTrue();
        fixture.driver.advanceWallClockTime(Duration.ofMillis(100));

        Score score = fixture.scores.readValue();
        assertThat(score.getNeuralStatus()).isEqualTo("fallback");
        assertThat(score.getNeuralBitsPerToken()).isNull();
        assertThat(score.getMixtureBits()).isPositive();
        assertThat(fixture.counters.documentsFallenBack()).isEqualTo(1);
        assertThat(fixture.neural.tokensUnderWay())
                .as("what is given up leaves the queue")
                .isZero();
    }

    @Test
    void shouldHoldDocumentsInOrderUntilTheNetworkHasReadThem() {
        begin(NeuralPolicy.WAIT, 0, null);
        fixture.active.set(snapshot("000001-aaaaaa", 1));
        List<String> expected = new ArrayList<>();
        // More tokens than the queue takes: the last of them are offered again when there is room.
        for (int i = 0; i < 24; i++) {
            fixture.pipe(document("d" + i, "news", "a b c d"));
            expected.add("d" + i);
        }

        assertThat(fixture.scores.isEmpty()).isTrue();
        assertThat(fixture.neural.tokensUnderWay()).isLessThanOrEqualTo(64);
        assertThat(stored()).as("documents that wait are in the store").isEqualTo(24);
        fixture.neural.start();
        List<Score> scores = await(24);

        assertThat(scores).extracting(Score::getId).containsExactlyElementsOf(expected);
        assertThat(scores).extracting(Score::getNeuralStatus).containsOnly("scored");
        assertThat(stored()).isZero();
        assertThat(fixture.neural.tokensUnderWay()).isZero();
    }

    private int stored() {
        fixture.driver.advanceWallClockTime(TICK);
        WriteBackStore store = (WriteBackStore) fixture.driver.getStateStore(PendingDocuments.STORE);
        int[] entries = {0};
        store.scan(new byte[0], (key, value) -> entries[0]++);
        return entries[0];
    }

    @Test
    void shouldWriteTheVectorOfADocumentWhenAskedFor() {
        begin(NeuralPolicy.WAIT, 0, Pooling.MEAN);
        fixture.neural.start();
        fixture.pipe(document("d0", "news", "a b c"));
        await(1);
        assertThat(fixture.encodings.isEmpty()).as("no snapshot, no vector").isTrue();
        Snapshot snapshot = snapshot("000001-aaaaaa", 1);
        fixture.active.set(snapshot);

        fixture.pipe(document("d1", "news", "a b c"));
        await(1);

        Encoding encoding = fixture.encodings.readValue();
        float[] expected = snapshot.network().reader().encode(new int[] {2, 3, 4, 1}, Pooling.MEAN);
        assertThat(encoding.getId()).isEqualTo("d1");
        assertThat(encoding.getPooling()).isEqualTo("mean");
        assertThat(encoding.getSnapshotVersion()).isEqualTo(snapshot.version());
        assertThat(encoding.getVector()).hasSize(8);
        for (int i = 0; i < 8; i++) {
            assertThat(encoding.getVector().get(i)).isCloseTo(expected[i], within(1e-5f));
        }
    }
}
