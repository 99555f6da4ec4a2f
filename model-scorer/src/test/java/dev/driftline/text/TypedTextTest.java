package dev.driftline.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Assertions;
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

    /** Every place in a word may begin it: what has no space in it must not take hours. */
    @Test
    void shouldNotLookForAWordInWhatNobodyTypes() {
        Tokenizer words = Tokenizers.named("words");
        String run = "a".repeat(200_000);
        Assertions.assertTimeoutPreemptively(Duration.ofSeconds(20), () -> {
            assertThat(TypedText.of(words, run, "")).isEqualTo(new TypedText(run, "", ""));
            assertThat(TypedText.of(words, run + "'", "")).isEqualTo(new TypedText(run + "'", "", ""));
            assertThat(TypedText.of(words, run + "猫", "")).isEqualTo(new TypedText(run, "猫", "猫"));
            String longest = "a".repeat(256);
            assertThat(TypedText.of(words, "x " + longest, "")).isEqualTo(new TypedText("x ", longest, longest));
        });
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
