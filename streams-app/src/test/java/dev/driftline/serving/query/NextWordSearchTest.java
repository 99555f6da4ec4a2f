package dev.driftline.serving.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.driftline.background.Background;
import dev.driftline.backoff.BackoffBuilder;
import dev.driftline.backoff.BackoffModel;
import dev.driftline.generation.Constraints;
import dev.driftline.generation.Sampling;
import dev.driftline.generation.TextModel;
import dev.driftline.generation.TextRequest;
import dev.driftline.mixture.CommonWeights;
import dev.driftline.mixture.DocumentScorer;
import dev.driftline.mixture.MixtureSettings;
import dev.driftline.mixture.PredictedWord;
import dev.driftline.mixture.ScoreRequest;
import dev.driftline.neural.Architecture;
import dev.driftline.neural.Cell;
import dev.driftline.neural.Network;
import dev.driftline.neural.NeuralVocabulary;
import dev.driftline.neural.events.KnownRows;
import dev.driftline.neural.events.NeuralExpert;
import dev.driftline.neural.snapshot.Snapshot;
import dev.driftline.neural.snapshot.SnapshotManifest;
import dev.driftline.neural.snapshot.SnapshotVersion;
import dev.driftline.ngram.NextWordDistribution.Words;
import dev.driftline.pages.HeapPageStore;
import dev.driftline.prefix.WordPrefix;
import dev.driftline.scoring.DocumentTokens;
import dev.driftline.scoring.LocalModel;
import dev.driftline.scoring.ModelSettings;
import dev.driftline.scoring.NgramProbabilities;
import dev.driftline.scoring.Vocabulary;
import dev.driftline.serving.query.instances.InstanceQuery;
import dev.driftline.serving.query.instances.ShardAccess;
import dev.driftline.smoothing.Smoothing;
import dev.driftline.source.SourceModel;
import dev.driftline.source.StoredSource;
import dev.driftline.sources.SourceState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is listed as the next words, against a score of every word of the vocabulary in that place. */
class NextWordSearchTest {

    private static final int ORDER = 3;
    private static final String SOURCE = "known";
    private static final List<String> VOCABULARY =
            IntStream.range(0, 150).mapToObj(i -> "w" + i).toList();

    /** Counts, sources and a network, in this process. */
    private static final class World implements ShardAccess {

        final LocalModel counts;
        final MixtureSettings mixture;
        final CommonWeights common;
        final SourceModel source;
        final Optional<Snapshot> snapshot;
        final KnownRows rows;
        int roundTrips;

        World(int shards, Vocabulary vocabulary, boolean hasNetwork) {
            this(shards, vocabulary, hasNetwork, Optional.empty(), 80);
        }

        World(int shards, Vocabulary vocabulary, boolean hasNetwork, Optional<Background> background, int documents) {
            ModelSettings settings = new ModelSettings(ORDER, Smoothing.KNESER_NEY, vocabulary, 0.1).beside(background);
            counts = new LocalModel(settings, shards, shard -> new HeapPageStore(), 1 << 24);
            MixtureSettings plain =
                    MixtureSettings.defaults(ORDER, "kneser-ney").withBackground(background.isPresent());
            mixture = hasNetwork ? plain.withNeural("lstm") : plain;
            common = new CommonWeights(mixture);
            source = new SourceModel(common);
            rows = new KnownRows(vocabulary);
            snapshot = hasNetwork ? Optional.of(snapshot()) : Optional.empty();
            Random random = new Random(7);
            DocumentScorer scorer = new DocumentScorer(mixture);
            for (int i = 0; i < documents; i++) {
                List<List<String>> sentences = new ArrayList<>();
                for (int s = 0; s < 3; s++) {
                    sentences.add(IntStream.range(0, 1 + random.nextInt(12))
                            .mapToObj(w -> VOCABULARY.get((int) (140 * Math.pow(random.nextDouble(), 3))))
                            .toList());
                }
                learn(scorer, DocumentTokens.of(sentences));
            }
        }

        private void learn(DocumentScorer scorer, DocumentTokens document) {
            NgramProbabilities probabilities = counts.score(document, true);
            scorer.score(ScoreRequest.of(document, probabilities, source)
                    .withLearning(true)
                    .withNetwork(snapshot.map(network -> expert(network, document))));
            rows.learn(document, probabilities.unknown());
        }

        private NeuralExpert expert(Snapshot network, DocumentTokens document) {
            return parts().expert(network, network.network().reader(), document, false);
        }

        /** Of every third word, and of some that nothing else knows. */
        private static Snapshot snapshot() {
            List<String> words = new ArrayList<>(List.of("<unk>", "</s>"));
            for (int i = 0; i < VOCABULARY.size(); i += 3) {
                words.add(VOCABULARY.get(i));
            }
            words.addAll(List.of("abroad", "elsewhere"));
            Network network =
                    Network.random(Architecture.recurrent(Cell.LSTM, 12, 0, List.of()), new NeuralVocabulary(words), 5);
            return new Snapshot(
                    new SnapshotManifest(
                            SnapshotVersion.of(1, network),
                            null,
                            Instant.EPOCH,
                            network.model(),
                            "words",
                            Map.of(),
                            Map.of(),
                            Map.of()),
                    network);
        }

        ModelParts parts() {
            return new ModelParts(
                    counts.settings(),
                    mixture,
                    counts.shardCount(),
                    this,
                    () -> snapshot,
                    network -> mixture.hasNeural() ? rows.foreign(network.network()) : new BitSet());
        }

        @Override
        public List<byte[]> ask(List<InstanceQuery> queries) {
            roundTrips++;
            return queries.stream().map(this::answer).toList();
        }

        private byte[] answer(InstanceQuery query) {
            if (query instanceof InstanceQuery.Peek peek) {
                return counts.shard(peek.shard()).peek(peek.request());
            }
            boolean known = ((InstanceQuery.Source) query).name().equals(SOURCE);
            byte[][] segments = new byte[SourceModel.segmentSlots(mixture)][];
            Arrays.fill(segments, new byte[0]);
            for (int slot : known ? source.segmentsInUse() : new int[0]) {
                segments[slot] = source.segment(slot);
            }
            return new SourceState(
                            0,
                            new StoredSource(
                                    known ? source.tokens() : 0,
                                    known ? source.header() : new byte[0],
                                    List.of(segments),
                                    common.encode()))
                    .encode();
        }
    }

    private static World world(String vocabulary, int shards, boolean hasNetwork) {
        return new World(
                shards, vocabulary.equals("fixed") ? Vocabulary.fixed(VOCABULARY) : Vocabulary.growing(), hasNetwork);
    }

    @ParameterizedTest
    @CsvSource({
        "growing, 1, false", "growing, 4, false", "fixed, 1, false", "fixed, 4, false",
        "growing, 1, true", "growing, 4, true", "fixed, 1, true", "fixed, 4, true"
    })
    void shouldListWhatAScoreOfEveryWordOfTheVocabularyFindsBest(String vocabulary, int shards, boolean hasNetwork) {
        World world = world(vocabulary, shards, hasNetwork);
        DirectQueries queries = DirectQueries.of(world.parts());
        for (Optional<String> source : List.of(Optional.of(SOURCE), Optional.<String>empty())) {
            for (List<List<String>> open : List.of(
                    List.of(List.of("w0", "w1")),
                    List.of(List.of("w2", "w9"), List.of("w5", "never", "w40")),
                    List.of(List.of("nobody", "never")),
                    List.of(List.<String>of()))) {
                List<DocumentScores.Scored> scores = scores(world, open, source);
                for (String model :
                        hasNetwork ? List.of("kneser-ney-3", "lstm", "mixture") : List.of("kneser-ney-3", "mixture")) {
                    Map<String, Double> scored = ofModel(events(world), scores, open, model);
                    double unknown = scored.remove(DocumentTokens.UNKNOWN_WORD);
                    for (int k : new int[] {1, 7, 60, 1000}) {
                        NextWordsAnswer answer =
                                queries.next(new NextWordsQuery(open, ModelChoice.of(model), source, k));

                        assertBest(answer, scored, k);
                        assertThat(answer.unknown()).as("<unk>").isCloseTo(unknown, within(1e-6));
                    }
                }
            }
        }
    }

    private static final List<String> FROZEN_ALONE = List.of("x0", "x1", "x2", "x3");

    /** Of every fifth word, and of some that the counts never meet. */
    private static Background frozen() {
        List<String> words = new ArrayList<>(FROZEN_ALONE);
        for (int i = 0; i < VOCABULARY.size(); i += 5) {
            words.add(VOCABULARY.get(i));
        }
        words.add("</s>");
        double sum = words.size() * (words.size() + 1) / 2.0;
        BackoffBuilder builder =
                BackoffModel.builder(2).add(-99, Math.log10(0.6), "<s>").add(-2, 0, "<unk>");
        for (int i = 0; i < words.size(); i++) {
            builder.add(Math.log10(0.99 * (words.size() - i) / sum), i == 4 ? Math.log10(0.5) : 0, words.get(i));
        }
        // What follows has its part of what alone it would have had not: 1 is the sum of all.
        double third = 0.99 * (words.size() - 2) / sum;
        double fourth = 0.99 * (words.size() - 3) / sum;
        builder.add(Math.log10(1 - 0.6 * (1 - third)), 0, "<s>", words.get(2));
        builder.add(Math.log10(1 - 0.5 * (1 - fourth)), 0, words.get(4), words.get(3));
        return new Background(builder.build());
    }

    @ParameterizedTest
    @CsvSource({
        "growing, 1, false, 80",
        "growing, 4, false, 80",
        "fixed, 4, false, 80",
        "growing, 4, true, 80",
        "growing, 1, false, 0",
        "growing, 4, false, 0",
        "fixed, 1, false, 0"
    })
    void shouldListWhatAScoreFindsBestWithABackground(
            String vocabulary, int shards, boolean hasNetwork, int documents) {
        World world = new World(
                shards,
                vocabulary.equals("fixed") ? Vocabulary.fixed(VOCABULARY) : Vocabulary.growing(),
                hasNetwork,
                Optional.of(frozen()),
                documents);
        DirectQueries queries = DirectQueries.of(world.parts());
        for (Optional<String> source : List.of(Optional.of(SOURCE), Optional.<String>empty())) {
            for (List<List<String>> open : List.of(
                    List.of(List.of("w0", "w1")),
                    List.of(List.of("w2", "w9"), List.of("w5", "never", "w0")),
                    List.of(List.<String>of()))) {
                List<DocumentScores.Scored> scores = scores(world, open, source);
                for (String model : List.of("kneser-ney-3", "background", "mixture")) {
                    Map<String, Double> scored = ofModel(events(world), scores, open, model);
                    double unknown = scored.remove(DocumentTokens.UNKNOWN_WORD);
                    for (int k : new int[] {1, 7, 60, 1000}) {
                        NextWordsAnswer answer =
                                queries.next(new NextWordsQuery(open, ModelChoice.of(model), source, k));

                        assertBest(answer, scored, k);
                        assertThat(answer.unknown()).as("<unk>").isCloseTo(unknown, within(1e-6));
                    }
                    scored.keySet().removeIf(word -> !word.startsWith("x"));
                    assertBest(
                            queries.next(
                                    new NextWordsQuery(open, ModelChoice.of(model), source, 3, WordPrefix.of("x"))),
                            scored,
                            3);
                }
            }
        }
        assertThat(queries.generate(new TextQuery(
                                new TextRequest(List.of(), 1, 5, new Sampling(1, 5, 1), Constraints.NONE, 0, 0, 3),
                                ModelChoice.BEST,
                                Optional.empty()))
                        .continuations())
                .hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({
        "growing, 1, false",
        "growing, 4, false",
        "fixed, 1, false",
        "fixed, 4, false",
        "growing, 1, true",
        "growing, 4, true",
        "fixed, 4, true"
    })
    void shouldListWhatAScoreFindsBestOfTheWordsThatBeginWithAPrefix(
            String vocabulary, int shards, boolean hasNetwork) {
        World world = world(vocabulary, shards, hasNetwork);
        for (Optional<String> source : List.of(Optional.of(SOURCE), Optional.<String>empty())) {
            assertCompletions(world, source, List.of(List.of("w0", "w1")), hasNetwork);
            assertCompletions(world, source, List.of(List.of("nobody", "never"), List.of()), hasNetwork);
        }
    }

    /** Those that come and those that leave, with what was looked up before they did. */
    @ParameterizedTest
    @CsvSource({"1", "4"})
    void shouldFindTheWordsWithAPrefixThatThereAreWhenWordsHaveComeAndLeft(int shards) {
        World world = world("growing", shards, false);
        List<List<String>> open = List.of(List.of("w3"));
        assertCompletions(world, Optional.of(SOURCE), open, false);
        DocumentTokens leaving = DocumentTokens.of(List.of(List.of("w3", "w149", "w3", "w149", "w1", "w146")));
        DocumentScorer scorer = new DocumentScorer(world.mixture);
        world.learn(scorer, DocumentTokens.of(List.of(List.of("w3", "w148", "w3", "w148", "w147"))));
        for (int i = 0; i < 20; i++) {
            world.learn(scorer, leaving);
        }
        assertCompletions(world, Optional.of(SOURCE), open, false);
        for (int i = 0; i < 20; i++) {
            assertThat(world.counts.retract(leaving).everywhere()).isTrue();
        }
        assertThat(events(world)).contains("w148").doesNotContain("w149", "w146");
        assertCompletions(world, Optional.of(SOURCE), open, false);
        world.counts.writeBack();
        for (int shard = 0; shard < shards; shard++) {
            world.counts.shard(shard).forget();
        }
        assertCompletions(world, Optional.of(SOURCE), open, false);
    }

    private static void assertCompletions(
            World world, Optional<String> source, List<List<String>> open, boolean hasNetwork) {
        DirectQueries queries = DirectQueries.of(world.parts());
        List<DocumentScores.Scored> scores = scores(world, open, source);
        for (String model : hasNetwork ? List.of("kneser-ney-3", "lstm", "mixture") : List.of("mixture")) {
            for (WordPrefix prefix : List.of(
                    WordPrefix.of("w"),
                    WordPrefix.of("w1"),
                    WordPrefix.of("w14"),
                    WordPrefix.of("w149"),
                    WordPrefix.of("x"),
                    WordPrefix.of("ab"),
                    WordPrefix.of("<"),
                    WordPrefix.of("W1"),
                    new WordPrefix("W1", true))) {
                Map<String, Double> scored = ofModel(events(world), scores, open, model);
                double unknown = scored.remove(DocumentTokens.UNKNOWN_WORD);
                scored.remove(DocumentTokens.EOS_WORD);
                scored.keySet().removeIf(word -> !prefix.matches(word));
                for (int k : new int[] {1, 7, 1000}) {
                    NextWordsAnswer answer =
                            queries.next(new NextWordsQuery(open, ModelChoice.of(model), source, k, prefix));

                    assertThat(answer.words())
                            .allSatisfy(
                                    word -> assertThat(scored).as("%s", prefix).containsKey(word.word()));
                    assertBest(answer, scored, k);
                    assertThat(answer.unknown()).as("<unk>").isCloseTo(unknown, within(1e-6));
                }
            }
        }
    }

    private static void assertBest(NextWordsAnswer answer, Map<String, Double> scored, int k) {
        List<Double> best = scored.values().stream()
                .sorted(Comparator.reverseOrder())
                .limit(k)
                .toList();
        assertThat(answer.words()).as("words under %s", answer.model()).hasSameSizeAs(best);
        double sum = 0;
        for (int i = 0; i < best.size(); i++) {
            PredictedWord word = answer.words().get(i);
            assertThat(word.probability())
                    .as("%s under %s, as a score has it", word.word(), answer.model())
                    .isCloseTo(scored.get(word.word()), within(1e-6))
                    .as("number %d under %s", i, answer.model())
                    .isCloseTo(best.get(i), within(1e-6));
            sum += word.probability();
        }
        assertThat(sum + answer.unknown() + answer.rest())
                .as("listed, unknown and the rest")
                .isCloseTo(1, within(1e-5));
    }

    private static List<String> events(World world) {
        List<String> events = new ArrayList<>();
        for (String word : VOCABULARY) {
            if (world.counts.settings().vocabulary() instanceof Vocabulary.Fixed
                    || world.counts.rawCount(List.of(word)) > 0
                    || world.counts.settings().background().stream().anyMatch(frozen -> frozen.has(word))) {
                events.add(word);
            }
        }
        if (world.counts.settings().background().isPresent()) {
            events.addAll(FROZEN_ALONE);
        }
        events.addAll(List.of(DocumentTokens.EOS_WORD, DocumentTokens.UNKNOWN_WORD));
        return events;
    }

    /** The score of the document that each event makes in a place. */
    private static List<DocumentScores.Scored> scores(World world, List<List<String>> open, Optional<String> source) {
        List<DocumentTokens> documents = new ArrayList<>();
        for (String event : events(world)) {
            List<List<String>> sentences = new ArrayList<>(open);
            List<String> last = new ArrayList<>(sentences.remove(sentences.size() - 1));
            if (event.equals(DocumentTokens.UNKNOWN_WORD)) {
                last.add("unheard-of");
            } else if (!event.equals(DocumentTokens.EOS_WORD)) {
                last.add(event);
            }
            sentences.add(last);
            documents.add(DocumentTokens.of(sentences));
        }
        return new DocumentScores(world.parts()).score(documents, source);
    }

    /** The probability of every event under one model. */
    private static Map<String, Double> ofModel(
            List<String> events, List<DocumentScores.Scored> scores, List<List<String>> open, String model) {
        int place = open.stream().mapToInt(List::size).sum() + open.size() - 1;
        Map<String, Double> scored = new LinkedHashMap<>();
        for (int i = 0; i < events.size(); i++) {
            int column = scores.get(i).score().models().indexOf(model);
            scored.put(events.get(i), Math.pow(2, -scores.get(i).score().modelSurprisals()[column][place]));
        }
        return scored;
    }

    @ParameterizedTest
    @CsvSource({"1, false", "4, false", "4, true"})
    void shouldExpectTheSameAtEachTokenAndDrawTextFromTheSame(int shards, boolean hasNetwork) {
        World world = world("growing", shards, hasNetwork);
        DirectQueries queries = DirectQueries.of(world.parts());
        List<String> sentence = List.of("w0", "w1", "never", "w12", "w0", "w3");
        List<List<PredictedWord>> expected = new DocumentScores(world.parts())
                .score(DocumentTokens.of(List.of(sentence)), Optional.of(SOURCE), 5)
                .expected();
        TextModel text = queries.text(new TextQuery(
                        new TextRequest(List.of(), 1, 1, new Sampling(1, 5, 1), Constraints.NONE, 0, 0, 1),
                        ModelChoice.BEST,
                        Optional.of(SOURCE)))
                .model();
        for (int i = 0; i <= sentence.size(); i++) {
            List<String> before = sentence.subList(0, i);
            List<PredictedWord> predicted = queries.next(
                            new NextWordsQuery(List.of(before), ModelChoice.BEST, Optional.of(SOURCE), 5))
                    .words();
            Words drawn = text.next(text.advance(text.start(), before));
            for (int word = 0; word < 5; word++) {
                assertThat(expected.get(i).get(word).probability())
                        .as("number %d after %s", word, before)
                        .isCloseTo(predicted.get(word).probability(), within(1e-6));
                assertThat(drawn.probabilities()[word])
                        .isCloseTo(predicted.get(word).probability(), within(1e-6));
            }
        }
    }

    private static Map<String, Double> drawn(DirectQueries queries, ModelChoice choice, List<String> before, int topK) {
        TextModel text = queries.text(new TextQuery(
                        new TextRequest(List.of(), 1, 1, new Sampling(1, topK, 1), Constraints.NONE, 0, 0, 1),
                        choice,
                        Optional.of(SOURCE)))
                .model();
        Words words = text.next(text.advance(text.start(), before));
        Map<String, Double> drawn = new LinkedHashMap<>();
        for (int i = 0; i < words.words().length; i++) {
            drawn.put(words.words()[i], words.probabilities()[i]);
        }
        return drawn;
    }

    @ParameterizedTest
    @CsvSource({"growing, 1", "growing, 4", "fixed, 4"})
    void shouldDrawTextFromWhatIsListedOfANetworkOfTheCountsAndOfABlend(String vocabulary, int shards) {
        World world = world(vocabulary, shards, true);
        DirectQueries queries = DirectQueries.of(world.parts());
        DirectQueries counts = DirectQueries.of(Optional.of(world.counts), Optional.empty());
        List<String> before = List.of("w3", "never", "w6");
        ModelChoice network = ModelChoice.of(ModelChoice.NETWORK);
        ModelChoice ngram = ModelChoice.of(ModelChoice.NGRAM);
        ModelChoice blend = new ModelChoice(Optional.empty(), OptionalDouble.of(0.3));

        Map<String, Double> ofRows = drawn(queries, network, before, 0);
        Map<String, Double> ofCounts = drawn(counts, ngram, before, 0);
        Map<String, Double> blended = new LinkedHashMap<>();
        ofCounts.forEach((word, p) -> blended.put(word, 0.7 * p + 0.3 * ofRows.getOrDefault(word, 0.0)));

        int compared = 0;
        for (PredictedWord word : next(queries, network, before, 1000).words()) {
            // A row that the counts are not known to have is part of <unk>, which is never drawn.
            if (ofRows.getOrDefault(word.word(), 0.0) > 0) {
                assertThat(ofRows.get(word.word())).as(word.word()).isCloseTo(word.probability(), within(1e-6));
                compared++;
            }
        }
        assertThat(compared).as("words with a row").isGreaterThan(30);
        for (int k : new int[] {8, 1000}) {
            for (DirectQueries asked : List.of(queries, counts)) {
                assertBest(next(asked, ngram, before, k), ofCounts, k);
            }
            assertBest(next(queries, blend, before, k), blended, k);
        }
        assertThat(drawn(queries, blend, before, 8))
                .hasSize(8)
                .allSatisfy((word, p) -> assertThat(blended.get(word)).isCloseTo(p, within(1e-6)));
    }

    private static NextWordsAnswer next(DirectQueries queries, ModelChoice choice, List<String> before, int k) {
        return queries.next(new NextWordsQuery(List.of(before), choice, Optional.of(SOURCE), k));
    }

    /** Most answers take a round for the proposals and one for what their owners say of them. */
    @ParameterizedTest
    @CsvSource({"1", "4"})
    void shouldAskTheShardsNoMoreThanThreeTimesForTenWords(int shards) {
        World world = world("growing", shards, false);
        DirectQueries queries = DirectQueries.of(world.parts());
        for (String word : VOCABULARY.subList(0, 40)) {
            int before = world.roundTrips;
            queries.next(new NextWordsQuery(List.of(List.of("w3", word)), ModelChoice.BEST, Optional.of(SOURCE), 10));
            assertThat(world.roundTrips - before)
                    .as("after %s, one for the source", word)
                    .isLessThanOrEqualTo(1 + 3);
        }
    }

    /** Each is a large part of {@code <unk>} then, and only a look at every word of the vocabulary would find them. */
    @ParameterizedTest
    @CsvSource({"1", "4"})
    void shouldNotLookAtEveryWordWhereTheCountsLackNextToNoneOfTheBackground(int shards) {
        List<String> words = IntStream.range(0, 8_000).mapToObj(i -> "v" + i).toList();
        BackoffBuilder builder =
                BackoffModel.builder(1).add(-99, 0, "<s>").add(-2, 0, "<unk>").add(-2, 0, "</s>");
        words.forEach(word -> builder.add(Math.log10(0.97 / words.size()), 0, word));
        builder.add(-4, 0, "rare").add(-4, 0, "rarer");
        World world = new World(shards, Vocabulary.growing(), false, Optional.of(new Background(builder.build())), 40);
        for (int from = 0; from < words.size(); from += 100) {
            world.learn(new DocumentScorer(world.mixture), DocumentTokens.of(List.of(words.subList(from, from + 100))));
        }
        DirectQueries queries = DirectQueries.of(world.parts());
        int before = world.roundTrips;

        NextWordsAnswer answer = next(queries, ModelChoice.BEST, List.of("w3", "w0"), 10);

        assertThat(answer.words()).hasSize(10);
        assertThat(world.roundTrips - before).as("rounds").isLessThanOrEqualTo(1 + 6);
    }
}
