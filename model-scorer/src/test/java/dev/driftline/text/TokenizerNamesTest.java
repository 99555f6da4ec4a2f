package dev.driftline.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TokenizerNamesTest {

    @ParameterizedTest
    @CsvSource({
        "words, words",
        "words+nfc, words-nfc",
        "words-nfc, words-nfc",
        "words+nfkc+lower+digits+accents, words+nfkc+lower+digits+accents",
        "log+lower, log+lower",
        "characters+nfkc, characters+nfkc",
        "whitespace+digits, whitespace+digits"
    })
    void shouldRecordOneNameForATokenizer(String name, String recorded) {
        assertThat(Tokenizers.recorded(name)).isEqualTo(recorded);
        assertThat(Tokenizers.recorded(recorded)).isEqualTo(recorded);
        assertThat(Tokenizers.same(name, recorded)).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "words+lower+nfc | write words+nfc+lower",
                "words+lower+lower | write words+lower",
                "words+nfc+nfkc | leave one of them out",
                "words-nfc+lower | write words+nfc+lower",
                "words+stem | there is no step 'stem'",
                "words+ | there is no step ''",
                "Words | choose one of",
                "'' | choose one of",
                "log+digits | leave digits out",
                "subword | subword:FILE",
                "subword: | subword:FILE"
            })
    void shouldSayWhatToWriteWhenANameIsWrong(String name, String cure) {
        assertThat(Tokenizers.problem(name))
                .hasValueSatisfying(problem -> assertThat(problem).contains(cure.strip()));
        assertThatThrownBy(() -> Tokenizers.named(name)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "nfkc, ﬁne ｆｕｌｌ ２, fine full 2",
        "lower, ISTANBUL İ Σίσυφος, istanbul i̇ σίσυφος",
        "digits, 2024 ٣٤ x9, 0000 00 x0",
        "accents, café Ångström Ελλάδα Việt, cafe Angstrom Ελλαδα Viet",
        "accents, й ё が ไม้ مُحَمَّد, й ё が ไม้ مُحَمَّد",
        "nfkc+lower, Ⅷ ﬁ, viii fi",
    })
    void shouldChangeTextAsTheStepsSay(String steps, String text, String changed) {
        assertThat(Tokenizers.named("whitespace+" + steps).sentences(text))
                .isEqualTo(Tokenizers.named("whitespace").sentences(changed));
    }

    /** One code point gives eighteen: what is longer afterwards is refused by the limits, which look at tokens. */
    @Test
    void shouldSayThatAStepMayLengthenText() {
        assertThat(Tokenizers.named("whitespace+nfkc").sentences("\uFDFA"))
                .flatMap(s -> s)
                .hasSize(4);
        assertThat(Tokenizers.named("words+nfkc").mayLengthen()).isTrue();
        assertThat(Tokenizers.named("words").mayLengthen()).isFalse();
    }

    @Test
    void shouldKnowASubwordModelByItsBytesAndNotByItsPath(@TempDir Path folder) throws IOException {
        Path one = Files.writeString(folder.resolve("one+x.json"), "{}");
        Path two = Files.writeString(folder.resolve("two.json"), "{}");
        Path other = Files.writeString(folder.resolve("other.json"), "{ }");
        SubwordFiles files = new SubwordFiles();

        TokenizerName recorded = files.hashed(TokenizerName.parse("subword:" + one));
        assertThat(recorded.text()).matches("subword:.*one\\+x\\.json@[0-9a-f]{64}");
        assertThat(TokenizerName.parse(recorded.text())).isEqualTo(recorded);
        assertThat(files.hashed(TokenizerName.parse("subword:" + two)).hash()).isEqualTo(recorded.hash());
        assertThat(files.hashed(TokenizerName.parse("subword:" + other)).hash()).isNotEqualTo(recorded.hash());

        Files.writeString(one, "{ \"changed\": true }");
        assertThatThrownBy(() -> files.hashed(recorded))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("give the file of then");
        Files.delete(one);
        assertThatThrownBy(() -> files.hashed(recorded)).hasMessageContaining("there is no such file");
    }

    @Test
    void shouldSayWhatIsMissingWhenNoReaderIsThere(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("tokenizer.json"), "{}");
        for (String name : List.of("subword:" + file, "subword:" + file + "@" + "0".repeat(64))) {
            assertThatThrownBy(() -> Tokenizers.recorded(name)).hasMessageContaining("module subword-tokenizers");
        }
    }

    @Test
    void shouldRefuseAFileThatIsTooLarge(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("weights");
        try (var out = Files.newByteChannel(
                file, java.nio.file.StandardOpenOption.CREATE, java.nio.file.StandardOpenOption.WRITE)) {
            out.position(SubwordFiles.MOST_BYTES);
            out.write(java.nio.ByteBuffer.allocate(1));
        }
        assertThatThrownBy(() -> new SubwordFiles().hashed(TokenizerName.parse("subword:" + file)))
                .hasMessageContaining("larger than 64 MiB");
    }
}
