package dev.driftline.scoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.driftline.ngram.Forgetting;
import dev.driftline.ngram.NgramCounts;
import dev.driftline.pages.HeapPageStore;
import dev.driftline.scoring.messages.ShardRetraction;
import dev.driftline.smoothing.PositionCounts;
import dev.driftline.smoothing.Smoothing;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A model that took documents out is the one that never learned them: every count, every page and every probability. */
class RetractionTest {

    private static final List<String> LISTED =
            IntStream.range(0, 9).mapToObj(i -> "w" + i).toList();

    private static final List<DocumentTokens> PROBES = List.of(
            DocumentTokens.of(List.of(List.of("w0", "w1", "w2", "w0", "w1", "never"), List.of(), List.of("w3"))),
            DocumentTokens.of(List.of(List.of("new3ab", "w0", "w0", "w12", "w1", "new5ü", "w2", "w14"))));

    /** A model whose pages do not fit its caches. */
    private static LocalModel model(ModelSettings settings, int shards) {
        return new LocalModel(settings, shards, shard -> new HeapPageStore(), 6000L * shards);
    }

    private static ModelSettings settings(int order, boolean growing) {
        return new ModelSettings(
                order,
                Smoothing.KNESER_NEY,
                growing ? Vocabulary.growing() : Vocabulary.fixed(LISTED),
                ModelSettings.DEFAULT_DELTA);
    }

    private static DocumentTokens document(Random random) {
        List<List<String>> sentences = new ArrayList<>();
        for (int s = random.nextInt(6); s > 0; s--) {
            int words = random.nextInt(4) == 0 ? random.nextInt(2) : random.nextInt(15);
            sentences.add(IntStream.range(0, words)
                    .mapToObj(i -> random.nextInt(12) == 0
                            ? "new" + random.nextInt(25) + (random.nextBoolean() ? "ü" : "ab")
                            : "w" + (int) (16 * Math.pow(random.nextDouble(), 3)))
                    .toList());
        }
        return DocumentTokens.of(sentences);
    }

    static Stream<Arguments> models() {
        return Stream.of(1, 2, 3, 5)
                .flatMap(order -> Stream.of(1, 4)
                        .flatMap(shards ->
                                Stream.of(true, false).map(growing -> Arguments.of(settings(order, growing), shards))));
    }

    @ParameterizedTest
    @MethodSource("models")
    void shouldBeTheModelThatNeverLearnedWhatWasTakenOut(ModelSettings settings, int shards) {
        Random random = new Random(31 * settings.order() + shards);
        LocalModel model = model(settings, shards);
        List<DocumentTokens> left = new ArrayList<>();
        for (int step = 0; step < 150; step++) {
            if (!left.isEmpty() && random.nextInt(5) < 2) {
                Gather.Taken taken = model.retract(left.remove(random.nextInt(left.size())));
                assertThat(taken.everywhere()).as("step %d: %s", step, taken).isTrue();
                assertThat(taken.isApproximate()).isFalse();
            } else {
                boolean isRepeated = !left.isEmpty() && random.nextInt(4) == 0;
                DocumentTokens document = isRepeated ? left.get(random.nextInt(left.size())) : document(random);
                model.score(document, true);
                left.add(document);
            }
            if (step % 37 == 20) {
                reload(model);
            }
            if (step % 50 == 49) {
                assertSame(model, fresh(settings, shards, left));
            }
        }
        // Whatever comes after it, too.
        for (int more = 0; more < 20; more++) {
            DocumentTokens document = document(random);
            model.score(document, true);
            left.add(document);
        }
        reload(model);
        LocalModel fresh = fresh(settings, shards, left);
        assertSame(model, fresh);
        Collections.shuffle(left, random);
        left.forEach(
                document -> assertThat(model.retract(document).everywhere()).isTrue());
        assertSame(model, model(settings, shards));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4})
    void shouldChangeNothingAndSaySoWhenADocumentIsNotThere(int shards) {
        for (int order : new int[] {1, 2, 3, 5}) {
            for (boolean growing : new boolean[] {true, false}) {
                Random random = new Random(order);
                LocalModel model = model(settings(order, growing), shards);
                List<DocumentTokens> learned = new ArrayList<>();
                for (int i = 0; i < 30; i++) {
                    DocumentTokens document = document(random);
                    model.score(document, true);
                    learned.add(document);
                }
                DocumentTokens absent =
                        DocumentTokens.of(List.of(List.of("w0", "w1", "new1ab"), List.of("w99x", "w1")));
                DocumentTokens tooOften = DocumentTokens.of(Collections.nCopies(500, List.of("w0", "w1")));

                Gather.Taken none = model.retract(absent);
                Gather.Taken few = model.retract(tooOften);
                model.retract(learned.get(29));
                Gather.Taken twice = model.retract(absent);

                assertThat(List.of(none, few, twice)).allSatisfy(taken -> {
                    assertThat(taken.everywhere()).isFalse();
                    assertThat(taken.missing()).isPositive();
                    assertThat(taken.isApproximate()).isFalse();
                });
                assertSame(model, fresh(model.settings(), shards, learned.subList(0, 29)));
            }
        }
    }

    @Test
    void shouldSayThatNothingOfAStrangeDocumentIsThere() {
        LocalModel model = model(settings(3, true), 4);
        model.score(DocumentTokens.of(List.of(List.of("w1", "w2"))), true);
        model.retract(DocumentTokens.of(List.of(List.of("w1", "w2"))));

        Gather.Taken taken = model.retract(DocumentTokens.of(List.of(List.of("w1", "w2"))));

        assertThat(taken.nowhere()).isTrue();
        assertThat(taken.missing()).isEqualTo(taken.events());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4})
    void shouldFindADocumentWithoutATokenEverywhere(int shards) {
        LocalModel model = model(settings(3, true), shards);

        Gather.Taken taken = model.retract(DocumentTokens.of(List.of()));

        assertThat(taken.everywhere()).isTrue();
        assertThat(taken.events()).isZero();
        assertThat(taken.shards().cardinality()).isEqualTo(shards);
    }

    /** With a bound, what follows a frequent word fades on its own, and may be gone before the longer n-grams that it is a part of. */
    @Test
    void shouldTakeOutWhatIsLeftWhereAShorterNgramHasFadedMoreThanTwoLongerOnes() {
        ModelSettings settings = ModelSettings.ofOrder(3).forgetting(new Forgetting(0, 1_000_000, 6_000));
        ShardScorer shard = new ShardScorer(settings, 0, 1, new HeapPageStore(), 1 << 20);
        Scatter scatter = new Scatter(settings, 1);
        List<DocumentTokens> documents = IntStream.range(0, 400)
                .mapToObj(i -> DocumentTokens.of(List.of(List.of("a", "often", "x" + i, "b", "often", "x" + i))))
                .toList();
        for (DocumentTokens document : documents) {
            shard.answer(scatter.requests(0, 0, document, true, 0, List.of())[0]);
        }
        for (DocumentTokens document : documents) {
            byte[] reply = shard.answer(scatter.retraction(0, 0, document, true)[0]);

            assertThat(ShardRetraction.hasTaken(reply)).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4})
    void shouldTakeOutWhatIsLeftWhenTheModelForgets(int shards) {
        ModelSettings forgetting = settings(3, true).forgetting(new Forgetting(0, 0, 1L << 40));
        LocalModel model = model(forgetting, shards);
        model.score(DocumentTokens.of(List.of(List.of("w1", "w2", "w3"))), true);

        Gather.Taken taken = model.retract(DocumentTokens.of(List.of(List.of("w1", "w2", "w4"))));

        assertThat(taken.everywhere()).isTrue();
        assertThat(taken.isApproximate()).isTrue();
        assertThat(taken.missing()).isPositive();
        assertThat(model.rawCount(List.of("w2"))).isZero();
        assertThat(model.rawCount(List.of("w1", "w2"))).isZero();
        assertThat(model.rawCount(List.of("w3"))).isOne();
        assertThat(model.rawCount(List.of("</s>")))
                .as("it ends an n-gram that is left")
                .isOne();
    }

    @ParameterizedTest
    @CsvSource({"1,true,600,1500", "4,true,300,500", "1,false,600,0", "4,false,300,500", "1,true,0,1500"})
    void shouldPredictFromADistributionWhateverWasForgottenBeforeADocumentIsTakenOut(
            int shards, boolean growing, long bound, long halfLife) {
        ModelSettings settings = settings(3, growing).forgetting(new Forgetting(0, bound, halfLife));
        // A word that its owner has lost may still stand in a context of another shard: it is <unk>, and loses a little
        // there.
        double most = shards == 1 ? 1e-4 : 0.02;
        Random random = new Random(shards);
        LocalModel model = model(settings, shards);
        List<DocumentTokens> left = new ArrayList<>();
        int partly = 0;
        for (int step = 0; step < 300; step++) {
            if (left.size() > 10 && random.nextInt(3) == 0) {
                Gather.Taken taken = model.retract(left.remove(random.nextInt(left.size())));
                assertThat(taken.isApproximate()).isTrue();
                partly += taken.everywhere() && taken.missing() > 0 ? 1 : 0;
            } else {
                DocumentTokens document = document(random);
                model.score(document, true);
                left.add(document);
            }
            if (step % 37 == 20) {
                reload(model);
            }
            if (step % 10 == 9) {
                List<String> everything = new ArrayList<>();
                for (int shard = 0; shard < shards; shard++) {
                    NgramCounts counts = model.shard(shard).counts();
                    counts.unigrams((id, raw, continuation) -> {
                        if (raw > 0) {
                            everything.add(counts.spelling(id));
                        }
                    });
                }
                everything.addAll(growing ? List.of() : LISTED);
                for (List<String> open : List.of(List.of("w0", "w1"), List.of("w2"), List.<String>of())) {
                    NgramProbabilities next = model.ask(DocumentTokens.of(List.of(open)), false, 10, everything)
                            .candidates()
                            .probabilities();
                    double sum = IntStream.range(0, next.rows())
                            .mapToDouble(row -> next.probability(row, 3))
                            .sum();
                    assertThat(sum).as("step %d, after %s", step, open).isCloseTo(1, within(most));
                }
            }
        }
        assertThat(partly).as("documents of which a part was forgotten").isPositive();
    }

    /** 0.5.0 knew of a left neighbour that it came, and of a word outside the vocabulary that it was spelled, not how often. */
    @ParameterizedTest
    @MethodSource("models")
    void shouldTakeOutOfAStateThatCountsNoSightingsAndSayWhereThatIsApproximate(ModelSettings settings, int shards) {
        Random random = new Random(7);
        List<HeapPageStore> stores = IntStream.range(0, shards)
                .mapToObj(shard -> new HeapPageStore())
                .toList();
        LocalModel model = new LocalModel(settings, shards, stores::get, 6000L * shards);
        List<DocumentTokens> learned = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            learned.add(document(random));
            model.score(learned.get(i), true);
            if (i == 25) {
                reload(model);
                // The last field of the totals says that every sighting was counted.
                stores.forEach(pages -> {
                    byte[] totals = pages.get(new byte[] {'m'});
                    pages.put(new byte[] {'m'}, Arrays.copyOf(totals, totals.length - 1));
                });
            }
        }
        boolean isGrowing = settings.vocabulary() instanceof Vocabulary.Growing;
        for (DocumentTokens document : learned) {
            Gather.Taken taken = model.retract(document);
            assertThat(taken.everywhere()).isTrue();
            assertThat(taken.isApproximate()).isEqualTo(shards > 1 || !isGrowing);
            reload(model);
        }
        if (shards == 1 && isGrowing) {
            assertSame(model, model(settings, shards));
        }
        for (int shard = 0; shard < shards; shard++) {
            assertThat(model.shard(shard).counts().rawTotal()).isZero();
            assertThat(model.shard(shard).counts().rawTypes()).isZero();
        }
        assertThat(model.retract(DocumentTokens.of(List.of(List.of("w1")))).everywhere())
                .isFalse();
    }

    private static LocalModel fresh(ModelSettings settings, int shards, List<DocumentTokens> documents) {
        LocalModel fresh = model(settings, shards);
        documents.forEach(document -> fresh.score(document, true));
        return fresh;
    }

    private static void reload(LocalModel model) {
        model.writeBack();
        for (int shard = 0; shard < model.shardCount(); shard++) {
            model.shard(shard).forget();
        }
    }

    private static void assertSame(LocalModel model, LocalModel fresh) {
        for (int shard = 0; shard < model.shardCount(); shard++) {
            Map<String, Object> figures = figures(model.shard(shard));
            Map<String, Object> expected = figures(fresh.shard(shard));
            List<String> different = Stream.concat(figures.keySet().stream(), expected.keySet().stream())
                    .distinct()
                    .filter(name -> !Objects.equals(figures.get(name), expected.get(name)))
                    .map(name -> name + " " + figures.get(name) + ", expected " + expected.get(name))
                    .toList();
            assertThat(different).as("shard %d", shard).isEmpty();
        }
        for (DocumentTokens probe : PROBES) {
            NgramProbabilities rows = model.score(probe, false);
            NgramProbabilities expected = fresh.score(probe, false);
            assertThat(rows.unknown()).isEqualTo(expected.unknown());
            assertThat(rows.matched()).isEqualTo(expected.matched());
            for (int row = 0; row < expected.rows(); row++) {
                for (int top = 1; top <= expected.order(); top++) {
                    assertThat(rows.probability(row, top)).isCloseTo(expected.probability(row, top), within(1e-12));
                }
                assertThat((double) rows.spellingBits()[row]).isCloseTo(expected.spellingBits()[row], within(1e-12));
            }
        }
        for (int shard = 0; shard < model.shardCount(); shard++) {
            for (String word : List.of("w0", "new3ab", "new7ü", "never", "w")) {
                assertThat(model.shard(shard).spelling().bits(word))
                        .isCloseTo(fresh.shard(shard).spelling().bits(word), within(1e-12));
            }
        }
    }

    /** How often a tuple came, and the counts of all its contexts. */
    private record Tuple(long count, PositionCounts position) {
        @Override
        public boolean equals(Object other) {
            return other instanceof Tuple tuple && count == tuple.count && position.differsFrom(tuple.position) == 0;
        }

        @Override
        public int hashCode() {
            return Long.hashCode(count);
        }
    }

    /** All that a shard counts, by what it is of. */
    private static Map<String, Object> figures(ShardScorer shard) {
        NgramCounts counts = shard.counts();
        int order = counts.order();
        Map<String, Object> figures = new LinkedHashMap<>();
        figures.put("raw total", counts.rawTotal());
        figures.put("continuation total", counts.continuationTotal());
        figures.put("raw types", counts.rawTypes());
        figures.put("continuation types", counts.continuationTypes());
        for (int k = 1; k <= order; k++) {
            for (int count = 1; count <= 4; count++) {
                figures.put("raw " + k + " of " + count, counts.rawCountOfCounts(k, count));
                figures.put("continuation " + k + " of " + count, counts.continuationCountOfCounts(k, count));
            }
        }
        for (int id = 0; id < counts.wordCount(); id++) {
            String word = counts.spelling(id);
            long raw = counts.rawUnigram(id);
            double share = counts.continuationShare(id);
            if (raw > 0 || counts.continuationUnigram(id) > 0 || share > 0 || counts.outside(id) > 0) {
                figures.put("word " + word, List.of(raw, counts.continuationUnigram(id), share, counts.outside(id)));
            }
            boolean isNamed = word.startsWith("\0");
            counts.tuples(id, (context, length, last, count) -> {
                StringBuilder tuple = new StringBuilder();
                for (int d = length; d > 0; d--) {
                    tuple.append(counts.spelling(context[d])).append(' ');
                }
                if (isNamed) {
                    // A left neighbour: how often the pair came.
                    figures.put("left " + tuple + counts.spelling(last), count);
                } else {
                    PositionCounts position = new PositionCounts(order);
                    counts.lookup(context, length, last, position);
                    figures.put("tuple " + tuple + counts.spelling(last), new Tuple(count, position));
                }
            });
        }
        Map<String, Integer> spelled = new TreeMap<>();
        shard.spelling().visitWords(word -> spelled.merge(word, 1, Integer::sum));
        figures.put("spelled", spelled);
        figures.put("spelled words", shard.spelling().words());
        return figures;
    }
}
