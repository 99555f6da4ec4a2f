package dev.driftline.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.driftline.ngram.NextWordDistribution.Words;
import dev.driftline.prefix.WordPrefix;
import java.util.List;
import org.junit.jupiter.api.Test;

class PrefixedTextTest {

    private static final Words NEXT =
            new Words(new String[] {"the", "then", "a", "</s>"}, new double[] {0.3, 0.1, 0.4, 0.2});

    private static TextRequest request(int beam, String prefix) {
        return new TextRequest(
                List.of("so"),
                beam == 0 ? 400 : beam,
                1,
                Sampling.PLAIN,
                Constraints.NONE,
                beam,
                0,
                WordPrefix.of(prefix),
                11);
    }

    @Test
    void shouldDrawTheFirstWordFromTheWordsThatBeginSoByTheirShare() {
        long then = request(0, "th").write(new NgramText(words -> NEXT)).stream()
                .filter(text -> text.words().equals(List.of("then")))
                .count();

        assertThat(then).as("of 400, a quarter on average").isBetween(60L, 140L);
    }

    @Test
    void shouldFindTheMostProbableWordsThatBeginSoWithTheirBits() {
        List<TextRequest.Continuation> found = request(2, "th").write(new NgramText(words -> NEXT));

        assertThat(found.get(0).words()).containsExactly("the");
        // 3/4 for the word, 1/5 for the end.
        assertThat(found.get(0).bits().orElseThrow()).isCloseTo(-Math.log(0.75 * 0.2) / Math.log(2), within(1e-9));
    }

    @Test
    void shouldLeaveTheWordsAfterTheFirstAlone() {
        TextModel model = request(0, "th").beginning(new NgramText(words -> NEXT));
        TextModel.State first = model.advance(model.start(), List.of("so"));

        assertThat(model.next(first).words()).containsExactly("the", "then");
        assertThat(model.next(model.advance(first, "the")).words()).hasSize(4);
        assertThat(model.next(model.start()).words()).hasSize(4);
    }

    @Test
    void shouldSayWhichPrefixNoKnownWordHas() {
        for (String prefix : List.of("x", "<")) {
            assertThatThrownBy(() -> request(0, prefix).write(new NgramText(words -> NEXT)))
                    .isInstanceOf(NoSuchWordException.class)
                    .hasMessageContaining("'" + prefix + "'");
        }
    }
}
