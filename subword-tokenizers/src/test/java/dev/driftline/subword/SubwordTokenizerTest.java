package dev.driftline.subword;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.driftline.text.Detokenizer;
import dev.driftline.text.Tokenizer;
import dev.driftline.text.Tokenizers;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Three small models that Hugging Face's tokenizers 0.23.2 for Python has trained on text of the Brown corpus. */
class SubwordTokenizerTest {

    @TempDir
    private Path folder;

    private String name(String model) throws IOException {
        Path file = folder.resolve(model + ".json");
        try (InputStream in = SubwordTokenizerTest.class.getResourceAsStream("/" + model + ".json")) {
            Files.write(file, in.readAllBytes());
        }
        return "subword:" + file;
    }

    /** The tokens are those that the library gives in Python, but for {@code <s>}, which is Driftline's own. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "bpe | The jury said that the election was well-known. | The Ġjury Ġsaid Ġthat Ġthe Ġelection Ġwas Ġw e ll - k n"
                        + " ow n .",
                "bpe | Zürich 猫 <s> 😀 | Z Ã ¼ r ich Ġ ç Į « Ġ < s > Ġ ð Ł ĺ Ģ",
                "unigram | The jury said that the election was well-known. | ▁The ▁jur y ▁sai d ▁tha t ▁the ▁election ▁was ▁w"
                        + " ell - k n ow n .",
                "unigram | Zürich 猫 <s> 😀 | ▁ Zü r i ch ▁ 猫 ▁ < s> ▁ 😀",
                "wordpiece | The jury said that the election was well-known. | the jury said that the election was we ##ll - k"
                        + " ##n ##ow ##n ."
            })
    void shouldCutAsTheLibraryDoes(String model, String text, String tokens) throws IOException {
        assertThat(Tokenizers.named(name(model)).sentences(text)).containsExactly(List.of(tokens.split(" ")));
    }

    @ParameterizedTest
    @CsvSource({
        "bpe, 'The jury said that the election was well-known.\nZürich 猫 <s> 😀 x', ''",
        "unigram, 'The jury said that the election was well-known.\nZürich 猫 <s> 😀 x', ''",
        "wordpiece, 'The jury said.\nWell-known', 'the jury said.\nwell - known'",
        "wordpiece, 'it''s', 'it '' s'",
        "bpe, 'a \uFFFD\nb \uFFFD c', ''",
        "unigram, 'a \uFFFD\nb \uFFFD c \uFFFD', ''"
    })
    void shouldJoinAsTheModelDoes(String model, String text, String joined) throws IOException {
        String name = name(model);
        Tokenizer tokenizer = Tokenizers.named(name);
        List<List<String>> tokens = tokenizer.sentences(text);
        String again = Tokenizers.joining(name).read(tokens);
        assertThat(again).isEqualTo(joined.isEmpty() ? text : joined);
        assertThat(tokenizer.sentences(again)).isEqualTo(tokens);
    }

    /** Token by token, as generation does, over more tokens than the joining looks back. */
    @ParameterizedTest
    @ValueSource(strings = {"bpe", "unigram"})
    void shouldJoinALongLineTokenByToken(String model) throws IOException {
        String name = name(model);
        SplittableRandom random = new SplittableRandom(5);
        String[] words = {"jury", "Zürich", "猫", "😀", "election", "-", "naïve", "x"};
        StringBuilder text = new StringBuilder("The");
        for (int i = 0; i < 300; i++) {
            text.append(' ').append(words[random.nextInt(words.length)]);
        }
        Tokenizer tokenizer = Tokenizers.named(name);
        assertThat(Tokenizers.joining(name).read(tokenizer.sentences(text.toString())))
                .isEqualTo(text.toString());

        Detokenizer joining = Tokenizers.joining(name);
        joining.follow(tokenizer.openSentences("The jury ", ""), "The jury ");
        Detokenizer copy = joining.copy();
        List<String> more = tokenizer.sentences("The jury said").get(0);
        String last = more.get(more.size() - 1);
        assertThat(copy.next(last)).isEqualTo(joining.next(last)).doesNotStartWith(" ");
    }

    @Test
    void shouldKnowTheModelByItsFile() throws IOException {
        String name = name("bpe");
        String recorded = Tokenizers.recorded(name);
        assertThat(recorded).startsWith(name + "@");
        assertThat(Tokenizers.same(name, recorded)).isTrue();
        assertThat(Tokenizers.same(recorded, name("unigram"))).isFalse();
        assertThat(Tokenizers.identity(recorded)).isEqualTo("subword" + recorded.substring(recorded.lastIndexOf('@')));

        Files.writeString(folder.resolve("bpe.json"), "{}");
        assertThatThrownBy(() -> Tokenizers.recorded(recorded)).hasMessageContaining("give the file of then");
        // What was read is kept: a running service goes on with the model that it has.
        assertThat(Tokenizers.named(name("unigram")).sentences("a")).isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{\"model\": {\"type\": \"Nonsense\"}}", "\n\u0007<unk>\u0015", "[]", ""})
    void shouldSayWhatToDoWhenAFileIsNotAModel(String content) throws IOException {
        Path file = Files.write(folder.resolve("m"), content.getBytes(StandardCharsets.UTF_8));
        assertThatThrownBy(() -> Tokenizers.named("subword:" + file))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("cannot be read");
    }

    @Test
    void shouldGiveTheSameTokensOnManyThreads() throws Exception {
        String name = name("unigram");
        String text = "The jury said that the election was well-known. ".repeat(50);
        List<List<String>> tokens = Tokenizers.named(name).sentences(text);
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Future<List<List<String>>>> all = IntStream.range(0, 16)
                    .mapToObj(i -> threads.submit(() -> Tokenizers.named(name).sentences(text)))
                    .toList();
            for (Future<List<List<String>>> one : all) {
                assertThat(one.get()).isEqualTo(tokens);
            }
        } finally {
            threads.shutdown();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"bpe", "unigram"})
    void shouldTakeALongLineInPieces(String model) throws IOException {
        Tokenizer tokenizer = Tokenizers.named(name(model));
        assertThat(tokenizer.sentences("a".repeat(1 << 20))).hasSize(1);
        assertThat(tokenizer.sentences("\u0000a\tb\u0085c")).hasSize(2);
    }

    /** GPT-2 puts no space before a line: the one where a long line is cut belongs to the word behind it. */
    @ParameterizedTest
    @ValueSource(strings = {"bpe", "unigram", "wordpiece"})
    void shouldCutALongLineAsIfItWereShort(String model) throws IOException {
        Tokenizer tokenizer = Tokenizers.named(name(model));
        List<String> once = tokenizer.sentences("x the jury said").get(0);
        List<String> again = once.subList(tokenizer.sentences("x").get(0).size(), once.size());
        List<String> all =
                tokenizer.sentences("x" + " the jury said".repeat(3000)).get(0);
        assertThat(all).hasSize(once.size() - again.size() + 3000 * again.size());
        assertThat(all.subList(all.size() - again.size(), all.size())).isEqualTo(again);
    }

    @Test
    void shouldNotReachForTheNetwork() throws IOException {
        Tokenizers.named(name("bpe"));
        assertThat(System.getProperty("ai.djl.offline")).isEqualTo("true");
        assertThat(System.getProperty("OPT_OUT_TRACKING")).isEqualTo("true");
        assertThat(System.getProperty("RUST_FLAVOR")).isEqualTo("cpu");
    }
}
