package dev.driftline.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What holds of every tokenizer, whatever the text. */
class TokenizerLawsTest {

    private static final String[] PIECES = {
        "the",
        "Jury",
        " ",
        "  ",
        "\n",
        "\t",
        ".",
        ",",
        "don't",
        "3.14",
        "é",
        "e\u0301",
        "\u00AD",
        "\u200D",
        "\u200B",
        "猫",
        "ภาษา",
        "مرحبا",
        "\uD83D\uDC4D",
        "\uD83D\uDC69\u200D\uD83D\uDCBB",
        "<unk>",
        "<",
        ">",
        "/",
        "/var/log",
        "10.0.0.1",
        "::1",
        "12:30:45",
        "Jun 14 15:16:01",
        "0x7f",
        "deadbeef01",
        "-",
        "_",
        "1",
        "2024",
        "%",
        "[",
        "]",
        "=",
        "\u0301",
        "\u0000",
        "\u2028",
        "ﬁ",
        "Ⅷ",
        "blk_1234",
        "http://",
        "C:\\",
        "~",
        "\\",
        "00:1b:44:11:3a:b7",
        "@",
        "$",
        "'",
        "\u0085",
        "🇫🇷",
        "\u3000"
    };

    @ParameterizedTest
    @ValueSource(strings = {"whitespace", "words", "characters", "log"})
    void shouldGivePiecesOfTheTextInOrderAndLoseNothingThatIsSeen(String name) {
        SplittableRandom random = new SplittableRandom(11);
        Tokenizer tokenizer = Tokenizers.named(name);
        for (int run = 0; run < 1000; run++) {
            String text = drawn(random);
            Tokenizer.Cut cut = tokenizer.withLiterals(text, "");
            int at = 0;
            for (int s = 0; s < cut.sentences().size(); s++) {
                List<String> literals = cut.literals().get(s);
                assertThat(cut.sentences().get(s))
                        .as(text)
                        .hasSameSizeAs(literals)
                        .isNotEmpty()
                        .doesNotContain("");
                for (String literal : literals) {
                    String written =
                            name.equals("characters") && literal.startsWith("▁") ? literal.substring(1) : literal;
                    int found = text.indexOf(written, at);
                    assertThat(found).as("%s in %s", literal, text).isNotNegative();
                    assertThat(Characters.invisible(text, at, found)).as(text).isTrue();
                    at = found + written.length();
                }
            }
            assertThat(Characters.invisible(text, at, text.length())).as(text).isTrue();
            assertThat(tokenizer.sentences(text, "")).isEqualTo(cut.sentences());
        }
    }

    /** What is joined and cut again, joined and cut again, is the same: a model's text is a fixed point. */
    @ParameterizedTest
    @ValueSource(
            strings = {"whitespace", "characters", "log", "whitespace+nfkc+lower+digits+accents", "log+nfkc+lower"})
    void shouldGiveTheSameTokensWhenTheyAreJoinedAndCutAgain(String name) {
        SplittableRandom random = new SplittableRandom(12);
        Tokenizer tokenizer = Tokenizers.named(name);
        for (int run = 0; run < 1000; run++) {
            List<List<String>> tokens = tokenizer.sentences(drawn(random));
            String joined = Tokenizers.joining(name).read(tokens);
            List<List<String>> again = tokenizer.sentences(joined);
            assertThat(tokenizer.sentences(Tokenizers.joining(name).read(again)))
                    .as(joined)
                    .isEqualTo(again);
        }
    }

    static Stream<Arguments> longTexts() {
        Stream<String> cuts = Stream.of("whitespace", "characters", "words", "log", "words+nfkc+lower+accents");
        // Where a rule of the log might look ahead again and again.
        Stream<String> hard = Stream.of(
                "1", "/", "<", ":", "_", "f", "\u0301", "a1", "1.", "1,", "::1", "./", "a.1111", "http://", "/.", "1a",
                "~/a");
        return Stream.concat(
                cuts.flatMap(name -> Stream.of("a", "猫").map(unit -> Arguments.of(name, unit, 1 << 20))),
                hard.map(unit -> Arguments.of("log", unit, 1 << 19)));
    }

    /** Seconds would be hours if the time grew with the square of the length. */
    @ParameterizedTest
    @MethodSource("longTexts")
    void shouldTakeNoMoreThanItsShareOfTimeForALongText(String name, String unit, int length) {
        String text = unit.repeat(length / unit.length());
        Tokenizer tokenizer = Tokenizers.named(name);
        Assertions.assertTimeoutPreemptively(
                Duration.ofSeconds(60),
                () -> assertThat(tokenizer.sentences(text)).isNotNull());
    }

    private static String drawn(SplittableRandom random) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(1, 24); i > 0; i--) {
            text.append(PIECES[random.nextInt(PIECES.length)]);
        }
        return text.toString();
    }
}
