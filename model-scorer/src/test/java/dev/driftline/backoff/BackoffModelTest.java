package dev.driftline.backoff;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BackoffModelTest {

    @ParameterizedTest
    @CsvSource({
        "1, 1, 9, 3, false",
        "2, 2, 60, 40, false",
        "3, 3, 50, 30, false",
        "4, 4, 40, 30, true",
        "5, 5, 12, 8, false",
        "6, 7, 6, 4, true"
    })
    void shouldGiveWhatTheDefinitionOfBackoffGives(long seed, int order, int vocabulary, int many, boolean holes) {
        RandomModel random = new RandomModel(seed, order, vocabulary, many, holes);
        BackoffModel model = random.model();

        for (int i = 0; i < 300; i++) {
            String context = random.context(order + 1);
            int[] indexes = indexes(model, context);
            for (String word : random.words) {
                assertThat(model.log10(indexes, indexes.length, model.index(word)))
                        .as(context + " | " + word)
                        .isCloseTo(random.log10(context, word), within(1e-5));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 1, 9, 3", "2, 2, 60, 40", "3, 3, 50, 30", "5, 5, 12, 8"})
    void shouldSumToOneAfterEveryContext(long seed, int order, int vocabulary, int many) {
        RandomModel random = new RandomModel(seed, order, vocabulary, many, false);
        BackoffModel model = random.model();

        for (int i = 0; i < 200; i++) {
            int[] context = indexes(model, random.context(order + 1));
            double sum = 0;
            for (int word = 0; word < model.words(); word++) {
                sum += word == BackoffModel.BOS ? 0 : Math.pow(10, model.log10(context, context.length, word));
            }
            assertThat(sum).isCloseTo(1, within(1e-5));
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 1, 9, 3, false", "2, 2, 60, 40, false", "3, 3, 50, 30, true", "5, 5, 12, 8, false"})
    void shouldListTheBestNextWordsExactly(long seed, int order, int vocabulary, int many, boolean holes) {
        RandomModel random = new RandomModel(seed, order, vocabulary, many, holes);
        BackoffModel model = random.model();

        for (int i = 0; i < 200; i++) {
            int[] context = indexes(model, random.context(order + 1));
            List<Double> expected = new ArrayList<>();
            for (int word = BackoffModel.EOS; word < model.words(); word++) {
                expected.add(Math.pow(10, model.log10(context, context.length, word)));
            }
            expected.sort(Comparator.reverseOrder());
            int count = 1 + i % (vocabulary + 3);
            BackoffModel.Next next = model.next(context, context.length, count);
            double listed = 0;
            assertThat(next.words()).hasSize(Math.min(count, expected.size())).doesNotHaveDuplicates();
            for (int j = 0; j < next.words().length; j++) {
                assertThat(next.probabilities()[j]).isCloseTo(expected.get(j), within(1e-9));
                assertThat(next.probabilities()[j])
                        .isEqualTo(Math.pow(10, model.log10(context, context.length, next.words()[j])), within(1e-12));
                listed += next.probabilities()[j];
            }
            if (!holes) {
                assertThat(listed + next.unknown() + next.rest()).isCloseTo(1, within(1e-6));
            }
        }
    }

    @Test
    void shouldWalkToTheSameStatesWordByWordAsInOneStep() {
        RandomModel random = new RandomModel(8, 4, 20, 12, true);
        BackoffModel model = random.model();

        for (int i = 0; i < 200; i++) {
            int[] context = indexes(model, random.context(5));
            int state = model.empty();
            for (int at = context.length - 1; at >= 0; at--) {
                state = model.advance(state, context[at]);
            }
            for (int word = 0; word < model.words(); word++) {
                assertThat(model.log10(state, word)).isEqualTo(model.log10(context, context.length, word));
            }
        }
    }

    @Test
    void shouldTakeAWordThatItDoesNotHaveForUnk() {
        BackoffModel model =
                BackoffModel.builder(1).add(-1, 0, "a").add(-2, 0, "<UNK>").build();

        assertThat(model.index("b")).isEqualTo(BackoffModel.UNKNOWN);
        assertThat(model.index("\uD83D")).isEqualTo(BackoffModel.UNKNOWN);
        assertThat(model.index("")).isEqualTo(BackoffModel.UNKNOWN);
        assertThat(model.log10(model.empty(), model.index("b"))).isEqualTo(-2);
        assertThat(model.hasUnknown()).isTrue();
        assertThat(model.hasEnd()).isFalse();
        assertThat(model.next(model.empty(), 9).words()).containsExactly(model.index("a"));
        assertThat(model.ngrams(1)).isEqualTo(2);
    }

    @Test
    void shouldGiveAnUnknownWordTheLeastWhereThereIsNoUnk() {
        BackoffModel model = BackoffModel.builder(1).add(-1, 0, "a").build();

        assertThat(model.log10(model.empty(), model.index("b"))).isEqualTo(BackoffModel.LEAST_LOG10);
    }

    @Test
    void shouldRefuseANgramThatCameBeforeOrHasNoContext() {
        assertThatThrownBy(() -> BackoffModel.builder(1).add(-1, 0, "a").add(-1, 0, "a"))
                .isInstanceOf(InvalidNgramException.class)
                .hasMessageContaining("'a' is among the 1-grams already");
        assertThatThrownBy(() -> BackoffModel.builder(2)
                        .add(-1, 0, "a")
                        .add(-1, 0, "b")
                        .add(-1, 0, "a", "b")
                        .add(-1, 0, "b", "b")
                        .add(-2, 0, "a", "b")
                        .build())
                .isInstanceOfSatisfying(
                        InvalidNgramException.class,
                        e -> assertThat(e.sequence()).isEqualTo(2))
                .hasMessageContaining("'a b' is among the 2-grams already");
        assertThatThrownBy(() -> BackoffModel.builder(3)
                        .add(-1, 0, "a")
                        .add(-1, 0, "b")
                        .add(-1, 0, "a", "b")
                        .add(-1, 0, "b", "a", "b"))
                .isInstanceOf(InvalidNgramException.class)
                .hasMessageContaining("whose first 2 words, 'b a', are not among the 2-grams");
    }

    @Test
    void shouldFindEachWordByItsText() {
        RandomModel random = new RandomModel(9, 1, 3000, 1, false);
        BackoffModel model = random.model();

        for (String word : random.words) {
            assertThat(model.word(model.index(word))).isEqualTo(word);
        }
        assertThat(model.word(BackoffModel.UNKNOWN)).isEqualTo("<unk>");
        assertThat(model.word(BackoffModel.BOS)).isEqualTo("<s>");
        assertThat(model.word(BackoffModel.EOS)).isEqualTo("</s>");
    }

    /** Nearest first. */
    private static int[] indexes(BackoffModel model, String context) {
        if (context.isEmpty()) {
            return new int[0];
        }
        String[] words = context.split(" ");
        int[] indexes = new int[words.length];
        for (int i = 0; i < words.length; i++) {
            indexes[words.length - 1 - i] = model.index(words[i]);
        }
        return indexes;
    }
}
