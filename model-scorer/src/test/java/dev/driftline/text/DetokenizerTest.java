package dev.driftline.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DetokenizerTest {

    private static final String[] LOG = {
        "<time>",
        "<number>",
        "<hex>",
        "<uuid>",
        "<ip>",
        "<path>",
        "<url>",
        "<unk>",
        "INFO",
        "blk_",
        "_",
        "été",
        "猫",
        "dfs.DataNode$PacketResponder",
        "sha256",
        "\uD83D\uDC4D",
        "-",
        "<",
        ">",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        ":",
        ",",
        ".",
        "=",
        "/",
        "@",
        "%",
        "#",
        "\\",
        "~",
        "*",
        "'",
        "\"",
        "Jun",
        "time"
    };

    private static String roundTrip(String tokenizer, String text) {
        return Tokenizers.joining(tokenizer).read(Tokenizers.named(tokenizer).sentences(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "The jury said, on Friday: \"There is no evidence\" (of irregularities).",
                "Who paid $5,000.50 (a 12% rise)? Nobody knows! It's 3:00 or 4–5 o'clock…",
                "Mr. Smith's well-known e-mail is smith@example.com; see https://example.com/a/b.",
                "The dogs' bones, it said, are ‘theirs’ and “ours” – or not.",
                "Temperatures (-5 and 20°) came; item #7 and A/B remained [sic].",
                "Er sagte: „Das ist gut“, und ging.",
                "陪审团星期五说，没有证据。他们同意了！",
                "吾輩は猫である。名前はまだ無い。",
                "ภาษาไทยไม่มีช่องว่าง",
                "오늘은 날씨가 좋습니다. 내일도 그럴까요?",
                "هل هذا صحيح؟ نعم، هذا صحيح."
            })
    void shouldGiveTheTextAgainWhenWordsAreJoined(String text) {
        assertThat(roundTrip("words", text)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({
        "whitespace, 'a b </s> c.\nd  e', 'a b </s> c.\nd e'",
        "characters, 'a b\ncafé 猫 \uD83D\uDC4D\uD83C\uDFFD', 'a b\ncafé 猫 \uD83D\uDC4D\uD83C\uDFFD'",
        "characters, ' a\tb ', ' a b '",
        "words, 'First line\nsecond line', 'First line\nsecond line'",
        "words+nfc+lower+accents, 'Le Café, déjà.', 'le cafe, deja.'",
        "log, 'sshd[24200]: user=root from 10.0.0.1', 'sshd[<number>]: user=root from <ip>'",
        "log, 'a b\nGET /x.html HTTP/1.1', 'a b\nGET <path> HTTP/<number>'",
    })
    void shouldGiveTheTextAgainButForItsWhiteSpaceWhenItIsJoined(String tokenizer, String text, String joined) {
        assertThat(roundTrip(tokenizer, text)).isEqualTo(joined);
    }

    /** The law that lets a made-up text be scored as the tokens that were drawn. */
    @ParameterizedTest
    @ValueSource(strings = {"whitespace", "words", "words-nfc", "characters", "log"})
    void shouldBeCutIntoTheSameTokensWhenTokensAreJoined(String name) {
        String[] tokens = name.equals("log")
                ? LOG
                : name.equals("characters")
                        ? new String[] {"a", "B", "é", "▁", "猫", ".", "\uD83D\uDC4D", "7"}
                        : new String[] {
                            "the",
                            "Jury",
                            "don't",
                            "3.14",
                            "U.S",
                            "été",
                            ".",
                            ",",
                            ";",
                            ":",
                            "!",
                            "?",
                            "(",
                            ")",
                            "[",
                            "]",
                            "\"",
                            "-",
                            "/",
                            "$",
                            "%",
                            "&",
                            "…",
                            "—",
                            "“",
                            "”",
                            "7",
                            "#",
                            "@",
                            "\uD83D\uDC4D",
                            "«",
                            "»"
                        };
        SplittableRandom random = new SplittableRandom(7);
        for (int run = 0; run < 500; run++) {
            List<String> drawn = new ArrayList<>(List.of(tokens[0]));
            int length = random.nextInt(1, 12);
            for (int i = 0; i < length; i++) {
                drawn.add(tokens[random.nextInt(tokens.length)]);
            }
            String text = Tokenizers.joining(name).read(List.of(drawn));

            assertThat(Tokenizers.named(name).sentences(text).stream()
                            .flatMap(List::stream)
                            .toList())
                    .as(text)
                    .isEqualTo(drawn);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "words, The jury, ' said .', ' said.'",
        "words, 'The jury ', 'said .', 'said.'",
        "words, 'He said: \"', 'No \" .', 'No\".'",
        "words, 'Done.\n', 'The end', 'The end'",
        "words, 'Done.', '</s> The end', ' The end'",
        "words, '他说', '：没 有 。', '：没有。'",
        "words, '', 'The end', 'The end'",
        "whitespace, 'The jury', 'said .', ' said .'",
        "whitespace, 'The jury ', 'said .', 'said .'",
        "characters, 'The j', 'u r y ▁ s', 'ury s'",
        "characters, 'The ', 'j u', 'ju'",
        "characters, 'The\n', 'j u', 'ju'"
    })
    void shouldContinueAPromptAsItWasWritten(String name, String prompt, String tokens, String expected) {
        Detokenizer joining = Tokenizers.joining(name);
        joining.follow(Tokenizers.named(name).openSentences(prompt, ""), prompt);
        StringBuilder text = new StringBuilder();
        for (String token : tokens.strip().split(" ")) {
            if (token.equals("</s>")) {
                joining.endSentence();
            } else {
                text.append(joining.next(token));
            }
        }
        assertThat(text).hasToString(expected);
    }

    @Test
    void shouldKeepTheLastSentenceOpenUnlessALineBreakEndsIt() {
        Tokenizer words = Tokenizers.named("words");
        assertThat(words.openSentences("One. Two", "")).containsExactly(List.of("One", "."), List.of("Two"));
        assertThat(words.openSentences("One.\n", "")).containsExactly(List.of("One", "."), List.of());
        assertThat(words.openSentences(" ", "")).containsExactly(List.of());
    }
}
