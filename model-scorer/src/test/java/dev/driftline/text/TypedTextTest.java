package dev.driftline.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TypedTextTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "words | students opened the | 'students opened ' | the | the",
                "words | the | '' | the | the",
                "words | I don' | 'I ' | don' | don'",
                "words | he said (lap | 'he said (' | lap | lap",
                "words | Zu\u0308 | '' | Zu\u0308 | Zu\u0308",
                "words-nfc | Zu\u0308 | '' | Zu\u0308 | Z\u00fc",
                "words-nfc | a soft\u00adhy | 'a ' | soft\u00adhy | softhy",
                "whitespace | a (b.c | 'a ' | (b.c | (b.c",
                "characters | ab | ab | '' | ''",
            })
    void shouldTakeTheWordThatIsBeingTypedFromTheEnd(
            String tokenizer, String text, String before, String typed, String prefix) {
        assertThat(TypedText.of(Tokenizers.named(tokenizer), text, "")).isEqualTo(new TypedText(before, typed, prefix));
    }

    @Test
    void shouldFindNoWordThatIsBeingTypedWhenTheTextEndsWithSpaceOrAMarkThatEndsWords() {
        for (String text : new String[] {"", " ", "the jury ", "the jury.", "Hello,", "so\n", "(", "wait \u2026"}) {
            assertThat(TypedText.of(Tokenizers.named("words"), text, ""))
                    .as(text)
                    .isEqualTo(new TypedText(text, "", ""));
        }
    }

    @Test
    void shouldMakeOneTokenOfAPrefixOrNone() {
        Tokenizer words = Tokenizers.named("words");
        assertThat(TypedText.prefix(words, "lap", "en")).contains("lap");
        assertThat(TypedText.prefix(words, "don\u2019", "en")).contains("don\u2019");
        assertThat(TypedText.prefix(words, "\uD83D\uDE00", "en")).contains("\uD83D\uDE00");
        assertThat(TypedText.prefix(words, "New Yo", "en")).isEmpty();
        assertThat(TypedText.prefix(words, " ", "en")).isEmpty();
    }
}
