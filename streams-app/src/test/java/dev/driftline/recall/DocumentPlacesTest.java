package dev.driftline.recall;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.driftline.input.DocumentOrigin;
import dev.driftline.recall.DocumentPlace.State;
import dev.driftline.schemas.Document;
import dev.driftline.schemas.Retraction;
import dev.driftline.schemas.RetractionOutcome;
import dev.driftline.schemas.TextEvent;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A document is live until a record that is paired with it by its offset has taken it out. */
class DocumentPlacesTest {

    private static final String TOPIC = "documents";

    private final DocumentPlaces places = new DocumentPlaces();

    @Test
    void shouldFindTwoCopiesInTheOrderOfTheirPlaces() {
        document(1, 7, true);
        document(0, 9, true);
        assertThat(places.places())
                .extracting(place ->
                        place.origin().partition() + ":" + place.origin().offset() + " " + place.state())
                .containsExactly("0:9 LIVE", "1:7 LIVE");
    }

    @Test
    void shouldPairARetractionWithTheOffsetThatItNamesInItsOwnPartition() {
        document(0, 3, true);
        document(0, 5, true);
        document(1, 3, true);
        retraction(0, 8, 3L);
        answer(0, 8, 3L, RetractionOutcome.RETRACTED);
        assertThat(states()).containsExactly(State.RETRACTED, State.LIVE, State.LIVE);
    }

    @Test
    void shouldNotTakeARetractionForADocument() {
        retraction(0, 8, 3L);
        assertThat(places.places()).isEmpty();
    }

    @Test
    void shouldFindADocumentAgainThatWasPublishedAfterItsRetraction() {
        document(0, 3, true);
        retraction(0, 4, null);
        document(0, 5, true);
        answer(0, 4, null, RetractionOutcome.APPROXIMATE);
        assertThat(states()).containsExactly(State.RETRACTED, State.LIVE);
        assertThat(places.places().get(0).retraction()).contains(new DocumentOrigin(TOPIC, 0, 4));
    }

    @Test
    void shouldSayThatThereIsNoAnswerYet() {
        document(0, 3, true);
        retraction(0, 4, 3L);
        assertThat(states()).containsExactly(State.ASKED);
        assertThat(places.places()).allMatch(DocumentPlace::isOpen);
    }

    @ParameterizedTest
    @EnumSource(RetractionOutcome.class)
    void shouldLeaveADocumentLiveOfWhichNothingWasTakenOut(RetractionOutcome outcome) {
        document(0, 3, true);
        retraction(0, 4, 3L);
        answer(0, 4, 3L, outcome);
        assertThat(states())
                .containsExactly(
                        switch (outcome) {
                            case RETRACTED, APPROXIMATE, ALREADY_RETRACTED -> State.RETRACTED;
                            case NOT_LEARNED, NO_TEXT -> State.LIVE;
                            case UNKNOWN, SOURCE_DROPPED -> State.ASKED;
                        });
    }

    @Test
    void shouldBelieveAnAnswerWhoseRetractionIsNotInTheTopicAnyMore() {
        document(0, 3, true);
        answer(0, 4, 3L, RetractionOutcome.RETRACTED);
        answer(0, 6, 3L, RetractionOutcome.NOT_LEARNED);
        assertThat(states()).containsExactly(State.RETRACTED);
    }

    @Test
    void shouldTellWhatWasNeverLearned() {
        document(0, 3, false);
        assertThat(states()).containsExactly(State.NEVER_LEARNED);
        assertThat(places.places()).noneMatch(DocumentPlace::isOpen);
    }

    @Test
    void shouldBoundWhatItHoldsOfAnIdThatAllDocumentsHave() {
        assertThatThrownBy(() -> {
                    for (int i = 0; i < 20_000; i++) {
                        document(0, i, true);
                    }
                })
                .isInstanceOf(RetractionException.class)
                .hasMessageContaining("10000 records");
    }

    @Test
    void shouldSendTheTextAgainWithItsOffset() {
        TextEvent text =
                new TextEvent("a", "s", "Ein Satz.", Instant.EPOCH, "de", Map.of("k", "v"), false, null, false);
        FoundRecord again = new FoundRecord(new DocumentOrigin("text", 2, 40), null, text).retraction();
        assertThat(again.value())
                .isEqualTo(new TextEvent("a", "s", "Ein Satz.", Instant.EPOCH, "de", Map.of(), true, 40L, false));
        FoundRecord tokens = new FoundRecord(
                        new DocumentOrigin(TOPIC, 1, 5),
                        null,
                        new Document(
                                "a", "s", Instant.EPOCH, List.of(List.of("x")), true, Map.of(), false, null, false))
                .retraction();
        assertThat(tokens.isLearned())
                .as("an older release must not learn it again")
                .isFalse();
        assertThat(tokens.retractOffset()).hasValue(5);
        assertThat(tokens.isRetraction()).isTrue();
        assertThat(tokens.dropsSource()).isFalse();
    }

    @Test
    void shouldPassOverOnlyRecordsThatDoNotHaveTheName() {
        Wanted wanted = Wanted.ids(Set.of("né", "other"));
        byte[] value = "..\u0006né..".getBytes(StandardCharsets.UTF_8);
        assertThat(wanted.mayBeIn(value)).isTrue();
        assertThat(wanted.mayBeIn("anotherone".getBytes(StandardCharsets.UTF_8)))
                .isTrue();
        assertThat(wanted.mayBeIn("n\u0000\u0000e".getBytes(StandardCharsets.UTF_8)))
                .isFalse();
        assertThat(wanted.mayBeIn(new byte[0])).isFalse();
        assertThat(wanted.is("né", "other")).isTrue();
        assertThat(wanted.is("x", "né")).isFalse();
        assertThat(Wanted.source("né").is("x", "né")).isTrue();
    }

    @Test
    void shouldKeepPlacesOfAnyOffset() {
        OffsetSet set = new OffsetSet();
        for (long offset : new long[] {0, 63, 65_535, 65_536, Long.MAX_VALUE}) {
            DocumentOrigin place = new DocumentOrigin(TOPIC, 1, offset);
            assertThat(set.contains(place)).isFalse();
            set.add(place);
            assertThat(set.contains(place)).isTrue();
            assertThat(set.contains(new DocumentOrigin(TOPIC, 2, offset))).isFalse();
            assertThat(set.contains(new DocumentOrigin("text", 1, offset))).isFalse();
        }
        assertThat(set.contains(new DocumentOrigin(TOPIC, 1, 1))).isFalse();
    }

    private List<State> states() {
        return places.places().stream().map(DocumentPlace::state).toList();
    }

    private void document(int partition, long offset, boolean learn) {
        add(partition, offset, learn, false, null);
    }

    private void retraction(int partition, long offset, @Nullable Long of) {
        add(partition, offset, false, true, of);
    }

    private void add(int partition, long offset, boolean learn, boolean retract, @Nullable Long of) {
        places.add(new FoundRecord(
                new DocumentOrigin(TOPIC, partition, offset),
                null,
                new Document("a", "s", Instant.EPOCH, List.of(List.of("x")), learn, Map.of(), retract, of, false)));
    }

    private void answer(int partition, long offset, @Nullable Long of, RetractionOutcome outcome) {
        places.add(new Retraction("a", "s", outcome, TOPIC, partition, offset, of, 2, "because", null, Instant.EPOCH));
    }
}
