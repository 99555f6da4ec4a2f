package dev.driftline.verify.order;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;

class InputOrderTest {

    private static final long[] THREE_OF_EACH = {3, 3};

    @Test
    void shouldFollowTheOffsetsWhenOneInputHasRecords() {
        assertThat(learned(new long[] {3, 0}, new long[] {3, 0}))
                .containsExactly(document(0), document(1), document(2));
        assertThat(learned(new long[] {0, 2}, new long[] {0, 2})).containsExactly(text(0), text(1));
    }

    @Test
    void shouldFollowTheScoresWhenBothInputsHaveRecords() {
        assertThat(learned(
                        THREE_OF_EACH, THREE_OF_EACH, text(0), document(0), text(1), text(2), document(1), document(2)))
                .containsExactly(text(0), document(0), text(1), text(2), document(1), document(2));
    }

    @Test
    void shouldPutADocumentWithoutAScoreBeforeTheNextOfItsTopicAndPassOverASecondScore() {
        assertThat(learned(THREE_OF_EACH, THREE_OF_EACH, document(0), text(1), document(0), document(2)))
                .containsExactly(document(0), text(0), text(1), document(1), document(2), text(2));
    }

    @Test
    void shouldTellThoseApartThatTheStateDoesNotContain() {
        InputOrder order = order(new long[] {1, 1}, THREE_OF_EACH, text(0), document(0), text(1), document(1));

        assertThat(all(order)).containsExactly(text(0), document(0));
        List<Place> underWay = new ArrayList<>();
        for (Place place = order.nextUnderWay(0); place != null; place = order.nextUnderWay(0)) {
            underWay.add(place);
        }
        assertThat(underWay).containsExactly(document(1), document(2), text(1), text(2));
    }

    private static List<Place> learned(long[] counted, long[] ends, Place... scores) {
        return all(order(counted, ends, scores));
    }

    private static InputOrder order(long[] counted, long[] ends, Place... scores) {
        Queue<Place> left = new ArrayDeque<>(List.of(scores));
        return new InputOrder(counted, ends, left::poll);
    }

    private static List<Place> all(InputOrder order) {
        List<Place> places = new ArrayList<>();
        for (Place place = order.next(0); place != null; place = order.next(0)) {
            places.add(place);
        }
        return places;
    }

    private static Place document(long offset) {
        return new Place(false, 0, offset);
    }

    private static Place text(long offset) {
        return new Place(true, 0, offset);
    }
}
