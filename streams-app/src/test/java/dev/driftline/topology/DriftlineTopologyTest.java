package dev.driftline.topology;

import static dev.driftline.topology.TopologyFixture.LIMITS;
import static dev.driftline.topology.TopologyFixture.NOON;
import static dev.driftline.topology.TopologyFixture.document;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import dev.driftline.heap.HeapBudget;
import dev.driftline.heap.HeapUse;
import dev.driftline.output.PredictionOutput;
import dev.driftline.output.ScoreOutput;
import dev.driftline.pages.HeapPageStore;
import dev.driftline.retraction.RetractionOutput;
import dev.driftline.schemas.Document;
import dev.driftline.schemas.ExpertScore;
import dev.driftline.schemas.ModelPrediction;
import dev.driftline.schemas.Prediction;
import dev.driftline.schemas.Score;
import dev.driftline.schemas.TextEvent;
import dev.driftline.scoring.ModelSettings;
import dev.driftline.scoring.ShardScorer;
import dev.driftline.shards.ShardCounts;
import dev.driftline.store.WriteBackStore;
import dev.driftline.topics.Changelogs;
import dev.driftline.topics.Layout;
import dev.driftline.topics.Topic;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.streams.TopologyDescription;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource
class DriftlineTopologyTest {

    @Parameter
    Layout layout;

    @TempDir
    Path stateDir;

    private TopologyFixture fixture;

    @BeforeEach
    void start() {
        fixture = new TopologyFixture(layout, stateDir, ModelSettings.ofOrder(3), LIMITS);
    }

    @AfterEach
    void stop() {
        fixture.close();
    }

    @Test
    void shouldGiveEveryNodeAndStoreAName() {
        TopologyDescription description = new DriftlineTopology(
                        fixture.settings, fixture.serdes, fixture.registry, fixture.shards, fixture.counters)
                .get()
                .describe();

        Set<String> nodes = new TreeSet<>();
        Set<String> stores = new TreeSet<>();
        description
                .subtopologies()
                .forEach(sub -> sub.nodes().forEach(node -> {
                    nodes.add(node.name());
                    if (node instanceof TopologyDescription.Processor processor) {
                        stores.addAll(processor.stores());
                    }
                }));
        assertThat(nodes).containsExactlyInAnyOrderElementsOf(nodes(layout));
        assertThat(stores.stream().map(store -> "app-" + store + "-changelog"))
                .as("the stores, whose changelogs are deleted by name")
                .containsExactlyElementsOf(Changelogs.of("app"));
    }

    private static List<String> nodes(Layout layout) {
        List<String> nodes = new ArrayList<>(List.of(
                ReadProcessor.DOCUMENTS_SOURCE,
                ReadProcessor.TEXT_SOURCE,
                ReadProcessor.READ_DOCUMENTS,
                ReadProcessor.READ_TEXT,
                ReadProcessor.DEAD_LETTERS_SINK,
                ScoreOutput.SINK,
                PredictionOutput.SINK,
                RetractionOutput.SINK,
                DriftlineTopology.OBSERVATIONS_SOURCE,
                "watch-off",
                "filter-off",
                TrainerProcessor.TRAINING_SOURCE,
                "train-off"));
        nodes.addAll(
                switch (layout) {
                    case ONE_TASK -> List.of(ScoreProcessor.NAME);
                    case ONE_SHARD ->
                        List.of(
                                SendProcessor.NAME,
                                SendProcessor.DOCUMENTS_SINK,
                                ReceiveProcessor.DOCUMENTS_SOURCE,
                                ReceiveProcessor.NAME,
                                ScoreProcessor.NAME,
                                ScoreProcessor.DEAD_LETTERS_SINK);
                    case SHARDS ->
                        List.of(
                                GatherProcessor.REPLIES_SOURCE,
                                ScatterProcessor.NAME,
                                GatherProcessor.NAME,
                                StrandedProcessor.NAME,
                                ScatterProcessor.REQUESTS_SINK,
                                CountProcessor.REQUESTS_SOURCE,
                                CountProcessor.NAME,
                                CountProcessor.REPLIES_SINK,
                                CountProcessor.WORDS_SINK,
                                InternalRecords.deadLettersSink(CountProcessor.NAME));
                });
        return nodes;
    }

    @Test
    void shouldScoreADocumentBeforeItLearnsIt() {
        Score first = fixture.score(document("d1", "news", "students opened their books"));
        Score second = fixture.score(document("d2", "news", "students opened their books"));

        // With no counts at all the vocabulary is </s> and <unk>: one bit a token.
        assertThat(first.getNgramBitsPerToken()).isCloseTo(1, within(1e-6));
        assertThat(first.getTokens()).isEqualTo(5);
        assertThat(first.getUnknownTokens()).isEqualTo(4);
        assertThat(second.getUnknownTokens()).isZero();
        assertThat(second.getInputTopic()).isEqualTo(fixture.topics.name(Topic.DOCUMENTS));
        assertThat(second.getInputOffset()).isEqualTo(1);
        assertThat(second.getSource()).isEqualTo("news");
        assertThat(second.getPublishedAt()).isEqualTo(NOON);
        assertThat(fixture.counters.pendingByPartition()).containsEntry(0, 0);
    }

    @Test
    void shouldNotLearnADocumentThatSaysSo() {
        fixture.score(document("d1", "news", "a b"));
        Document unlearned = document("d2", "news", "c d");
        unlearned.setLearn(false);

        Score second = fixture.score(unlearned);
        Score third = fixture.score(document("d3", "news", "c d"));

        assertThat(second.getLearned()).isFalse();
        assertThat(third.getUnknownTokens()).isEqualTo(2);
    }

    @Test
    void shouldTakeARepeatedIdForAnotherDocument() {
        Score first = fixture.score(document("same", "news", "a b c"));
        Score second = fixture.score(document("same", "news", "a b c"));

        assertThat(first.getInputOffset()).isZero();
        assertThat(second.getInputOffset()).isEqualTo(1);
        assertThat(second.getUnknownTokens()).isZero();
        assertThat(fixture.shards.ask(0, shard -> shard.rawCount(List.of("a", "b"))))
                .contains(2L);
    }

    @Test
    void shouldPredictTheWordsAfterAnOpenSentence() {
        for (int i = 0; i < 5; i++) {
            fixture.score(document("d" + i, "news", "students opened their books"));
        }
        fixture.predictions.readValuesToList();
        fixture.score(document("open", "news", "students opened their"));

        Prediction prediction = fixture.predictions.readValue();
        assertThat(prediction.getId()).isEqualTo("open");
        assertThat(prediction.getModels().get(0).getCandidates()).hasSizeLessThanOrEqualTo(3);
        assertThat(prediction.getModels().get(0).getCandidates().get(0).getWord())
                .isEqualTo("books");
        assertThat(prediction.getModels())
                .extracting(ModelPrediction::getModel)
                .containsExactly("mixture", "kneser-ney-3");
        assertThat(prediction.getContext()).containsExactly("opened", "their");
    }

    @Test
    void shouldMixTheCachesOfTheSourceIn() {
        fixture.score(document("d1", "news", "a b c", "a b d"));
        Score known = fixture.score(document("d2", "news", "a b c"));

        assertThat(known.getExperts())
                .extracting(ExpertScore::getName)
                .containsExactly("kneser-ney-1", "kneser-ney-2", "kneser-ney-3", "cache-unigram", "cache-bigram");
        assertThat(known.getMixtureWeights().values().stream()
                        .mapToDouble(Double::doubleValue)
                        .sum())
                .isCloseTo(1, within(1e-9));
        assertThat(known.getMixtureBits()).isPositive();
        assertThat(known.getExperts().get(2).getBits()).isEqualTo(known.getNgramBitsPerToken() * known.getTokens());
    }

    /** Else each rebalance would leave something in the budget for good. */
    @Test
    void shouldHoldNothingOfTheHeapWhenItsTasksAreClosed(@TempDir Path folder) {
        HeapBudget heap;
        try (TopologyFixture moved =
                new TopologyFixture(layout, folder, ModelSettings.ofOrder(3), TopologyFixture.LIMITS)) {
            heap = moved.counters.heap();
            moved.score(document("d1", "news", "students opened their books"));
            assertThat(heap.used(HeapUse.PAGES)).isPositive();
            assertThat(heap.used(HeapUse.WORDS)).isPositive();
            assertThat(heap.used(HeapUse.SOURCES)).isPositive();
            assertThat(heap.used(HeapUse.SOURCE_TIMES)).isPositive();
        }

        assertThat(HeapUse.values()).allSatisfy(use -> {
            assertThat(heap.used(use)).isZero();
            assertThat(heap.bound(use) == 0).isEqualTo(use.scope() == HeapUse.Scope.EACH_SHARD);
        });
    }

    @Test
    void shouldTokeniseRawText() {
        TextEvent event = TextEvent.newBuilder()
                .setId("t1")
                .setSource("web")
                .setPublishedAt(NOON)
                .setText("Students opened their books. They read.")
                .build();

        fixture.text.pipeInput(null, fixture.bytes(event));
        Score score = fixture.scores.readValue();

        assertThat(score.getInputTopic()).isEqualTo(fixture.topics.name(Topic.TEXT));
        assertThat(score.getTokens()).isEqualTo(10);
    }

    @Test
    void shouldKeepATextAndADocumentOfTheSameOffsetApart() {
        TextEvent event = TextEvent.newBuilder()
                .setId("t1")
                .setSource("web")
                .setPublishedAt(NOON)
                .setText("one two")
                .build();

        fixture.text.pipeInput(null, fixture.bytes(event));
        fixture.pipe(document("d1", "news", "one two"));

        assertThat(fixture.scores.readValuesToList())
                .extracting(Score::getId, Score::getInputTopic, Score::getInputOffset)
                .containsExactly(
                        tuple("t1", fixture.topics.name(Topic.TEXT), 0L),
                        tuple("d1", fixture.topics.name(Topic.DOCUMENTS), 0L));
    }

    @Test
    void shouldWriteCountsToTheStoreAtTheCommit() {
        fixture.score(document("d1", "news", "a b c", "a b d"));
        WriteBackStore store = (WriteBackStore) fixture.driver.getStateStore(ShardCounts.STORE);
        HeapPageStore stored = new HeapPageStore();
        store.scan(new byte[0], stored::put);

        ShardScorer restored = new ShardScorer(fixture.settings.model(), 0, 1, stored, 1 << 20);

        assertThat(restored.rawCount(List.of("a"))).isEqualTo(2);
        assertThat(restored.rawCount(List.of("a", "b"))).isEqualTo(2);
        assertThat(restored.rawCount(List.of("a", "b", "d"))).isEqualTo(1);
        assertThat(restored.rawCount(List.of("b", "a"))).isZero();
    }
}
