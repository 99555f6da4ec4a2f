package dev.driftline.subword;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.driftline.text.Detokenizer;
import dev.driftline.text.SubwordModel;
import dev.driftline.text.Tokenizer;
import dev.driftline.text.Tokenizers;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.StreamSupport;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Small models that SentencePiece 0.2.2 for Python has trained on text of the Brown corpus and a few lines in eight scripts, and
 * what it makes of texts with them: {@code bpe} and {@code unigram-bytes} have pieces that are not used, three have pieces of a
 * user, {@code unigram} has NFKC and samples of its own, and others have rules of their own, for both directions.
 */
class SentencePieceTest {

    private static final JsonMapper JSON = new JsonMapper();

    @TempDir
    private Path folder;

    private record Cut(String text, List<String> pieces, String joined) {}

    private static InputStream resource(String name) {
        InputStream in = SentencePieceTest.class.getResourceAsStream("/sentencepiece/" + name);
        assertThat(in).as(name).isNotNull();
        return in;
    }

    private static byte[] bytes(String model) throws IOException {
        if (model.equals("unigram")) {
            try (InputStream in = new GZIPInputStream(resource("unigram.model.gz"))) {
                return in.readAllBytes();
            }
        }
        try (InputStream in = resource(model + ".model")) {
            return in.readAllBytes();
        }
    }

    private static SubwordModel model(String name) throws IOException {
        return new SubwordReader().read(bytes(name));
    }

    private static List<Cut> cuts(String model) throws IOException {
        List<Cut> cuts = new ArrayList<>();
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(resource(model + ".jsonl"), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                JsonNode json = JSON.readTree(line);
                List<String> pieces = StreamSupport.stream(json.path("pieces").spliterator(), false)
                        .map(JsonNode::asText)
                        .toList();
                cuts.add(new Cut(
                        json.path("text").asText(), pieces, json.path("joined").asText()));
            }
        }
        assertThat(cuts).hasSizeGreaterThan(50);
        return cuts;
    }

    private String name(String model) throws IOException {
        return "subword:" + Files.write(folder.resolve(model + ".model"), bytes(model));
    }

    @ParameterizedTest
    @ValueSource(strings = {"unigram", "unigram-bytes", "unigram-suffix", "bpe", "bpe-bytes", "char", "word"})
    void shouldCutAndJoinAsSentencePieceDoes(String name) throws IOException {
        SubwordModel model = model(name);
        for (Cut cut : cuts(name)) {
            assertThat(model.tokens(cut.text())).as(cut.text()).isEqualTo(cut.pieces());
            assertThat(model.text(cut.pieces()))
                    .as("%s of %s", cut.text(), cut.pieces())
                    .isEqualTo(cut.joined());
        }
    }

    /** A control character is a space before the model sees it, and what Driftline writes itself is two tokens. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "unigram | The election | ▁The ▁ el ect ion",
                "unigram | <s> x </s> | ▁ < s > ▁ x ▁ </ s >",
                "bpe-bytes | a😀 | ▁a <0xF0> <0x9F> <0x98> <0x80>"
            })
    void shouldBeATokenizer(String model, String text, String tokens) throws IOException {
        String name = name(model);
        assertThat(Tokenizers.named(name).sentences(text.replace(" ", "\t"))).hasSize(1);
        assertThat(Tokenizers.named(name).sentences(text + "\n\n" + text))
                .containsExactly(List.of(tokens.split(" ")), List.of(tokens.split(" ")));
        assertThat(Tokenizers.recorded(name)).startsWith(name + "@");
    }

    @ParameterizedTest
    @ValueSource(strings = {"unigram-bytes", "bpe-bytes"})
    void shouldGiveTheTextAgainTokenByToken(String model) throws IOException {
        String name = name(model);
        Tokenizer tokenizer = Tokenizers.named(name);
        SplittableRandom random = new SplittableRandom(3);
        String[] words = {"jury", "Zürich", "猫", "😀", "  election", "-", "\uFFFD", "x"};
        StringBuilder text = new StringBuilder("The");
        for (int i = 0; i < 200; i++) {
            text.append(' ').append(words[random.nextInt(words.length)]).append(i % 20 == 0 ? "\nand" : "");
        }
        String written = text.append(" end").toString();
        assertThat(Tokenizers.joining(name).read(tokenizer.sentences(written))).isEqualTo(written);

        Detokenizer joining = Tokenizers.joining(name);
        joining.follow(tokenizer.openSentences("A \uFFFD", ""), "A \uFFFD");
        StringBuilder more = new StringBuilder();
        for (String token : model(model).tokens("the")) {
            more.append(joining.next(token));
        }
        assertThat(more.toString()).isEqualTo(model.equals("bpe-bytes") ? " the" : "the");
    }

    @ParameterizedTest
    @ValueSource(strings = {"bpe", "char"})
    void shouldRefuseAFileThatIsCutOff(String name) throws IOException {
        byte[] whole = bytes(name);
        int read = 0;
        for (int length = 0; length < whole.length; length++) {
            try {
                new SubwordReader().read(Arrays.copyOf(whole, length)).tokens("The jury said x");
                read++;
            } catch (IllegalArgumentException e) {
                assertThat(e).hasMessageNotContaining("null");
            }
        }
        // Cut between two fields, what is left is a model: of other pieces, or with other rules.
        assertThat(read).isLessThan(whole.length / 5);
    }

    /** A broken file is refused or cuts something: it neither ends a thread nor runs for ever. */
    @ParameterizedTest
    @ValueSource(strings = {"bpe", "unigram-suffix", "unigram-bytes"})
    void shouldSurviveAFileWithOtherBytes(String name) throws IOException {
        SplittableRandom random = new SplittableRandom(17);
        byte[] whole = bytes(name);
        for (int trial = 0; trial < 300; trial++) {
            byte[] broken = whole.clone();
            for (int i = 0; i <= random.nextInt(4); i++) {
                broken[random.nextInt(broken.length)] = (byte) random.nextInt(256);
            }
            try {
                SubwordModel model = new SubwordReader().read(broken);
                assertThat(model.text(model.tokens("The jury said 12 ab aab-Zürich 猫 😀")))
                        .isNotNull();
            } catch (IllegalArgumentException e) {
                assertThat(e).hasMessageNotContaining("null");
            }
        }
    }

    @Test
    void shouldRefuseAModelWhoseOwnSamplesAreCutOtherwise() throws IOException {
        byte[] other = bytes("unigram");
        byte[] most = "▁the".getBytes(StandardCharsets.UTF_8);
        int at = 0;
        while (!Arrays.equals(other, at, at + most.length, most, 0, most.length)) {
            at++;
        }
        other[at + most.length - 1] = 'q';
        assertThatThrownBy(() -> new SubwordReader().read(other))
                .hasMessageContaining("its own sample")
                .hasMessageContaining("tokenizer.json");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "IQ== 0\\nIg== 1\\n | tiktoken",
                "{\"a\": 1} | neither a tokenizer.json nor",
                "\\n\\7abc | says that 7 bytes follow",
                "gibberish | neither a tokenizer.json nor",
            })
    void shouldSayWhatAFileIs(String content, String message) {
        byte[] file = content.translateEscapes().getBytes(StandardCharsets.UTF_8);
        assertThatThrownBy(() -> new SubwordReader().read(file))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    /** A line of a script that the model does not know is no reason to lose a document: no token is longer than its limit. */
    @ParameterizedTest
    @ValueSource(strings = {"unigram", "bpe", "word"})
    void shouldBoundTheLengthOfATokenOfUnknownCharacters(String model) throws IOException {
        String text = "𐎠".repeat(20_000);
        List<String> tokens = Tokenizers.named(name(model)).sentences(text).get(0);
        assertThat(tokens)
                .allSatisfy(token -> assertThat(token.getBytes(StandardCharsets.UTF_8).length)
                        .isLessThanOrEqualTo(1024));
        assertThat(String.join("", tokens).replace("▁", "")).isEqualTo(text);
    }

    /** Where a line is too long for one piece, it is cut before a space, and nothing is lost or added. */
    @ParameterizedTest
    @ValueSource(strings = {"unigram-bytes", "bpe-bytes", "unigram", "unigram-suffix"})
    void shouldCutALongLineAsIfItWereShort(String model) throws IOException {
        String text = "the jury said ".repeat(3000).strip();
        SubwordModel whole = model(model);
        assertThat(Tokenizers.named(name(model)).sentences(text)).containsExactly(whole.tokens(text));
    }
}
