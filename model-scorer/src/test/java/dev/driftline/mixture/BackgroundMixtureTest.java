package dev.driftline.mixture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.driftline.background.Background;
import dev.driftline.background.Backgrounds;
import dev.driftline.neural.Architecture;
import dev.driftline.neural.Cell;
import dev.driftline.neural.Network;
import dev.driftline.neural.NeuralVocabulary;
import dev.driftline.neural.events.NeuralExpert;
import dev.driftline.ngram.Forgetting;
import dev.driftline.pages.HeapPageStore;
import dev.driftline.scoring.DocumentTokens;
import dev.driftline.scoring.LocalModel;
import dev.driftline.scoring.ModelSettings;
import dev.driftline.scoring.NgramProbabilities;
import dev.driftline.scoring.Vocabulary;
import dev.driftline.smoothing.Smoothing;
import dev.driftline.source.SourceModel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class BackgroundMixtureTest {

    private static final int ORDER = 3;
    private static final MixtureSettings WITHOUT =
            new MixtureSettings(ORDER, "counts", new MixtureSettings.Caches(40, 10, 0.45, 150, 0.65), 0.02, 10);
    private static final MixtureSettings WITH = WITHOUT.withBackground(true);

    /** Some words are the counts' alone, some the background's, some of both. */
    private static final List<String> LEARNED =
            IntStream.range(0, 24).mapToObj(i -> "w" + i).toList();

    private static final List<String> FROZEN =
            IntStream.range(12, 40).mapToObj(i -> "w" + i).toList();

    private static final Background BACKGROUND = Backgrounds.of(FROZEN, 1);

    private static ModelSettings settings(Smoothing smoothing, String vocabulary) {
        Vocabulary known = switch (vocabulary) {
            case "fixed" -> Vocabulary.fixed(LEARNED.subList(0, 18));
            case "grow-kenlm" -> new Vocabulary.Growing(false);
            default -> Vocabulary.growing();
        };
        return new ModelSettings(ORDER, smoothing, known, ModelSettings.DEFAULT_DELTA).beside(Optional.of(BACKGROUND));
    }

    private static LocalModel model(ModelSettings settings, int shards) {
        return new LocalModel(settings, shards, shard -> new HeapPageStore(), 1 << 24);
    }

    private static DocumentTokens document(Random random) {
        List<String> words = new ArrayList<>();
        for (int i = 0; i < 14; i++) {
            words.add(LEARNED.get((int) (LEARNED.size() * random.nextDouble() * random.nextDouble())));
        }
        // Words that the counts meet for the first time, in the background and in neither.
        words.add("w" + (30 + random.nextInt(10)));
        words.add("new" + random.nextInt(3));
        return DocumentTokens.of(List.of(words));
    }

    private static void learn(LocalModel model, SourceModel source, MixtureSettings mixture, int documents) {
        DocumentScorer scorer = new DocumentScorer(mixture);
        Random random = new Random(5);
        for (int i = 0; i < documents; i++) {
            DocumentTokens document = document(random);
            scorer.score(ScoreRequest.of(document, model.score(document, true), source)
                    .withLearning(true)
                    .withNetwork(
                            mixture.hasNeural() && i > 3
                                    ? Optional.of(network(document, known(model)))
                                    : Optional.empty()));
        }
    }

    private static final Network NETWORK = Network.random(
            Architecture.recurrent(Cell.LSTM, 8, 0, List.of()),
            new NeuralVocabulary(List.of("<unk>", "</s>", "w1", "w14", "w2", "w16")),
            3);

    private static NeuralExpert network(DocumentTokens document, Set<String> events) {
        int[] encoded = NETWORK.vocabulary().encode(document);
        BitSet foreign = new BitSet();
        for (int row = 2; row < NETWORK.vocabulary().size(); row++) {
            foreign.set(row, !events.contains(NETWORK.vocabulary().word(row)));
        }
        return new NeuralExpert(
                NETWORK,
                NETWORK.reader().score(List.of(encoded), true, null, foreign).get(0),
                foreign);
    }

    static Stream<Arguments> models() {
        return Arrays.stream(Smoothing.values())
                .filter(Smoothing::isDistribution)
                .flatMap(smoothing -> Stream.of("growing", "grow-kenlm", "fixed")
                        .flatMap(vocabulary -> Stream.of(1, 4)
                                .filter(shards -> shards == 1 || smoothing != Smoothing.ADD_DELTA)
                                .flatMap(shards -> Stream.of(false, true)
                                        .filter(network -> !network || smoothing == Smoothing.KNESER_NEY)
                                        .map(network -> Arguments.of(smoothing, vocabulary, shards, network)))));
    }

    @ParameterizedTest(name = "{0}, {1}, {2} shards, network {3}")
    @MethodSource("models")
    void shouldSumToOneOverTheWordsOfBoth(Smoothing smoothing, String vocabulary, int shards, boolean hasNetwork) {
        LocalModel model = model(settings(smoothing, vocabulary), shards);
        MixtureSettings mixture = hasNetwork ? WITH.withNeural("lstm") : WITH;
        for (int documents : new int[] {0, 1, 12}) {
            SourceModel source = new SourceModel(mixture);
            learn(model, source, mixture, documents);
            assertSumsToOne(model, mixture, source, vocabulary, List.of("w1", "w13"));
            assertSumsToOne(model, mixture, source, vocabulary, List.of("w35"));
            assertSumsToOne(model, mixture, source, vocabulary, List.of());
        }
    }

    @Test
    void shouldSumToOneWhereWordsAreForgotten() {
        LocalModel model = model(settings(Smoothing.KNESER_NEY, "growing").forgetting(new Forgetting(0, 60, 100)), 1);
        SourceModel source = new SourceModel(WITH);
        learn(model, source, WITH, 60);

        assertThat(known(model)).as("words left").hasSizeLessThan(37);
        assertSumsToOne(model, WITH, source, "growing", List.of("w1", "w13"));
    }

    private static Set<String> known(LocalModel model) {
        Set<String> known = new LinkedHashSet<>();
        IntStream.range(0, 40).mapToObj(i -> "w" + i).forEach(known::add);
        IntStream.range(0, 3).mapToObj(i -> "new" + i).forEach(known::add);
        known.removeIf(word -> model.rawCount(List.of(word)) == 0);
        return known;
    }

    private static void assertSumsToOne(
            LocalModel model, MixtureSettings mixture, SourceModel source, String vocabulary, List<String> context) {
        Set<String> events = new LinkedHashSet<>(FROZEN);
        events.addAll(
                vocabulary.equals("fixed")
                        ? ((Vocabulary.Fixed) model.settings().vocabulary()).words()
                        : known(model));
        events.add("never seen");
        double[] sums = new double[mixture.models().size()];
        for (String event : events) {
            add(sums, model, mixture, source, context, List.of(event), events);
        }
        add(sums, model, mixture, source, context, List.of(), events);
        for (int i = 0; i < sums.length; i++) {
            assertThat(sums[i])
                    .as(mixture.models().get(i) + " after " + context)
                    .isCloseTo(1, within(2e-5));
        }
    }

    private static void add(
            double[] sums,
            LocalModel model,
            MixtureSettings mixture,
            SourceModel source,
            List<String> context,
            List<String> event,
            Set<String> events) {
        List<String> words = new ArrayList<>(context);
        words.addAll(event);
        DocumentTokens document = DocumentTokens.of(List.of(words));
        float[][] surprisals = new DocumentScorer(mixture)
                .score(ScoreRequest.of(document, model.score(document, false), source)
                        .withNetwork(mixture.hasNeural() ? Optional.of(network(document, events)) : Optional.empty())
                        .withSurprisals(ScoreRequest.Surprisals.EVERY_MODEL))
                .modelSurprisals();
        for (int i = 0; i < sums.length; i++) {
            sums[i] += Math.pow(2, -surprisals[i][context.size()]);
        }
    }

    @Test
    void shouldSayWhatTheBackgroundSaysWhereNothingIsLearned() {
        LocalModel model = model(settings(Smoothing.KNESER_NEY, "growing"), 1);
        DocumentTokens document = DocumentTokens.of(List.of(List.of("w13", "w20", "w39")));

        DocumentScore score = new DocumentScorer(WITH)
                .score(ScoreRequest.of(document, model.score(document, false), new SourceModel(WITH)));

        double log10 = 0;
        var frozen = BACKGROUND.model();
        int state = frozen.start();
        for (int token : document.tokens()) {
            int word = frozen.index(document.words()[token]);
            log10 += frozen.log10(state, word);
            state = frozen.advance(state, word);
        }
        assertThat(score.unknown()).isZero();
        assertThat(score.bits(MixtureSettings.BACKGROUND)).isCloseTo(-log10 / Math.log10(2), within(1e-4));
        assertThat(score.bits(MixtureSettings.MIXTURE))
                .as("but for caches of three words")
                .isCloseTo(-log10 / Math.log10(2), within(0.05));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4})
    void shouldChangeNoCountAndKeepWhatIsShared(int shards) {
        HeapPageStore[] stores = new HeapPageStore[shards];
        HeapPageStore[] plainStores = new HeapPageStore[shards];
        Arrays.setAll(stores, shard -> new HeapPageStore());
        Arrays.setAll(plainStores, shard -> new HeapPageStore());
        ModelSettings settings = settings(Smoothing.KNESER_NEY, "growing");
        LocalModel plain = new LocalModel(settings.beside(Optional.empty()), shards, s -> plainStores[s], 1 << 24);
        LocalModel model = new LocalModel(settings, shards, shard -> stores[shard], 1 << 24);
        learn(plain, new SourceModel(WITHOUT), WITHOUT, 12);
        learn(model, new SourceModel(WITH), WITH, 12);
        plain.writeBack();
        model.writeBack();
        DocumentTokens document = document(new Random(9));

        for (String word : known(model)) {
            assertThat(model.rawCount(List.of(word))).isEqualTo(plain.rawCount(List.of(word)));
        }
        // Read again, turned on over a state that has none, of another file, and after documents were taken out.
        Background other = Backgrounds.of(FROZEN.subList(0, 5), 2);
        for (Background background : List.of(BACKGROUND, other)) {
            ModelSettings again = settings.beside(Optional.of(background));
            NgramProbabilities kept =
                    new LocalModel(again, shards, shard -> stores[shard], 1 << 24).score(document, false);
            NgramProbabilities on =
                    new LocalModel(again, shards, shard -> plainStores[shard], 1 << 24).score(document, false);
            assertThat(kept.types()).isEqualTo(on.types());
            Set<String> events = new LinkedHashSet<>(known(model));
            FROZEN.stream().filter(background::has).forEach(events::add);
            assertThat(kept.types()).isEqualTo(events.size());
        }
    }

    @Test
    void shouldRefuseAMessageOfAnotherBackground() {
        ModelSettings settings = settings(Smoothing.KNESER_NEY, "growing");
        LocalModel model = model(settings, 1);
        DocumentTokens document = document(new Random(1));
        for (Optional<Background> other :
                List.of(Optional.of(Backgrounds.of(FROZEN, 2)), Optional.<Background>empty())) {
            byte[] request = new dev.driftline.scoring.Scatter(settings.beside(other), 1)
                    .requests(0, 0, document, false, 0, List.of())[0];

            assertThatThrownBy(() -> model.shard(0).answer(request))
                    .hasMessageContaining("a background")
                    .hasMessageContaining("the same model.* settings");
        }
    }

    @Test
    void shouldKeepWhatOtherExpertsLearnedWhereItIsTurnedOnAndOff() {
        LocalModel model = model(settings(Smoothing.KNESER_NEY, "growing"), 1);
        for (MixtureSettings then : List.of(WITH, WITH.withNeural("lstm"))) {
            MixtureSettings without = then.withBackground(false);
            CommonWeights common = new CommonWeights(without);
            SourceModel learned = new SourceModel(common);
            learn(model(model.settings().beside(Optional.empty()), 1), learned, without, 20);

            CommonWeights on = CommonWeights.decode(then, common.encode());
            SourceModel with = SourceModel.restore(on, learned.header(), learned::segment);
            CommonWeights off = CommonWeights.decode(without, on.encode());
            SourceModel back = SourceModel.restore(off, with.header(), with::segment);

            assertThat(with.tokens()).isEqualTo(learned.tokens());
            for (int bucket = 0; bucket < 4; bucket++) {
                double sum = 0;
                for (int expert = 0; expert < then.experts().size(); expert++) {
                    sum += with.weights().byBucket.weight(bucket, expert);
                }
                assertThat(sum).isCloseTo(1, within(1e-9));
                for (int expert = 0; expert < without.experts().size(); expert++) {
                    assertThat(back.weights().byBucket.weight(bucket, expert))
                            .isCloseTo(learned.weights().byBucket.weight(bucket, expert), within(1e-9));
                    assertThat(off.byBucket.weight(bucket, expert))
                            .isCloseTo(common.byBucket.weight(bucket, expert), within(1e-9));
                }
            }
            int components = new MixtureColumns(without).components;
            for (int component = 0; component < components; component++) {
                assertThat(back.weights().outermost.weight(component))
                        .isCloseTo(learned.weights().outermost.weight(component), within(1e-9));
            }
            assertThat(back.header()).hasSameSizeAs(learned.header());
        }
    }
}
