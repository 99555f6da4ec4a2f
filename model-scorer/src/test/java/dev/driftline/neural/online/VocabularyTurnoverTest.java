package dev.driftline.neural.online;

import static org.assertj.core.api.Assertions.assertThat;

import dev.driftline.neural.NeuralVocabulary;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class VocabularyTurnoverTest {

    private final VocabularyTurnover turnover = new VocabularyTurnover(6, 2, 2);

    @Test
    void shouldTakeTheMostFrequentWordsWhenTheFirstIsMade() {
        NeuralVocabulary first =
                turnover.first(Map.of("the", 9, "cat", 3, "a", 5, "mat", 3, "dog", 3, "once", 1, "<unk>", 50));

        assertThat(first.words()).containsExactly("<unk>", "</s>", "the", "a", "cat", "dog");
    }

    @Test
    void shouldLeaveRareWordsUnknownWhenThereIsRoom() {
        assertThat(turnover.first(Map.of("the", 2, "once", 1)).words()).containsExactly("<unk>", "</s>", "the");
    }

    @Test
    void shouldGiveTheRowsOfDeadWordsToFrequentOnesWhenAllAreTaken() {
        NeuralVocabulary now = new NeuralVocabulary(List.of("<unk>", "</s>", "the", "telegraph", "horse", "a"));

        NeuralVocabulary next =
                turnover.next(now, Map.of("the", 90, "a", 50, "horse", 3, "phone", 8, "car", 5, "x", 2));

        // phone takes the row of telegraph, which is gone; car is not twice as frequent as horse.
        assertThat(next.words()).containsExactly("<unk>", "</s>", "the", "phone", "horse", "a");
    }

    @Test
    void shouldTakeTheDeepestRowFirstWhenSeveralWordsAreDead() {
        NeuralVocabulary now = new NeuralVocabulary(List.of("<unk>", "</s>", "gone", "the", "dead", "a"));

        NeuralVocabulary next = turnover.next(now, Map.of("the", 9, "a", 5, "new", 2));

        assertThat(next.words()).containsExactly("<unk>", "</s>", "gone", "the", "new", "a");
    }

    @Test
    void shouldGrowAtTheEndWhenThereIsRoom() {
        NeuralVocabulary now = new NeuralVocabulary(List.of("<unk>", "</s>", "gone", "the"));

        NeuralVocabulary next = turnover.next(now, Map.of("the", 9, "new", 5, "newer", 4, "newest", 3));

        assertThat(next.words()).containsExactly("<unk>", "</s>", "newest", "the", "new", "newer");
    }

    @Test
    void shouldStayTheSameWhenNothingIsFrequentEnough() {
        NeuralVocabulary now = new NeuralVocabulary(List.of("<unk>", "</s>", "the"));

        assertThat(turnover.next(now, Map.of("the", 9, "once", 1))).isSameAs(now);
    }

    @Test
    void shouldKeepTheOrderOfTheListWhenTheVocabularyIsFixed() {
        assertThat(VocabularyTurnover.fixed(List.of("</s>", "b", "<unk>", "a", "c"), 4)
                        .words())
                .containsExactly("<unk>", "</s>", "b", "a");
    }
}
