package dev.driftline.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.driftline.schemas.Document;
import dev.driftline.schemas.ExpertScore;
import dev.driftline.schemas.Retraction;
import dev.driftline.schemas.RetractionOutcome;
import dev.driftline.schemas.Score;
import dev.driftline.schemas.TextEvent;
import dev.driftline.scoring.ModelSettings;
import dev.driftline.topics.Layout;
import dev.driftline.topics.Topic;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A document that is published once more with {@code retract} is taken out of the model, in each layout. */
class RetractionTopologyTest {

    private static final Document FIRST = TopologyFixture.document("first", "news", "the cat sat", "the dog ran");
    private static final Document SECRET =
            TopologyFixture.document("secret", "news", "the cat told a secret", "a secret that nobody knows");
    private static final Document LAST = TopologyFixture.document("last", "news", "a dog sat on the cat");
    private static final Document QUESTION = Document.newBuilder(
                    TopologyFixture.document("question", "news", "the cat knows a secret", "a dog ran"))
            .setLearn(false)
            .build();

    @TempDir
    private Path folder;

    private final List<TopologyFixture> fixtures = new ArrayList<>();

    @AfterEach
    void close() {
        fixtures.forEach(TopologyFixture::close);
    }

    private TopologyFixture fixture(Layout layout) {
        TopologyFixture fixture = new TopologyFixture(
                layout, folder.resolve("state-" + fixtures.size()), ModelSettings.ofOrder(3), TopologyFixture.LIMITS);
        fixtures.add(fixture);
        return fixture;
    }

    private static Document retraction(Document of, Long offset) {
        return Document.newBuilder(of)
                .setLearn(false)
                .setRetract(true)
                .setRetractOffset(offset)
                .build();
    }

    private static Retraction answer(TopologyFixture fixture, Document retraction) {
        fixture.pipe(retraction);
        return fixture.retractions.readValue();
    }

    private static List<Double> ngramBits(Score score) {
        return score.getExperts().stream()
                .filter(expert -> expert.getName().startsWith("kneser-ney"))
                .map(ExpertScore::getBits)
                .toList();
    }

    private static List<Double> cacheBits(Score score) {
        return score.getExperts().stream()
                .filter(expert -> expert.getName().startsWith("cache"))
                .map(ExpertScore::getBits)
                .toList();
    }

    @ParameterizedTest
    @EnumSource(Layout.class)
    void shouldScoreAsIfTheDocumentHadNeverComeWhenItIsTakenOut(Layout layout) {
        TopologyFixture fixture = fixture(layout);
        TopologyFixture never = fixture(layout);
        for (Document document : List.of(FIRST, SECRET, LAST)) {
            fixture.score(document);
        }
        List.of(FIRST, LAST).forEach(never::score);

        Retraction answer = answer(fixture, retraction(SECRET, 1L));

        assertThat(answer.getOutcome()).isEqualTo(RetractionOutcome.RETRACTED);
        assertThat(answer.getId()).isEqualTo("secret");
        assertThat(answer.getTokens()).isEqualTo(12);
        assertThat(answer.getInputTopic()).isEqualTo(fixture.topics.name(Topic.DOCUMENTS));
        assertThat(answer.getInputOffset()).isEqualTo(3);
        assertThat(answer.getRetractOffset()).isEqualTo(1);
        assertThat(fixture.scores.isEmpty()).as("no score of a retraction").isTrue();
        assertThat(fixture.counters.documentsScored()).isEqualTo(3);
        assertThat(fixture.counters.retractions()).containsEntry(RetractionOutcome.RETRACTED, 1L);
        List<Double> bits = ngramBits(fixture.score(QUESTION));
        assertThat(bits).isNotEmpty().isEqualTo(ngramBits(never.score(QUESTION)));
    }

    @ParameterizedTest
    @EnumSource(Layout.class)
    void shouldTakeNothingOutWhenTheRecordIsOutOrWasNeverLearned(Layout layout) {
        TopologyFixture fixture = fixture(layout);
        // Twice, so that the counts alone could not tell that it was taken out before.
        fixture.score(SECRET);
        fixture.score(SECRET);
        List<Double> before = ngramBits(fixture.score(QUESTION));
        fixture.score(SECRET);

        assertThat(answer(fixture, retraction(SECRET, 3L)).getOutcome()).isEqualTo(RetractionOutcome.RETRACTED);
        assertThat(answer(fixture, retraction(SECRET, 3L)).getOutcome()).isEqualTo(RetractionOutcome.ALREADY_RETRACTED);
        Retraction unknown = answer(fixture, retraction(FIRST, 0L));
        assertThat(unknown.getOutcome()).isEqualTo(RetractionOutcome.NOT_LEARNED);
        assertThat(unknown.getReason()).contains("lack");
        assertThat(unknown.getTokens()).isZero();
        assertThat(answer(fixture, retraction(SECRET, 99L)).getOutcome()).isEqualTo(RetractionOutcome.NOT_LEARNED);
        assertThat(answer(
                                fixture,
                                Document.newBuilder(retraction(SECRET, 0L))
                                        .setSentences(List.of())
                                        .build())
                        .getOutcome())
                .isEqualTo(RetractionOutcome.NO_TEXT);

        assertThat(ngramBits(fixture.score(QUESTION))).isEqualTo(before);
        // What was not taken out may be: the claim of the retraction that failed is gone.
        assertThat(answer(fixture, retraction(SECRET, 0L)).getOutcome()).isEqualTo(RetractionOutcome.RETRACTED);
        assertThat(fixture.deadLetters.isEmpty()).isTrue();
    }

    @ParameterizedTest
    @EnumSource(Layout.class)
    void shouldTakeOutRawTextAndDropASource(Layout layout) {
        TopologyFixture fixture = fixture(layout);
        TextEvent text = TextEvent.newBuilder()
                .setId("text")
                .setSource("mail")
                .setText("A secret that nobody knows.")
                .setPublishedAt(TopologyFixture.NOON)
                .build();
        fixture.score(FIRST);
        List<Double> before = ngramBits(fixture.score(QUESTION));
        fixture.text.pipeInput(new byte[] {1}, fixture.bytes(text));
        fixture.scores.readValue();

        fixture.text.pipeInput(
                new byte[] {1},
                fixture.bytes(TextEvent.newBuilder(text)
                        .setRetract(true)
                        .setRetractOffset(0L)
                        .build()));

        Retraction answer = fixture.retractions.readValue();
        assertThat(answer.getOutcome()).isEqualTo(RetractionOutcome.RETRACTED);
        assertThat(answer.getInputTopic()).isEqualTo(fixture.topics.name(Topic.TEXT));
        assertThat(ngramBits(fixture.score(QUESTION))).isEqualTo(before);

        Document drop = Document.newBuilder(retraction(FIRST, null))
                .setId("all of news")
                .setSentences(List.of())
                .setRetractSource(true)
                .build();
        assertThat(answer(fixture, drop).getOutcome()).isEqualTo(RetractionOutcome.SOURCE_DROPPED);
        TopologyFixture fresh = fixture(layout);
        fresh.score(Document.newBuilder(FIRST).setSource("another").build());
        Score ofNew = fresh.score(QUESTION);
        Score ofDropped = fixture.score(QUESTION);
        assertThat(ngramBits(ofDropped)).isEqualTo(ngramBits(ofNew));
        List<Double> dropped = cacheBits(ofDropped);
        List<Double> ofNews = cacheBits(ofNew);
        for (int cache = 0; cache < ofNews.size(); cache++) {
            // What sources have in common has been taught by other documents.
            assertThat(dropped.get(cache))
                    .as("a cache of a source that is new")
                    .isCloseTo(ofNews.get(cache), within(0.01));
        }
    }

    @Test
    void shouldMakeADeadLetterOfARetractionThatIsNoDocument() {
        TopologyFixture fixture = fixture(Layout.ONE_TASK);
        fixture.pipe(Document.newBuilder(retraction(SECRET, 0L))
                .setSentences(List.of(List.of("a", "</s>")))
                .build());
        assertThat(new String(fixture.deadLetters.readRecord().key(), StandardCharsets.UTF_8))
                .isEqualTo("secret");
        assertThat(fixture.retractions.isEmpty()).isTrue();
    }
}
