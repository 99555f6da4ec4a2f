package dev.driftline.scoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.driftline.ngram.Forgetting;
import dev.driftline.ngram.NgramCounts;
import dev.driftline.pages.HeapPageStore;
import dev.driftline.smoothing.Smoothing;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The laws of probability, for every smoothing, vocabulary and number of shards. */
class DistributionTest {

    private static final int ORDER = 4;

    static Stream<Arguments> models() {
        return Arrays.stream(Smoothing.values())
                .filter(Smoothing::isDistribution)
                .flatMap(smoothing -> Stream.of("growing", "grow-kenlm", "fixed")
                        .flatMap(vocabulary -> Stream.of(1, 4)
                                .filter(shards -> shards == 1 || smoothing != Smoothing.ADD_DELTA)
                                .map(shards -> Arguments.of(smoothing, vocabulary, shards))));
    }

    static Stream<Arguments> growingModels() {
        return models().filter(model -> model.get()[1].equals("growing"));
    }

    @ParameterizedTest(name = "{0}, {1}, {2} shards")
    @MethodSource("models")
    void shouldSumToOneInContextsSeenAndUnseen(Smoothing smoothing, String mode, int shards) {
        List<List<String>> text = randomText(120);
        Set<String> words = new LinkedHashSet<>();
        text.forEach(words::addAll);
        LocalModel model = model(smoothing, mode, shards, words);
        teach(model, text);
        Set<String> vocabulary = new LinkedHashSet<>(words);
        if (mode.equals("fixed")) {
            vocabulary.removeIf(word -> !listed(words).contains(word));
            vocabulary.add("listed-but-never-seen");
        }
        assertSumsToOne(model, text, vocabulary);
    }

    static Stream<Arguments> forgetfulModels() {
        return models().flatMap(model -> Stream.of(
                        new Forgetting(0, 150, 0), new Forgetting(0, 0, 300), new Forgetting(600, 0, 300))
                .map(forgetting -> Arguments.of(model.get()[0], model.get()[1], model.get()[2], forgetting)));
    }

    /** The mass of what is forgotten goes to shorter contexts; a word that has faded is unknown again. */
    @ParameterizedTest(name = "{0}, {1}, {2} shards, {3}")
    @MethodSource("forgetfulModels")
    void shouldSumToOneWhereNgramsAreForgotten(Smoothing smoothing, String mode, int shards, Forgetting forgetting) {
        List<List<String>> text = randomText(150);
        Set<String> words = new LinkedHashSet<>();
        text.forEach(words::addAll);
        LocalModel model = model(smoothing, mode, shards, words, forgetting);
        teach(model, text);
        Set<String> vocabulary = new LinkedHashSet<>(words);
        if (mode.equals("fixed")) {
            vocabulary.removeIf(word -> !listed(words).contains(word));
            vocabulary.add("listed-but-never-seen");
        } else {
            vocabulary.removeIf(word -> model.rawCount(List.of(word)) == 0);
        }
        assertSumsToOne(model, text, vocabulary);
    }

    /** The most frequent word passes 2³¹ within weeks. */
    @ParameterizedTest(name = "{0}, {1}, {2} shards")
    @MethodSource("growingModels")
    void shouldSumToOneWhenCountsPassTwoToThe31(Smoothing smoothing, String mode, int shards) {
        List<List<String>> text = randomText(40);
        Set<String> words = new LinkedHashSet<>();
        text.forEach(words::addAll);
        LocalModel model = model(smoothing, mode, shards, words);
        teach(model, text);
        long once = model.rawCount(List.of("a"));
        text.forEach(sentence -> repeat(model, sentence, Integer.MAX_VALUE - 1));
        // Over the edge, one document at a time, and through the pages.
        teach(model, text);
        teach(model, text);
        model.writeBack();
        for (int shard = 0; shard < shards; shard++) {
            model.shard(shard).forget();
        }

        assertThat(model.rawCount(List.of("a"))).isEqualTo(once * (Integer.MAX_VALUE + 2L));
        assertSumsToOne(model, text, words);

        text.subList(0, 10).forEach(sentence -> repeat(model, sentence, 1L << 45));
        teach(model, text);

        assertSumsToOne(model, text, words);
    }

    /** A sentence that has been learned before comes {@code times} times more. */
    private static void repeat(LocalModel model, List<String> sentence, long times) {
        List<String> padded = new ArrayList<>(sentence);
        padded.add(0, DocumentTokens.BOS_WORD);
        padded.add(DocumentTokens.EOS_WORD);
        for (int at = 1; at < padded.size(); at++) {
            int owner = ShardScorer.shardOf(padded.get(at - 1), model.shardCount());
            NgramCounts counts = model.shard(owner).counts();
            int[] context = new int[ORDER + 1];
            for (int d = 1; d < ORDER && d <= at; d++) {
                context[d] = counts.find(padded.get(at - d));
            }
            counts.learn(context, Math.min(at, ORDER - 1), counts.find(padded.get(at)), times);
            NgramCounts own = model.shard(ShardScorer.shardOf(padded.get(at), model.shardCount()))
                    .counts();
            own.addUnigram(own.find(padded.get(at)), times);
        }
    }

    private static void assertSumsToOne(LocalModel model, List<List<String>> text, Set<String> vocabulary) {
        List<List<String>> contexts = List.of(
                List.of(),
                text.get(3).subList(0, 1),
                text.get(5).subList(0, Math.min(3, text.get(5).size())),
                List.of("a", "b"),
                List.of("a", "never", "b"),
                List.of("never"),
                List.of("b", "b", "b", "b", "b", "b"));
        for (List<String> context : contexts) {
            double[] sum = new double[ORDER + 1];
            for (String word : vocabulary) {
                add(sum, model, context, word);
            }
            add(sum, model, context, "<new word>");
            add(sum, model, context, DocumentTokens.EOS_WORD);
            for (int m = 1; m <= ORDER; m++) {
                assertThat(sum[m]).as("order %d after %s", m, context).isCloseTo(1, within(2e-6));
            }
        }
    }

    @ParameterizedTest(name = "{0}, {1}, {2} shards")
    @MethodSource("models")
    void shouldObeyTheChainRule(Smoothing smoothing, String mode, int shards) {
        List<List<String>> text = randomText(60);
        Set<String> words = new LinkedHashSet<>();
        text.forEach(words::addAll);
        LocalModel model = model(smoothing, mode, shards, words);
        teach(model, text);
        // P(two words | context) summed over both is 1: the second sums to 1 whatever the first was.
        List<String> events = new ArrayList<>(mode.equals("fixed") ? listed(words) : words);
        if (mode.equals("fixed")) {
            events.add("listed-but-never-seen");
        }
        double total = 0;
        for (String first : List.of(events.get(0), events.get(events.size() - 1))) {
            for (String second : events) {
                total += pair(model, first, second);
            }
            total += pair(model, first, "<new word>") + pair(model, first, DocumentTokens.EOS_WORD);
            total -= probability(model, List.of("a"), first, ORDER);
        }
        assertThat(total).isCloseTo(0, within(2e-6));
    }

    private static double pair(LocalModel model, String first, String second) {
        boolean ends = second.equals(DocumentTokens.EOS_WORD);
        List<String> sentence = ends ? List.of("a", first) : List.of("a", first, second);
        NgramProbabilities rows = model.score(DocumentTokens.of(List.of(sentence)), false);
        return rows.probability(1, ORDER) * rows.probability(2, ORDER);
    }

    private static void add(double[] sum, LocalModel model, List<String> context, String word) {
        for (int m = 1; m <= ORDER; m++) {
            sum[m] += probability(model, context, word, m);
        }
    }

    private static double probability(LocalModel model, List<String> context, String word, int m) {
        List<String> sentence = new ArrayList<>(context);
        if (!word.equals(DocumentTokens.EOS_WORD)) {
            sentence.add(word);
        }
        NgramProbabilities rows = model.score(DocumentTokens.of(List.of(sentence)), false);
        return rows.probability(context.size(), m);
    }

    private static LocalModel model(Smoothing smoothing, String mode, int shards, Set<String> words) {
        return model(smoothing, mode, shards, words, Forgetting.NOTHING);
    }

    private static LocalModel model(
            Smoothing smoothing, String mode, int shards, Set<String> words, Forgetting forgetting) {
        Vocabulary vocabulary = switch (mode) {
            case "growing" -> Vocabulary.growing();
            case "grow-kenlm" -> new Vocabulary.Growing(false);
            default -> {
                Set<String> all = new LinkedHashSet<>(listed(words));
                all.add("listed-but-never-seen");
                yield new Vocabulary.Fixed(all);
            }
        };
        ModelSettings settings = new ModelSettings(ORDER, smoothing, vocabulary, 0.3).forgetting(forgetting);
        return new LocalModel(settings, shards, shard -> new HeapPageStore(), 1 << 24);
    }

    /** About three quarters of the words. */
    private static Set<String> listed(Set<String> words) {
        Set<String> listed = new LinkedHashSet<>();
        for (String word : words) {
            if (word.hashCode() % 4 != 0) {
                listed.add(word);
            }
        }
        return listed;
    }

    private static void teach(LocalModel model, List<List<String>> text) {
        for (int i = 0; i < text.size(); i += 5) {
            model.score(DocumentTokens.of(text.subList(i, Math.min(text.size(), i + 5))), true);
        }
    }

    private static List<List<String>> randomText(int sentences) {
        Random random = new Random(7);
        List<List<String>> text = new ArrayList<>();
        for (int s = 0; s < sentences; s++) {
            List<String> sentence = new ArrayList<>();
            int length = 1 + random.nextInt(9);
            for (int i = 0; i < length; i++) {
                int word = (int) (40 * Math.pow(random.nextDouble(), 3));
                sentence.add(word < 26 ? String.valueOf((char) ('a' + word)) : "word" + word);
            }
            text.add(sentence);
        }
        return text;
    }

    @Test
    void shouldGiveTheTextbookFiguresByMaximumLikelihood() {
        ModelSettings settings = new ModelSettings(4, Smoothing.MAXIMUM_LIKELIHOOD, Vocabulary.growing(), 1);
        LocalModel model = new LocalModel(settings, 1, shard -> new HeapPageStore(), 1 << 24);
        for (int i = 0; i < 1000; i++) {
            String last = i < 400 ? "books" : i < 500 ? "exams" : "minds" + i % 7;
            model.score(DocumentTokens.of(List.of(List.of("students", "opened", "their", last))), true);
        }
        List<String> context = List.of("students", "opened", "their");
        assertThat(model.rawCount(context)).isEqualTo(1000);
        assertThat(model.rawCount(List.of("students", "opened", "their", "books")))
                .isEqualTo(400);
        assertThat(probability(model, context, "books", 4)).isCloseTo(0.4, within(1e-7));
        assertThat(probability(model, context, "exams", 4)).isCloseTo(0.1, within(1e-7));
        assertThat(probability(model, context, "students", 4)).isZero();
    }

    @Test
    void shouldAddDeltaAndBackOffAsTheFormulasSay() {
        List<List<String>> text = List.of(List.of("a", "b"), List.of("a", "c"), List.of("a", "b"));
        ModelSettings addDelta = new ModelSettings(2, Smoothing.ADD_DELTA, Vocabulary.growing(), 0.5);
        LocalModel model = new LocalModel(addDelta, 1, shard -> new HeapPageStore(), 1 << 24);
        model.score(DocumentTokens.of(text), true);
        // V = a, b, c, </s>, <unk>.
        assertThat(probability(model, List.of("a"), "b", 2)).isCloseTo(2.5 / 5.5, within(1e-7));
        assertThat(probability(model, List.of("a"), "a", 2)).isCloseTo(0.5 / 5.5, within(1e-7));

        ModelSettings backoff = new ModelSettings(3, Smoothing.BACKOFF, Vocabulary.growing(), 1);
        model = new LocalModel(backoff, 1, shard -> new HeapPageStore(), 1 << 24);
        model.score(DocumentTokens.of(text), true);
        assertThat(probability(model, List.of("c", "a"), "b", 3))
                .as("context c a unseen, a seen")
                .isCloseTo(2 / 3.0, within(1e-7));

        ModelSettings stupid = new ModelSettings(3, Smoothing.STUPID_BACKOFF, Vocabulary.growing(), 1);
        model = new LocalModel(stupid, 1, shard -> new HeapPageStore(), 1 << 24);
        model.score(DocumentTokens.of(text), true);
        assertThat(probability(model, List.of("a"), "b", 3)).isCloseTo(2 / 3.0, within(1e-7));
        assertThat(probability(model, List.of("c", "a"), "b", 3)).isCloseTo(0.4 * 2 / 3, within(1e-7));
        // Twelve tokens with the three <unk> that the new types counted; a 3 times.
        assertThat(probability(model, List.of("b", "c"), "a", 3)).isCloseTo(0.4 * 0.4 * 3 / 12, within(1e-7));
    }
}
