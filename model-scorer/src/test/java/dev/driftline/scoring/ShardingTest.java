package dev.driftline.scoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.driftline.pages.HeapPageStore;
import dev.driftline.smoothing.Smoothing;
import dev.driftline.testing.junit.SharedData;
import dev.driftline.testing.junit.SmallBrown;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ShardingTest {

    private static LocalModel model(int order, int shards) {
        return new LocalModel(ModelSettings.ofOrder(order), shards, shard -> new HeapPageStore(), 1 << 28);
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 4})
    void shouldCountTheSameWhateverTheNumberOfShards(int shards) {
        // The shorter the text, the less nearly they agree.
        assertOneModel(
                SmallBrown.documents().stream()
                        .map(document -> DocumentTokens.of(document.sentences()))
                        .toList(),
                0.1,
                shards);
    }

    @Test
    void shouldScoreNearlyTheSameWhateverTheNumberOfShardsWhenTheTextIsLong() throws IOException {
        assertOneModel(
                Files.readAllLines(SharedData.file("sotu.docs.tsv")).subList(0, 30).stream()
                        .map(GoldenFilesTest::parse)
                        .toList(),
                0.005,
                2,
                4);
    }

    private static void assertOneModel(List<DocumentTokens> documents, double mostDifference, int... shards) {
        LocalModel whole = model(5, 1);
        List<LocalModel> sharded =
                IntStream.of(shards).mapToObj(number -> model(5, number)).toList();
        double bits = 0;
        double[] shardedBits = new double[shards.length];
        Map<List<String>, Integer> ngrams = new HashMap<>();
        for (DocumentTokens document : documents) {
            bits += bits(whole.score(document, true));
            for (int i = 0; i < shards.length; i++) {
                shardedBits[i] += bits(sharded.get(i).score(document, true));
            }
            count(document, ngrams);
        }
        double tokens = ngrams.entrySet().stream()
                .filter(e -> e.getKey().size() == 1)
                .mapToInt(Map.Entry::getValue)
                .sum();
        for (double ofShards : shardedBits) {
            assertThat(Math.abs(Math.pow(2, (ofShards - bits) / tokens) - 1))
                    .as("difference in perplexity, relative")
                    .isLessThan(mostDifference);
        }
        ngrams.forEach((ngram, count) -> {
            // Not an assertion each: there are a million.
            boolean isCounted = whole.rawCount(ngram) == count;
            for (LocalModel model : sharded) {
                isCounted &= model.rawCount(ngram) == count;
            }
            if (!isCounted) {
                assertThat(sharded.stream().map(model -> model.rawCount(ngram)))
                        .as("%s", ngram)
                        .containsOnly(count.longValue());
                assertThat(whole.rawCount(ngram)).as("%s", ngram).isEqualTo(count.longValue());
            }
        });
    }

    private static double bits(NgramProbabilities rows) {
        return IntStream.range(0, rows.rows())
                .mapToDouble(i -> -Math.log(rows.probability(i, rows.order())) / Math.log(2))
                .sum();
    }

    private static void count(DocumentTokens document, Map<List<String>, Integer> ngrams) {
        List<String> sentence = new ArrayList<>(List.of(DocumentTokens.BOS_WORD));
        for (int token : document.tokens()) {
            sentence.add(document.words()[token]);
            for (int n = 1; n <= Math.min(5, sentence.size()); n++) {
                if (n < sentence.size() || n > 1) {
                    ngrams.merge(List.copyOf(sentence.subList(sentence.size() - n, sentence.size())), 1, Integer::sum);
                }
            }
            if (token == DocumentTokens.EOS) {
                sentence = new ArrayList<>(List.of(DocumentTokens.BOS_WORD));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void shouldProposeTheMostProbableNextWords(int shards) {
        Random random = new Random(11);
        LocalModel model = model(3, shards);
        List<String> vocabulary = IntStream.range(0, 300).mapToObj(i -> "w" + i).toList();
        for (int d = 0; d < 400; d++) {
            List<String> sentence = new ArrayList<>();
            for (int i = 0; i < 12; i++) {
                sentence.add(vocabulary.get((int) (300 * Math.pow(random.nextDouble(), 3))));
            }
            model.score(DocumentTokens.of(List.of(sentence)), true);
        }
        for (List<String> open :
                List.of(List.of("w0", "w1"), List.of("w3"), List.of("w5", "never"), List.<String>of())) {
            Map<String, Double> exact = new HashMap<>();
            for (String word : vocabulary) {
                List<String> sentence = new ArrayList<>(open);
                sentence.add(word);
                exact.put(
                        word,
                        model.score(DocumentTokens.of(List.of(sentence)), false).probability(open.size(), 3));
            }
            exact.put(
                    DocumentTokens.EOS_WORD,
                    model.score(DocumentTokens.of(List.of(open)), false).probability(open.size(), 3));
            Candidates candidates = model.ask(DocumentTokens.of(List.of(open)), false, 10, List.of("w299", "unheard"))
                    .candidates();
            Map<String, Double> found = new HashMap<>();
            for (int i = 0; i < candidates.words().size(); i++) {
                found.put(candidates.words().get(i), candidates.probabilities().probability(i, 3));
            }
            assertThat(found).containsKey("w299");
            NgramProbabilities rows = candidates.probabilities();
            assertThat(rows.unknown()[candidates.words().indexOf("w299")]).isFalse();
            assertThat(rows.unknown()[candidates.words().indexOf("unheard")]).isTrue();
            for (String unknown : List.of("unheard", DocumentTokens.UNKNOWN_WORD)) {
                exact.put(
                        unknown,
                        model.score(DocumentTokens.of(List.of(with(open, "unheard"))), false)
                                .probability(open.size(), 3));
            }
            for (int i = 0; i < candidates.words().size(); i++) {
                String word = candidates.words().get(i);
                if (candidates.exact()[i]) {
                    assertThat(found.get(word)).as("%s after %s", word, open).isCloseTo(exact.get(word), within(1e-6));
                }
            }
            assertThat(candidates.exact()[candidates.words().indexOf("w299")])
                    .as("asked for")
                    .isTrue();
            // With several shards the unigram part of some words is estimated from the shard of the context.
            double tolerance = shards == 1
                    ? 1e-6
                    : 0.1 * exact.values().stream().mapToDouble(p -> p).max().orElseThrow();
            found.forEach((word, p) ->
                    assertThat(p).as("%s after %s", word, open).isCloseTo(exact.get(word), within(tolerance)));
            List<Double> best = exact.values().stream()
                    .sorted(Comparator.reverseOrder())
                    .limit(10)
                    .toList();
            List<Double> bestFound = found.values().stream()
                    .sorted(Comparator.reverseOrder())
                    .limit(10)
                    .toList();
            for (int i = 0; i < 10; i++) {
                assertThat(bestFound.get(i)).as("rank %d after %s", i, open).isCloseTo(best.get(i), within(tolerance));
            }
        }
    }

    private static List<String> with(List<String> open, String word) {
        List<String> sentence = new ArrayList<>(open);
        sentence.add(word);
        return sentence;
    }

    /** Whatever the shards list of their own accord: what they list is exact, and what they do not list is bounded. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14})
    void shouldProveWhatItProposesByABoundOfEveryOtherWord(long seed) {
        Random random = new Random(seed);
        List<String> words = IntStream.range(0, 40).mapToObj(i -> "w" + i).toList();
        Vocabulary vocabulary = seed % 3 == 0 ? Vocabulary.fixed(words.subList(0, 30)) : Vocabulary.growing();
        Smoothing smoothing = Smoothing.values()[(int) (seed % Smoothing.values().length)];
        int order = 1 + random.nextInt(4);
        LocalModel model = new LocalModel(
                new ModelSettings(order, smoothing, vocabulary, 0.3),
                1 + random.nextInt(4),
                shard -> new HeapPageStore(),
                1 << 24);
        for (int d = 0; d < 60; d++) {
            model.score(
                    DocumentTokens.of(List.of(IntStream.range(0, random.nextInt(9))
                            .mapToObj(i -> words.get((int) (35 * Math.pow(random.nextDouble(), 2))))
                            .toList())),
                    true);
        }
        for (List<String> open : List.of(List.of("w0", "w1"), List.of("w3"), List.of("never"), List.<String>of())) {
            for (int proposals : new int[] {1, 3, 8, 60}) {
                Candidates candidates = model.prove(
                                DocumentTokens.of(List.of(open)), proposals, List.of("w7", "never", "w39"))
                        .candidates();
                assertThat(candidates.words())
                        .doesNotHaveDuplicates()
                        .contains("w7", DocumentTokens.EOS_WORD, DocumentTokens.UNKNOWN_WORD);
                if (vocabulary instanceof Vocabulary.Growing) {
                    assertThat(candidates.words()).as("asked for").contains("never", "w39");
                }
                for (String word : with(words, DocumentTokens.EOS_WORD)) {
                    assertProved(model, candidates, open, word);
                }
                assertThat(candidates.isComplete())
                        .as("all are listed where %d are wanted", proposals)
                        .isEqualTo(candidates.words().containsAll(all(model, words)));
            }
        }
    }

    private static List<String> all(LocalModel model, List<String> words) {
        return model.settings().vocabulary() instanceof Vocabulary.Fixed fixed
                ? List.copyOf(fixed.words())
                : words.stream()
                        .filter(word -> model.rawCount(List.of(word)) > 0)
                        .toList();
    }

    private static void assertProved(LocalModel model, Candidates candidates, List<String> open, String word) {
        boolean isEnd = word.equals(DocumentTokens.EOS_WORD);
        NgramProbabilities scored = model.score(DocumentTokens.of(List.of(isEnd ? open : with(open, word))), false);
        int row = candidates.words().indexOf(word);
        for (int top = 1; top <= scored.order(); top++) {
            double probability = scored.probability(open.size(), top);
            if (row < 0 && !scored.unknown()[open.size()]) {
                assertThat(probability)
                        .as("%s after %s, order %d", word, open, top)
                        .isLessThanOrEqualTo(candidates.ceilings()[top - 1] + 1e-7);
            } else if (row >= 0) {
                assertThat(candidates.probabilities().probability(row, top))
                        .as("%s after %s, order %d", word, open, top)
                        .isCloseTo(probability, within(1e-7));
                assertThat(candidates.probabilities().unknown()[row]).isEqualTo(scored.unknown()[open.size()]);
                assertThat(candidates.probabilities().matched()[row]).isEqualTo(scored.matched()[open.size()]);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void shouldPredictFromADistribution(int shards) {
        LocalModel model = model(3, shards);
        List<String> vocabulary = IntStream.range(0, 60).mapToObj(i -> "w" + i).toList();
        Random random = new Random(3);
        for (int d = 0; d < 300; d++) {
            model.score(
                    DocumentTokens.of(List.of(
                            random.ints(12, 0, 60).mapToObj(vocabulary::get).toList())),
                    true);
        }
        List<String> everything = new ArrayList<>(vocabulary);
        everything.add(DocumentTokens.EOS_WORD);
        for (List<String> open : List.of(List.of("w1", "w2"), List.of("unheard"))) {
            Candidates all = model.ask(DocumentTokens.of(List.of(open)), false, 10, everything)
                    .candidates();
            assertThat(all.words()).hasSize(62);
            double sum = IntStream.range(0, 62)
                    .mapToDouble(i -> all.probabilities().probability(i, 3))
                    .sum();
            assertThat(sum).as("known words, </s> and <unk> after %s", open).isCloseTo(1, within(1e-5));
        }
    }

    @Test
    void shouldKeepContinuationCountsOverAllShardsExactlyThoseOfOne() {
        Random random = new Random(8);
        LocalModel whole = model(3, 1);
        HeapPageStore[] pages = {new HeapPageStore(), new HeapPageStore(), new HeapPageStore()};
        LocalModel sharded = new LocalModel(ModelSettings.ofOrder(3), 3, shard -> pages[shard], 4000);
        for (int d = 0; d < 150; d++) {
            List<List<String>> sentences = new ArrayList<>();
            for (int s = 0; s < 4; s++) {
                sentences.add(random.ints(random.nextInt(9), 0, 80)
                        .mapToObj(i -> "w" + i * i / 80)
                        .toList());
            }
            whole.score(DocumentTokens.of(sentences), true);
            sharded.score(DocumentTokens.of(sentences), true);
            if (d == 70) {
                sharded.writeBack();
                for (int shard = 0; shard < 3; shard++) {
                    sharded.shard(shard).forget();
                }
            }
        }
        var counts = whole.shard(0).counts();
        long total = 0;
        for (int shard = 0; shard < 3; shard++) {
            total += sharded.shard(shard).counts().continuationTotal();
        }
        assertThat(total).isEqualTo(counts.continuationTotal());
        for (int id = 1; id < counts.wordCount(); id++) {
            String word = counts.spelling(id);
            var owner = sharded.shard(ShardScorer.shardOf(word, 3)).counts();
            assertThat(owner.continuationUnigram(owner.find(word))).as(word).isEqualTo(counts.continuationUnigram(id));
        }
    }

    @Test
    void shouldNeverLearnADocumentThatIsOnlyToBeScored() {
        LocalModel model = model(3, 2);
        model.score(DocumentTokens.of(List.of(List.of("a", "b"))), true);
        for (int i = 0; i < 3; i++) {
            NgramProbabilities rows = model.score(DocumentTokens.of(List.of(List.of("a", "new"))), false);
            assertThat(rows.unknown()).containsExactly(false, true, false);
            assertThat(rows.spellingBits()[1]).isGreaterThan(5);
        }
        assertThat(model.rawCount(List.of("new"))).isZero();
        assertThat(model.rawCount(List.of("a"))).isOne();
    }

    @Test
    void shouldSpellWordsOutsideAFixedVocabulary() {
        ModelSettings settings = new ModelSettings(
                2, dev.driftline.smoothing.Smoothing.KNESER_NEY, Vocabulary.fixed(List.of("a", "b")), 1);
        LocalModel model = new LocalModel(settings, 3, shard -> new HeapPageStore(), 1 << 24);
        DocumentTokens document = DocumentTokens.of(List.of(List.of("a", "outside", "other", "b")));
        NgramProbabilities first = model.score(document, true);
        assertThat(first.unknown()).containsExactly(false, true, true, false, false);
        assertThat(first.spellingBits()[1]).isPositive().isNotEqualTo(first.spellingBits()[2]);
        NgramProbabilities second = model.score(document, true);
        assertThat(second.unknown()).as("still outside").containsExactly(false, true, true, false, false);
        assertThat(second.spellingBits()[1]).as("spelled before").isLessThan(first.spellingBits()[1]);
        assertThat(model.rawCount(List.of(DocumentTokens.UNKNOWN_WORD))).isEqualTo(4);
    }
}
