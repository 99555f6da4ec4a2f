package dev.driftline.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.driftline.generation.BeamSearch.Hypothesis;
import dev.driftline.ngram.NextWordDistribution;
import dev.driftline.ngram.NextWordDistribution.Words;
import dev.driftline.scoring.DocumentTokens;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class BeamSearchTest {

    private static final String[] WORDS = {"a", "b", "c", "d", DocumentTokens.EOS_WORD};

    /** A bigram model with probabilities made up from a seed: greedy search does not find its best sentences. */
    private static TextModel bigrams(long seed) {
        double[][] p = new double[WORDS.length + 1][WORDS.length];
        Random random = new Random(seed);
        for (double[] row : p) {
            double sum = 0;
            for (int i = 0; i < row.length; i++) {
                row[i] = -Math.log(random.nextDouble());
                sum += row[i];
            }
            for (int i = 0; i < row.length; i++) {
                row[i] /= sum;
            }
        }
        NextWordDistribution next = sentence -> {
            String last = sentence.isEmpty() ? "" : sentence.get(sentence.size() - 1);
            int context = List.of(WORDS).indexOf(last);
            return new Words(WORDS, p[context < 0 ? WORDS.length : context]);
        };
        return new NgramText(next);
    }

    /** Every finished sentence of up to {@code most} words that keeps to the constraints, best first. */
    private static List<Hypothesis> all(TextModel model, Constraints constraints, int most, double alpha) {
        List<Hypothesis> all = new ArrayList<>();
        walk(model, model.start(), constraints, new ArrayList<>(), 0, most, all);
        all.sort(Comparator.comparingDouble(hypothesis -> hypothesis.cost(alpha)));
        return all;
    }

    private static void walk(
            TextModel model,
            TextModel.State state,
            Constraints constraints,
            List<String> words,
            double bits,
            int most,
            List<Hypothesis> all) {
        double[] p = model.next(state).probabilities();
        for (int i = 0; i < WORDS.length; i++) {
            double sum = bits - Math.log(p[i]) / Math.log(2);
            String word = WORDS[i];
            if (word.equals(DocumentTokens.EOS_WORD)) {
                if (!words.isEmpty() && words.containsAll(constraints.must())) {
                    all.add(new Hypothesis(List.copyOf(words), sum, true));
                }
            } else if (words.size() < most
                    && !constraints.mustNot().contains(word)
                    && (constraints.maximumRepeats() == 0
                            || Collections.frequency(words, word) < constraints.maximumRepeats())) {
                words.add(word);
                walk(model, model.advance(state, word), constraints, words, sum, most, all);
                words.remove(words.size() - 1);
            }
        }
    }

    @Test
    void shouldFindWhatLookingAtEverySentenceFinds() {
        for (long seed = 0; seed < 10; seed++) {
            TextModel model = bigrams(seed);
            for (double alpha : new double[] {0, 0.7, 1}) {
                List<Hypothesis> best = new BeamSearch(model, Constraints.NONE, 400, alpha).search(List.of(), 5);
                List<Hypothesis> expected = all(model, Constraints.NONE, 5, alpha);
                assertThat(best).hasSize(400);
                for (int i = 0; i < 20; i++) {
                    assertThat(best.get(i).cost(alpha))
                            .as("sentence %d of seed %d, alpha %s", i, seed, alpha)
                            .isCloseTo(expected.get(i).cost(alpha), within(1e-9));
                }
            }
        }
    }

    @Test
    void shouldKeepToItsConstraintsAndStillFindTheBest() {
        Constraints constraints = new Constraints(List.of("d", "b"), Set.of("a"), 2);
        for (long seed = 0; seed < 10; seed++) {
            TextModel model = bigrams(seed);
            List<Hypothesis> found = new BeamSearch(model, constraints, 60, 0).search(List.of(), 5);
            List<Hypothesis> expected = all(model, constraints, 5, 0);
            assertThat(found).isNotEmpty().allSatisfy(hypothesis -> {
                assertThat(hypothesis.words()).contains("d", "b").doesNotContain("a");
                assertThat(new HashSet<>(hypothesis.words()))
                        .allSatisfy(word -> assertThat(Collections.frequency(hypothesis.words(), word))
                                .isLessThanOrEqualTo(2));
            });
            assertThat(found.get(0).bits()).isCloseTo(expected.get(0).bits(), within(1e-9));
        }
    }

    @Test
    void shouldNeverDoWorseWhenWider() {
        int better = 0;
        for (long seed = 0; seed < 50; seed++) {
            double greedy = best(bigrams(seed), 1);
            double wide = best(bigrams(seed), 8);
            assertThat(wide).isLessThanOrEqualTo(greedy + 1e-9);
            better += wide < greedy - 1e-9 ? 1 : 0;
        }
        assertThat(better).as("seeds where greedy search missed the best").isGreaterThan(5);
    }

    private static double best(TextModel model, int width) {
        return new BeamSearch(model, Constraints.NONE, width, 0)
                .search(List.of(), 12)
                .get(0)
                .bits();
    }

    @Test
    void shouldFindNothingWhenTheConstraintsCannotBeMet() {
        assertThat(new BeamSearch(bigrams(1), new Constraints(List.of("a", "b", "c"), Set.of(), 0), 5, 0.7)
                        .search(List.of(), 2))
                .isEmpty();
        assertThat(new BeamSearch(bigrams(1), new Constraints(List.of("zebra"), Set.of(), 0), 5, 0.7)
                        .search(List.of(), 5))
                .isEmpty();
    }

    @Test
    void shouldGoOnAfterThePrompt() {
        TextModel model = bigrams(3);
        List<Hypothesis> after = new BeamSearch(model, Constraints.NONE, 500, 0).search(List.of("c"), 3);
        double expected = Double.MAX_VALUE;
        double[] first = model.next(model.advance(model.start(), "c")).probabilities();
        for (int i = 0; i < 4; i++) {
            double end = model.next(model.advance(model.advance(model.start(), "c"), WORDS[i]))
                    .probabilities()[4];
            expected = Math.min(expected, -Math.log(first[i] * end) / Math.log(2));
        }
        assertThat(after.stream()
                        .filter(hypothesis -> hypothesis.words().size() == 1)
                        .findFirst()
                        .orElseThrow()
                        .bits())
                .isCloseTo(expected, within(1e-9));
    }

    @Test
    void shouldSampleWithinTheConstraintsToo() {
        TextGenerator generator =
                new TextGenerator(bigrams(5), Sampling.PLAIN, new Constraints(List.of(), Set.of("b"), 1), 1);
        for (int i = 0; i < 200; i++) {
            assertThat(generator.sentence(List.of(), 20)).doesNotContain("b").doesNotHaveDuplicates();
        }
        assertThatThrownBy(() ->
                        new TextGenerator(bigrams(5), Sampling.PLAIN, new Constraints(List.of("a"), Set.of(), 0), 1))
                .hasMessageContaining("beam");
    }

    @Test
    void shouldMixModelsWithTheirWeights() {
        TextModel one = bigrams(7);
        TextModel two = bigrams(8);
        MixtureText mixture = new MixtureText(List.of(one, two), 3, 1);
        TextModel.State state = mixture.advance(mixture.start(), List.of("a", "c"));
        Words mixed = mixture.next(state);
        double[] p = one.next(one.advance(one.start(), "c")).probabilities();
        double[] q = two.next(two.advance(two.start(), "c")).probabilities();
        for (int i = 0; i < WORDS.length; i++) {
            assertThat(mixed.words()[i]).isEqualTo(WORDS[i]);
            assertThat(mixed.probabilities()[i]).isCloseTo(0.75 * p[i] + 0.25 * q[i], within(1e-12));
        }
    }

    @Test
    void shouldSayWhatIsWrongWithConstraints() {
        assertThatThrownBy(() -> new Constraints(List.of("a"), Set.of("a"), 0)).hasMessageContaining("'a'");
        assertThatThrownBy(() -> new Constraints(List.of(), Set.of(), -1)).hasMessageContaining("negative");
        assertThatThrownBy(() -> new BeamSearch(bigrams(1), Constraints.NONE, 0, 0))
                .hasMessageContaining("width 0");
    }
}
