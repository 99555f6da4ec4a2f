package dev.driftline.library;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.driftline.background.Background;
import dev.driftline.backoff.BackoffModel;
import dev.driftline.generation.TextGenerator;
import dev.driftline.generation.TextGenerator.WordProbability;
import dev.driftline.ngram.Forgetting;
import dev.driftline.pages.PageFile;
import dev.driftline.pages.PageStore;
import dev.driftline.scoring.DocumentTokens;
import dev.driftline.scoring.ModelSettings;
import dev.driftline.scoring.NextWords;
import dev.driftline.scoring.NgramProbabilities;
import dev.driftline.scoring.Vocabulary;
import dev.driftline.smoothing.Smoothing;
import dev.driftline.text.Tokenizers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class OnlineNgramModelTest {

    @TempDir
    Path folder;

    private static List<List<String>> text(int sentences, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<List<String>> text = new ArrayList<>();
        for (int sentence = 0; sentence < sentences; sentence++) {
            List<String> words = new ArrayList<>();
            for (int word = random.nextInt(12); word >= 0; word--) {
                words.add("w" + (int) (300 * random.nextDouble() * random.nextDouble() * random.nextDouble()));
            }
            text.add(words);
        }
        return text;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5})
    void shouldListTheMostProbableWordsOfTheWholeDistribution(int order) {
        OnlineNgramModel model = new OnlineNgramModel(ModelSettings.ofOrder(order), Tokenizers.WHITESPACE);
        model.learn(text(2000, 1));
        for (String before : List.of("", "w0", "w1 w2", "w0 w0 w3", "never")) {
            List<NextWord> listed = model.nextWords(before, 7);

            List<WordProbability> all = TextGenerator.best(
                    new NextWords(model.counts()), before.isEmpty() ? List.of() : List.of(before.split(" ")), 7);
            assertThat(listed).hasSize(7);
            for (int i = 0; i < 7; i++) {
                assertThat(listed.get(i).probability()).isCloseTo(all.get(i).probability(), within(1e-6));
            }
        }
    }

    /** Every smoothing, with a fixed and a growing vocabulary: listed is what a score of each word says, and all of it. */
    @ParameterizedTest
    @EnumSource(Smoothing.class)
    void shouldListEveryWordThatMayComeNextAndNoOther(Smoothing smoothing) {
        Set<String> words = new TreeSet<>();
        text(200, 3).forEach(words::addAll);
        for (Vocabulary vocabulary :
                List.of(Vocabulary.growing(), new Vocabulary.Fixed(Set.of("w0", "w1", "w2", "w3", "w4", "no")))) {
            OnlineNgramModel model = new OnlineNgramModel(
                    new ModelSettings(3, smoothing, vocabulary, ModelSettings.DEFAULT_DELTA), Tokenizers.WHITESPACE);
            model.learn(text(200, 3));
            Map<String, Double> scored = new TreeMap<>();
            for (String word : Stream.concat(words.stream(), Stream.of("no", DocumentTokens.EOS_WORD))
                    .toList()) {
                List<String> sentence = word.equals(DocumentTokens.EOS_WORD) ? List.of() : List.of(word);
                NgramProbabilities rows = model.counts().score(DocumentTokens.of(List.of(sentence)), false);
                if (!rows.unknown()[0] && rows.probability(0, 3) > 0) {
                    scored.put(word, rows.probability(0, 3));
                }
            }

            assertThat(scored).isNotEmpty();
            for (int count : new int[] {1, 3, scored.size(), Integer.MAX_VALUE}) {
                List<NextWord> listed = model.nextWords("", count);

                assertThat(listed).hasSize(Math.min(count, scored.size()));
                double least = listed.get(listed.size() - 1).probability();
                listed.forEach(next -> assertThat(next.probability())
                        .as(next.word())
                        .isCloseTo(scored.getOrDefault(next.word(), -1.0), withinPercentage(1e-4)));
                assertThat(scored.values().stream().filter(p -> p > least * (1 + 1e-6)))
                        .hasSizeLessThanOrEqualTo(listed.size());
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Smoothing.class)
    void shouldBeTheSameModelWhenItWasSavedAndLoaded(Smoothing smoothing) throws IOException {
        ModelSettings settings = new ModelSettings(4, smoothing, Vocabulary.growing(), 0.25);
        OnlineNgramModel model = new OnlineNgramModel(settings, Tokenizers.WHITESPACE);
        model.learn(text(200, 1));
        Path file = folder.resolve("model");
        model.save(file);

        OnlineNgramModel loaded = OnlineNgramModel.load(file);

        assertThat(loaded.counts().settings()).isEqualTo(settings);
        assertThat(loaded.nextWords("w0", 5)).isEqualTo(model.nextWords("w0", 5));
        assertThat(loaded.generate("w0", 20, 7)).isEqualTo(model.generate("w0", 20, 7));
        // It goes on learning as if nothing had been.
        assertThat(loaded.learn(text(50, 2))).isEqualTo(model.learn(text(50, 2)));
        assertThat(loaded.score(text(50, 3))).isEqualTo(model.score(text(50, 3)));
    }

    @Test
    void shouldKeepItsVocabularyAndItsBoundsWhenItWasSaved() throws IOException {
        ModelSettings settings = new ModelSettings(
                        2, Smoothing.KNESER_NEY, new Vocabulary.Fixed(Set.of("w0", "w1", "große")), 0.1)
                .forgetting(new Forgetting(0, 500, 10_000));
        OnlineNgramModel model = new OnlineNgramModel(settings, Tokenizers.WHITESPACE);
        model.learn(text(100, 1));
        model.save(folder.resolve("model"));
        model.learn(text(10, 2));
        model.save(folder.resolve("model"));

        OnlineNgramModel loaded = OnlineNgramModel.load(folder.resolve("model"));

        assertThat(loaded.counts().settings()).isEqualTo(settings);
        assertThat(loaded.score(text(5, 3))).isEqualTo(model.score(text(5, 3)));
        assertThat(loaded.score(text(5, 3)).unknown()).isPositive();
        assertThat(loaded.nextWords("w0", 10)).extracting(NextWord::word).contains("große");
        try (var files = Files.list(folder)) {
            assertThat(files).hasSize(1);
        }
    }

    @Test
    void shouldBeAsItWasWhenATextIsTakenOutAgain() {
        OnlineNgramModel model = OnlineNgramModel.ofOrder(3);
        model.learn("The students opened their books.");
        TextScore before = model.score("The students slept.");
        model.learn("The students slept.");
        assertThat(model.score("The students slept.").bits()).isLessThan(before.bits());

        assertThat(model.unlearn("The students slept.")).isTrue();

        assertThat(model.score("The students slept.")).isEqualTo(before);
        assertThat(model.unlearn("Never learned.")).isFalse();
    }

    @Test
    void shouldSayLittleWhenItHasLearnedNothing() {
        OnlineNgramModel model = OnlineNgramModel.ofOrder(3);

        assertThat(model.nextWords("The", 3)).isEmpty();
        assertThat(model.score("")).isEqualTo(new TextScore(0, 0, 0, 0));
        assertThat(model.score("").perplexity()).isEqualTo(1);
        assertThat(model.score("A word.").unknown()).isEqualTo(3);
        assertThatThrownBy(() -> model.generate("", 3, 1)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void shouldDrawFromWhatWasLearnedLast() {
        OnlineNgramModel model = new OnlineNgramModel(ModelSettings.ofOrder(2), Tokenizers.WHITESPACE);
        model.learn("a a a");
        model.generate("", 5, 1);
        for (int i = 0; i < 50; i++) {
            model.learn("b b b");
        }

        assertThat(model.generate("", 50, 1)).contains("b");
    }

    @Test
    void shouldRefuseMarksAmongTheTokens() {
        OnlineNgramModel model = OnlineNgramModel.ofOrder(2);

        assertThatThrownBy(() -> model.learn(List.of(List.of("a", "</s>"))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("</s>");
        assertThat(model.nextWords("", 1)).isEmpty();
    }

    @Test
    void shouldRefuseABackgroundWhichItWouldNotSave() {
        BackoffModel frozen = BackoffModel.builder(1)
                .add(-1, 0, "<unk>")
                .add(-99, 0, "<s>")
                .add(-0.5, 0, "</s>")
                .add(-0.3, 0, "word")
                .build();
        ModelSettings settings = ModelSettings.ofOrder(2).beside(Optional.of(new Background(frozen)));

        assertThatThrownBy(() -> new OnlineNgramModel(settings, Tokenizers.WORDS))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("background");
    }

    @Test
    void shouldKeepTheModelThatWasSavedBeforeWhenItCannotWrite() throws IOException {
        OnlineNgramModel model = OnlineNgramModel.ofOrder(2);
        model.learn("The students opened their books.");
        Path file = folder.resolve("model");
        model.save(file);
        byte[] before = Files.readAllBytes(file);
        PageStore broken = new PageStore() {
            @Override
            public byte[] get(byte[] key) {
                return null;
            }

            @Override
            public void put(byte[] key, byte[] value) {}

            @Override
            public void scan(byte[] prefix, BiConsumer<byte[], byte[]> visitor) {
                visitor.accept(new byte[] {1}, new byte[100_000]);
                throw new IllegalStateException("no more");
            }
        };

        assertThatThrownBy(() -> new PageFile(new byte[0], List.of(broken)).write(file))
                .isInstanceOf(IllegalStateException.class);

        assertThat(Files.readAllBytes(file)).isEqualTo(before);
        try (var files = Files.list(folder)) {
            assertThat(files).hasSize(1);
        }
    }

    @Test
    void shouldRefuseAFileThatIsNotWhole() throws IOException {
        OnlineNgramModel model = OnlineNgramModel.ofOrder(2);
        model.learn("The students opened their books.");
        Path file = folder.resolve("model");
        model.save(file);
        byte[] whole = Files.readAllBytes(file);

        for (int length = 0; length < whole.length; length += 1 + whole.length / 50) {
            Files.write(file, Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> OnlineNgramModel.load(file))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(file.toString());
        }
        for (int at = 0; at < whole.length; at += 1 + whole.length / 100) {
            byte[] damaged = whole.clone();
            damaged[at] ^= 0x55;
            Files.write(file, damaged);
            assertThatThrownBy(() -> OnlineNgramModel.load(file))
                    .as("byte " + at)
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(file.toString());
        }
        Files.write(file, Arrays.copyOf(whole, whole.length + 1));
        assertThatThrownBy(() -> OnlineNgramModel.load(file)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> OnlineNgramModel.load(folder))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(folder + " is a folder");
        assertThatThrownBy(() -> OnlineNgramModel.load(folder.resolve("none")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("none does not exist");
    }
}
