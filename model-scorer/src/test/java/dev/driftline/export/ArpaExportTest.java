package dev.driftline.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.driftline.ngram.Forgetting;
import dev.driftline.pages.HeapPageStore;
import dev.driftline.scoring.DocumentTokens;
import dev.driftline.scoring.LocalModel;
import dev.driftline.scoring.ModelSettings;
import dev.driftline.scoring.NgramProbabilities;
import dev.driftline.scoring.Vocabulary;
import dev.driftline.smoothing.Smoothing;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ArpaExportTest {

    private static final int ORDER = 5;
    private static final String[] WORDS = {"a", "b", "c", "d", "e", "f", "g", "h", "é", "\\data\\", "-1.5"};
    private static final ExportProgress UNSEEN = (step, ngrams) -> {};

    static Stream<Arguments> models() {
        return Arrays.stream(Smoothing.values())
                .filter(Smoothing::isBackoff)
                .flatMap(smoothing -> Stream.of("growing", "grow-kenlm", "fixed")
                        .flatMap(vocabulary ->
                                Stream.of(1, 4).map(shards -> Arguments.of(smoothing, vocabulary, shards))));
    }

    @ParameterizedTest(name = "{0}, {1}, {2} shards")
    @MethodSource("models")
    void shouldGiveEveryEventTheProbabilityThatTheScoreHas(Smoothing smoothing, String vocabulary, int shards)
            throws IOException {
        LocalModel model = model(smoothing, vocabulary, shards, Forgetting.NOTHING);
        teach(model, new Random(1), 60);

        for (int order = 1; order <= ORDER; order++) {
            assertSameAsScore(model, order, export(model, ExportOptions.ofOrder(order)));
        }
    }

    /** Contexts keep the mass of what they have forgotten, and some are no n-grams any more. */
    @ParameterizedTest(name = "{0}, {1}, {2} shards")
    @MethodSource("models")
    void shouldGiveEveryEventItsProbabilityWhereNgramsWereForgotten(Smoothing smoothing, String vocabulary, int shards)
            throws IOException {
        for (Forgetting forgetting : List.of(new Forgetting(0, 150, 0), new Forgetting(0, 80, 300))) {
            LocalModel model = model(smoothing, vocabulary, shards, forgetting);
            teach(model, new Random(2), 150);

            if (smoothing == Smoothing.MAXIMUM_LIKELIHOOD) {
                // Forgotten mass goes to relative frequencies, and what was never seen to the uniform distribution: not
                // both can be said.
                try {
                    assertSameAsScore(model, ORDER, export(model, ExportOptions.ofOrder(ORDER)));
                } catch (UnsayableModelException e) {
                    assertThat(e).hasMessageContaining("forgotten").hasMessageContaining("maximum-likelihood");
                }
                assertSameAsScore(model, 2, export(model, ExportOptions.ofOrder(2)));
            } else {
                assertSameAsScore(model, ORDER, export(model, ExportOptions.ofOrder(ORDER)));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4})
    void shouldGiveEveryEventItsProbabilityWhereADocumentWasTakenOut(int shards) throws IOException {
        LocalModel model = model(Smoothing.KNESER_NEY, "growing", shards, Forgetting.NOTHING);
        teach(model, new Random(3), 40);
        DocumentTokens document = DocumentTokens.of(List.of(List.of("x", "y", "a"), List.of("y", "x")));
        model.score(document, true);
        teach(model, new Random(4), 10);
        assertThat(model.retract(document).everywhere()).isTrue();

        ArpaText arpa = export(model, ExportOptions.ofOrder(ORDER));

        assertThat(arpa.words()).doesNotContain("x", "y");
        assertSameAsScore(model, ORDER, arpa);
    }

    @Test
    void shouldMakeTheSameFileOfPagesAsOfWhatIsDecoded() throws IOException {
        HeapPageStore pages = new HeapPageStore();
        ModelSettings settings = ModelSettings.ofOrder(ORDER);
        LocalModel model = new LocalModel(settings, 1, shard -> pages, 1 << 20);
        teach(model, new Random(5), 400);
        byte[] decoded = write(model, ExportOptions.ofOrder(ORDER));

        model.writeBack();

        assertThat(write(new LocalModel(settings, 1, shard -> pages, 1 << 10), ExportOptions.ofOrder(ORDER)))
                .isEqualTo(decoded);
    }

    @Test
    void shouldSayWhereSentencesBegin() throws IOException {
        LocalModel model = model(Smoothing.KNESER_NEY, "growing", 1, Forgetting.NOTHING);
        teach(model, new Random(6), 20);

        ArpaText arpa = export(model, ExportOptions.ofOrder(3));

        assertThat(arpa.ngram("<s>")[0]).isEqualTo(-99);
        assertThat(arpa.ngram("<s>")[1]).isNegative();
        assertThat(arpa.ngrams()).noneMatch(ngram -> ngram.lastIndexOf("<s>") > 0);
        assertThat(arpa.ngrams())
                .noneMatch(ngram -> ngram.subList(0, ngram.size() - 1).contains("</s>"));
    }

    static Stream<Arguments> thinned() {
        return Stream.of(Smoothing.KNESER_NEY, Smoothing.WITTEN_BELL, Smoothing.ABSOLUTE_DISCOUNTING)
                .flatMap(smoothing -> Stream.of(
                                new ExportOptions(4, ExportOptions.prune(4, 0, 0, 1), 0, Optional.empty()),
                                new ExportOptions(4, ExportOptions.prune(4, 0, 1, 2, 3), 0, Optional.empty()),
                                new ExportOptions(4, new long[5], 1e-4, Optional.empty()),
                                new ExportOptions(4, ExportOptions.prune(4, 0, 0, 1), 3e-3, Optional.empty()),
                                new ExportOptions(4, new long[5], 0, Optional.of(Set.of("a", "b", "e", "é", "zzz"))),
                                new ExportOptions(4, new long[5], 1e-3, Optional.of(Set.of("a", "b", "c", "d"))))
                        .map(options -> Arguments.of(smoothing, options)));
    }

    @ParameterizedTest(name = "{0}, {1}")
    @MethodSource("thinned")
    void shouldSumToOneWhereNgramsWereLeftOut(Smoothing smoothing, ExportOptions options) throws IOException {
        LocalModel model = model(smoothing, "growing", 4, Forgetting.NOTHING);
        teach(model, new Random(7), 80);
        ArpaText whole = export(model, ExportOptions.ofOrder(options.order()));

        ArpaText arpa = export(model, options);

        assertThat(arpa.ngrams()).hasSizeLessThan(whole.ngrams().size());
        assertThat(whole.ngrams()).containsAll(arpa.ngrams());
        for (List<String> ngram : arpa.ngrams()) {
            assertThat(ngram).allMatch(word -> arpa.words().contains(word));
            // KenLM wants all parts of an n-gram to be n-grams.
            assertThat(arpa.ngrams()).contains(ngram.subList(0, Math.max(1, ngram.size() - 1)));
            assertThat(arpa.ngrams()).contains(ngram.subList(ngram.size() == 1 ? 0 : 1, ngram.size()));
            // Nothing that is left has another probability, but for <unk>, which words that are gone have become.
            if (!ngram.equals(List.of("<unk>"))) {
                assertThat(arpa.ngram(ngram.toArray(String[]::new))[0])
                        .isCloseTo(whole.ngram(ngram.toArray(String[]::new))[0], within(2e-6));
            }
            if (ngram.size() < options.order() && !ngram.contains("</s>")) {
                assertThat(arpa.sum(ngram.toArray(String[]::new)))
                        .as("after %s", ngram)
                        .isCloseTo(1, within(1e-5));
            }
        }
        assertThat(arpa.sum("never", "seen")).isCloseTo(1, within(1e-5));
    }

    @Test
    void shouldPruneMoreWhereMoreMayBeLost() throws IOException {
        LocalModel model = model(Smoothing.KNESER_NEY, "growing", 1, Forgetting.NOTHING);
        teach(model, new Random(8), 80);
        List<Integer> left = new ArrayList<>();
        for (double threshold : new double[] {0, 1e-5, 1e-3, 1e-1}) {
            left.add(export(model, new ExportOptions(3, new long[4], threshold, Optional.empty()))
                    .ngrams()
                    .size());
        }

        assertThat(left).isSortedAccordingTo((one, other) -> other - one).doesNotHaveDuplicates();
    }

    @Test
    void shouldLeaveOutWordsThatTheFormatCannotSay() throws IOException {
        LocalModel model = model(Smoothing.KNESER_NEY, "growing", 4, Forgetting.NOTHING);
        List<String> odd = List.of("two words", "tab\there", "\n", "\u0085", "\u3000", "<unk>", "<UNK>");
        teach(model, new Random(9), 30);
        model.score(DocumentTokens.of(List.of(List.of("\\data\\", "-1.5", "<Unk>"))), true);
        for (String word : odd) {
            model.score(DocumentTokens.of(List.of(List.of("a", word, "b"))), true);
        }
        BackoffNgrams exported = ArpaExport.of(model, ExportOptions.ofOrder(3), UNSEEN);

        ArpaText arpa = new ArpaText(bytes(exported));

        assertThat(exported.summary().unsayable()).isEqualTo(odd.size());
        assertThat(exported.summary().ngramsOfThose()).isGreaterThanOrEqualTo(3L * odd.size());
        assertThat(arpa.words()).contains("\\data\\", "-1.5", "<Unk>", "a").doesNotContain("two", "words", "<UNK>");
        assertThat(arpa.sum("a")).isCloseTo(1, within(1e-5));
        assertThat(arpa.sum("c", "a")).isCloseTo(1, within(1e-5));
    }

    @Test
    void shouldCountWhatHasNoProbability() throws IOException {
        LocalModel model = model(Smoothing.BACKOFF, "growing", 1, Forgetting.NOTHING);
        model.score(DocumentTokens.of(List.of(List.of("a", "b"))), true);
        BackoffNgrams exported = ArpaExport.of(model, ExportOptions.ofOrder(2), UNSEEN);

        ArpaText arpa = new ArpaText(bytes(exported));

        assertThat(arpa.ngram("a")[1]).isEqualTo(-99);
        assertThat(arpa.ngram("a", "b")[0]).isZero();
        assertThat(exported.summary().zeros()).isZero();
    }

    @Test
    void shouldRefuseWhatBackoffsCannotSay() {
        LocalModel scores = model(Smoothing.STUPID_BACKOFF, "growing", 1, Forgetting.NOTHING);
        teach(scores, new Random(10), 3);
        LocalModel empty = model(Smoothing.KNESER_NEY, "growing", 1, Forgetting.NOTHING);

        assertThatThrownBy(() -> export(scores, ExportOptions.ofOrder(3)))
                .isInstanceOf(UnsayableModelException.class)
                .hasMessageContaining("stupid-backoff");
        assertThatThrownBy(() -> export(empty, ExportOptions.ofOrder(3)))
                .isInstanceOf(UnsayableModelException.class)
                .hasMessageContaining("nothing has been learned");
        assertThatThrownBy(() -> export(scores, ExportOptions.ofOrder(6)))
                .isInstanceOf(UnsayableModelException.class)
                .hasMessageContaining("between 1 and 5");
        assertThatThrownBy(() -> ExportOptions.prune(3, 0, 2, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ExportOptions.prune(3, 1)).isInstanceOf(IllegalArgumentException.class);
    }

    private static LocalModel model(Smoothing smoothing, String vocabulary, int shards, Forgetting forgetting) {
        Vocabulary words = switch (vocabulary) {
            case "growing" -> Vocabulary.growing();
            case "grow-kenlm" -> new Vocabulary.Growing(false);
            default -> Vocabulary.fixed(List.of("a", "b", "c", "é", "-1.5", "listed-but-never-seen"));
        };
        ModelSettings settings = new ModelSettings(ORDER, smoothing, words, 0.1).forgetting(forgetting);
        return new LocalModel(settings, shards, shard -> new HeapPageStore(), 1 << 20);
    }

    private static void teach(LocalModel model, Random random, int documents) {
        for (int i = 0; i < documents; i++) {
            model.score(document(random, false), true);
        }
    }

    private static DocumentTokens document(Random random, boolean withUnknown) {
        List<List<String>> sentences = new ArrayList<>();
        for (int sentence = random.nextInt(4); sentence >= 0; sentence--) {
            List<String> words = new ArrayList<>();
            for (int word = random.nextInt(9); word > 0; word--) {
                words.add(
                        withUnknown && random.nextInt(6) == 0
                                ? "never" + random.nextInt(3)
                                : WORDS[(int) (WORDS.length * random.nextDouble() * random.nextDouble())]);
            }
            sentences.add(words);
        }
        return DocumentTokens.of(sentences);
    }

    private static ArpaText export(LocalModel model, ExportOptions options) throws IOException {
        return new ArpaText(write(model, options));
    }

    private static byte[] write(LocalModel model, ExportOptions options) throws IOException {
        return bytes(ArpaExport.of(model, options, UNSEEN));
    }

    private static byte[] bytes(BackoffNgrams exported) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        assertThat(exported.write(out)).isEqualTo(out.size());
        return out.toByteArray();
    }

    private static void assertSameAsScore(LocalModel model, int order, ArpaText arpa) {
        for (int k = 1; k <= order; k++) {
            assertThat(arpa.counts(k).get(0))
                    .as("%d-grams", k)
                    .isEqualTo(arpa.counts(k).get(1));
        }
        Random random = new Random(11);
        Set<String> events = new TreeSet<>(List.of(WORDS));
        events.add("never");
        events.add("listed-but-never-seen");
        for (int i = 0; i < 6; i++) {
            DocumentTokens document = document(random, true);
            assertSame(model, order, arpa, document);
            // Every event after the words of one sentence.
            List<String> context = new ArrayList<>();
            for (int token : document.tokens()) {
                if (token == DocumentTokens.EOS) {
                    break;
                }
                context.add(document.words()[token]);
            }
            List<List<String>> sentences = new ArrayList<>();
            for (String event : events) {
                List<String> sentence = new ArrayList<>(context.subList(0, Math.min(4, context.size())));
                sentence.add(event);
                sentences.add(sentence);
            }
            assertSame(model, order, arpa, DocumentTokens.of(sentences));
        }
    }

    private static void assertSame(LocalModel model, int order, ArpaText arpa, DocumentTokens document) {
        NgramProbabilities scored = model.score(document, false);
        List<String> before = new ArrayList<>(List.of("<s>"));
        for (int i = 0; i < scored.rows(); i++) {
            String word = document.words()[document.tokens()[i]];
            before.add(word);
            double expected = scored.probability(i, order);
            double found = arpa.log10(before);
            if (expected == 0) {
                assertThat(found).isLessThan(-90);
            } else {
                assertThat(found).as("log10 p of %s", before).isCloseTo(Math.log10(expected), within(1e-5));
            }
            if (word.equals("</s>")) {
                before = new ArrayList<>(List.of("<s>"));
            }
        }
    }
}
