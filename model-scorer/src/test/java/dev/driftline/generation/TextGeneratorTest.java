package dev.driftline.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.driftline.pages.HeapPageStore;
import dev.driftline.scoring.DocumentTokens;
import dev.driftline.scoring.LocalModel;
import dev.driftline.scoring.ModelSettings;
import dev.driftline.scoring.NextWords;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TextGeneratorTest {

    private static LocalModel taught(int shards) {
        LocalModel model = new LocalModel(ModelSettings.ofOrder(3), shards, shard -> new HeapPageStore(), 1 << 24);
        String[] subjects = {"the cat", "the dog", "a bird", "the old man", "nobody"};
        String[] verbs = {"sat", "ran", "sang", "slept", "read a book"};
        String[] ends = {"today", "on the mat", "in the garden", "at noon", "again and again"};
        for (int i = 0; i < 60; i++) {
            String text = subjects[i % 5] + " " + verbs[(i / 2) % 5] + " " + ends[(i * 3 + i / 7) % 5];
            model.score(DocumentTokens.of(List.of(Arrays.asList(text.split(" ")))), true);
        }
        return model;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void shouldGiveEveryWordTheProbabilityThatScoringGives(int shards) {
        LocalModel model = taught(shards);
        NextWords next = new NextWords(model);
        for (List<String> prompt :
                List.of(List.<String>of(), List.of("the"), List.of("the", "old"), List.of("unheard"))) {
            String[] words = next.after(prompt).words();
            double[] p = next.after(prompt).probabilities();
            double unknown = probability(model, prompt, "unheard-of");
            assertThat(Arrays.stream(p).sum() + unknown)
                    .as("sum after %s", prompt)
                    .isCloseTo(1, within(1e-6));
            for (int i = 0; i < p.length; i++) {
                assertThat(p[i])
                        .as("%s after %s", words[i], prompt)
                        .isCloseTo(probability(model, prompt, words[i]), within(1e-7));
            }
        }
    }

    private static double probability(LocalModel model, List<String> prompt, String word) {
        List<String> sentence = new ArrayList<>(prompt);
        if (!word.equals(DocumentTokens.EOS_WORD)) {
            sentence.add(word);
        }
        return model.score(DocumentTokens.of(List.of(sentence)), false).probability(prompt.size(), 3);
    }

    @Test
    void shouldDrawWordsAsOftenAsTheirProbabilitySays() {
        NextWords next = new NextWords(taught(1));
        String[] words = next.after(List.of("the")).words();
        double[] p = next.after(List.of("the")).probabilities();
        double known = Arrays.stream(p).sum();
        TextGenerator generator = new TextGenerator(next, Sampling.PLAIN, 5);
        Map<String, Integer> drawn = new HashMap<>();
        int draws = 40_000;
        for (int i = 0; i < draws; i++) {
            List<String> one = generator.sentence(List.of("the"), 1);
            drawn.merge(one.isEmpty() ? DocumentTokens.EOS_WORD : one.get(0), 1, Integer::sum);
        }
        for (int i = 0; i < p.length; i++) {
            double expected = p[i] / known;
            double deviation = Math.sqrt(expected * (1 - expected) / draws);
            assertThat(drawn.getOrDefault(words[i], 0) / (double) draws)
                    .as(words[i])
                    .isCloseTo(expected, within(5 * deviation + 1e-4));
        }
    }

    /** Pearson's statistic over the first words that neighbouring seeds draw, each from a generator of its own. */
    @Test
    void shouldDrawTheFirstWordAsOftenAsItsProbabilitySaysWhenSeedsAreNeighbours() {
        NextWords next = new NextWords(taught(1));
        String[] words = next.after(List.of("the", "cat")).words();
        double[] p = next.after(List.of("the", "cat")).probabilities();
        double known = Arrays.stream(p).sum();
        int seeds = 2000;
        Map<String, Integer> drawn = new HashMap<>();
        for (int seed = 1; seed <= seeds; seed++) {
            List<String> one = new TextGenerator(next, Sampling.PLAIN, seed).sentence(List.of("the", "cat"), 1);
            drawn.merge(one.isEmpty() ? DocumentTokens.EOS_WORD : one.get(0), 1, Integer::sum);
        }

        double statistic = 0;
        double restExpected = 0;
        int restDrawn = 0;
        int cells = 0;
        for (int i = 0; i < p.length; i++) {
            double expected = seeds * p[i] / known;
            int observed = drawn.getOrDefault(words[i], 0);
            if (expected < 5) {
                restExpected += expected;
                restDrawn += observed;
            } else {
                statistic += (observed - expected) * (observed - expected) / expected;
                cells++;
            }
        }
        if (restExpected > 0) {
            statistic += (restDrawn - restExpected) * (restDrawn - restExpected) / restExpected;
            cells++;
        }

        assertThat(cells).isGreaterThan(5);
        assertThat(statistic)
                .as("chi-square of %d cells", cells)
                .isLessThan(chiSquareQuantile(cells - 1))
                // Neither so even that the seeds were dealt round instead of mixed.
                .isGreaterThan((cells - 1) * 0.05);
    }

    /** Exceeded with probability 0.001 (Wilson and Hilferty 1931). */
    private static double chiSquareQuantile(int freedom) {
        double part = 2.0 / (9 * freedom);
        return freedom * Math.pow(1 - part + 3.0902 * Math.sqrt(part), 3);
    }

    @Test
    void shouldKeepToTheMostProbableWordsWhenCut() {
        NextWords next = new NextWords(taught(1));
        Set<String> best = new HashSet<>();
        TextGenerator.best(next, List.of("the"), 2).forEach(word -> best.add(word.word()));
        TextGenerator topK = new TextGenerator(next, new Sampling(3, 2, 1), 5);
        TextGenerator topP = new TextGenerator(next, new Sampling(1, 0, 1e-6), 5);
        Set<String> drawn = new HashSet<>();
        for (int i = 0; i < 300; i++) {
            drawn.addAll(topK.sentence(List.of("the"), 1));
            assertThat(topP.sentence(List.of("the"), 1))
                    .containsExactly(
                            TextGenerator.best(next, List.of("the"), 1).get(0).word());
        }
        assertThat(drawn).isEqualTo(best);
    }

    @Test
    void shouldBecomeLessSurprisingWhenColder() {
        NextWords next = new NextWords(taught(1));
        Set<List<String>> cold = new HashSet<>();
        Set<List<String>> hot = new HashSet<>();
        TextGenerator frozen = new TextGenerator(next, new Sampling(0, 0, 1), 1);
        TextGenerator low = new TextGenerator(next, new Sampling(0.2, 0, 1), 1);
        TextGenerator high = new TextGenerator(next, new Sampling(2, 0, 1), 1);
        for (int i = 0; i < 50; i++) {
            cold.add(low.sentence(List.of(), 10));
            hot.add(high.sentence(List.of(), 10));
            assertThat(frozen.sentence(List.of(), 10))
                    .isEqualTo(new TextGenerator(next, new Sampling(0, 0, 1), 9).sentence(List.of(), 10));
        }
        assertThat(cold.size()).isLessThan(hot.size());
    }

    @Test
    void shouldRepeatItselfWithTheSameSeed() {
        NextWords next = new NextWords(taught(2));
        assertThat(new TextGenerator(next, Sampling.PLAIN, 7).sentence(List.of("the"), 30))
                .isEqualTo(new TextGenerator(next, Sampling.PLAIN, 7).sentence(List.of("the"), 30));
    }

    @Test
    void shouldSayWhatIsWrongWithItsOptions() {
        assertThatThrownBy(() -> new Sampling(-1, 0, 1)).hasMessageContaining("temperature -1");
        assertThatThrownBy(() -> new Sampling(1, 0, 1.5)).hasMessageContaining("top-p 1.5");
        NextWords empty =
                new NextWords(new LocalModel(ModelSettings.ofOrder(2), 1, shard -> new HeapPageStore(), 1 << 20));
        assertThatThrownBy(() -> new TextGenerator(empty, Sampling.PLAIN, 1).sentence(List.of(), 3))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("nothing to generate");
    }
}
