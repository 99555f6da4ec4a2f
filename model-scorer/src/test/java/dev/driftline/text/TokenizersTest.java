package dev.driftline.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokenizersTest {

    private final Tokenizer whitespace = Tokenizers.named("whitespace");
    private final Tokenizer words = Tokenizers.named("words");
    private final Tokenizer characters = Tokenizers.named("characters");

    @Test
    void shouldListTheNamesWhenTheNameIsUnknown() {
        assertThatThrownBy(() -> Tokenizers.named("wordz"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'wordz'")
                .hasMessageContaining("characters, log, whitespace, words");
    }

    @ParameterizedTest
    @ValueSource(strings = {"whitespace", "words", "words-nfc", "characters", "log", "words+nfkc+lower+digits+accents"})
    void shouldGiveNoSentenceWhenThereIsNoVisibleCharacter(String name) {
        Tokenizer tokenizer = Tokenizers.named(name);
        assertThat(tokenizer.sentences("")).isEmpty();
        assertThat(tokenizer.sentences(" \t\r\n\n \u00a0\u2028\u0000\u0007")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"whitespace", "words", "words-nfc", "characters", "log", "words+nfkc+lower+digits+accents"})
    void shouldRefuseTextWhenItHasALoneSurrogate(String name) {
        Tokenizer tokenizer = Tokenizers.named(name);
        for (String text : List.of("ab\ud83dc", "\ude00", "x\ud83d", "\ude00\ud83d")) {
            assertThatThrownBy(() -> tokenizer.sentences(text))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("unpaired surrogate");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"whitespace", "words", "words-nfc", "characters", "log", "words+nfkc+lower+digits+accents"})
    void shouldSeparateTokensWhenAControlCharacterStandsBetweenThem(String name) {
        assertThat(Tokenizers.named(name).sentences("a\u0000b\u0085c\u007fd"))
                .flatMap(sentence -> sentence)
                .filteredOn(token -> !token.equals("▁"))
                .containsExactly("a", "b", "c", "d");
    }

    @ParameterizedTest
    @ValueSource(strings = {"whitespace", "words", "words-nfc", "characters", "log", "words+nfkc+lower+digits+accents"})
    void shouldGiveTheSameTokensWhenATokenizerIsUsedAgain(String name) {
        Tokenizer tokenizer = Tokenizers.named(name);
        List<List<String>> first = tokenizer.sentences("One. Two!\nThree");
        tokenizer.sentences("Something else, of another length entirely.");
        assertThat(tokenizer.sentences("One. Two!\nThree")).isEqualTo(first);
    }

    @Test
    void shouldTakeALineForASentenceWhenSplittingAtWhitespace() {
        assertThat(whitespace.sentences(" The  jury said .\r\n\r\n\tNo\u00a0evidence </s> here \u2028 end"))
                .containsExactly(
                        List.of("The", "jury", "said", "."), List.of("No", "evidence", "</s>", "here"), List.of("end"));
    }

    @Test
    void shouldKeepPunctuationAndDropSpacesWhenSplittingIntoWords() {
        assertThat(words.sentences("He said: \"Don't pay $3.50!\" They didn’t. Or did they?"))
                .containsExactly(
                        List.of("He", "said", ":", "\"", "Don't", "pay", "$", "3.50", "!", "\""),
                        List.of("They", "didn’t", "."),
                        List.of("Or", "did", "they", "?"));
    }

    @Test
    void shouldKnowAbbreviationsWhenTheLanguageIsGiven() {
        String text = "Mr. Smith came. He left.";
        assertThat(words.sentences(text, "en"))
                .hasSize(2)
                .first(InstanceOfAssertFactories.LIST)
                .contains("Mr", "Smith", "came");
        assertThat(words.sentences(text)).hasSize(3);
        assertThat(words.sentences(text, "not a language!")).isEqualTo(words.sentences(text));
    }

    @Test
    void shouldSegmentByDictionaryWhenTheTextIsChinese() {
        assertThat(words.sentences("我们今天去北京大学。天气很好！", "zh"))
                .containsExactly(List.of("我们", "今天", "去", "北京", "大学", "。"), List.of("天气", "很好", "！"));
    }

    @Test
    void shouldSegmentByDictionaryWhenTheTextIsJapaneseEvenWithoutALanguage() {
        assertThat(words.sentences("私は学生です。東京に住んでいます。"))
                .hasSize(2)
                .first(InstanceOfAssertFactories.LIST)
                .containsExactly("私", "は", "学生", "です", "。");
    }

    @Test
    void shouldKeepEmojiSequencesWholeWhenSplittingIntoWords() {
        assertThat(words.sentences("ok 👩‍👩‍👧‍👦 👍🏽 🇫🇷🇩🇪"))
                .containsExactly(List.of("ok", "👩‍👩‍👧‍👦", "👍🏽", "🇫🇷", "🇩🇪"));
    }

    @Test
    void shouldKeepCombiningMarksWithTheirLetterWhenSplitting() {
        assertThat(words.sentences("cafe\u0301 noe\u0308l")).containsExactly(List.of("cafe\u0301", "noe\u0308l"));
        assertThat(characters.sentences("e\u0301a")).containsExactly(List.of("e\u0301", "a"));
    }

    @Test
    void shouldDropZeroWidthCharactersWhenTheyStandAlone() {
        assertThat(words.sentences("\ufeffone \u200b two")).containsExactly(List.of("one", "two"));
        assertThat(characters.sentences("\ufeffa\u200bb")).containsExactly(List.of("a", "b"));
    }

    @Test
    void shouldShowSpacesWhenSplittingIntoCharacters() {
        assertThat(characters.sentences("a b\t👍🏽\n\n東京"))
                .containsExactly(List.of("a", "▁", "b", "▁", "👍🏽"), List.of("東", "京"));
    }

    @Test
    void shouldLoseNoVisibleCharacterWhenTheTextIsAnyMixture() {
        String text = "Ünïcode — “quotes”, 3.14 % und 日本語、ภาษาไทย; a_b@c.de http://x.y/z?q=1 ½ ﬁ 𝒳";
        String visible = text.replaceAll("\\s", "");
        assertThat(String.join(
                        "", words.sentences(text).stream().flatMap(List::stream).toList()))
                .isEqualTo(visible);
        assertThat(String.join("", characters.sentences(text).get(0)).replace("▁", ""))
                .isEqualTo(visible);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "cafe\u0301 Zu\u0308rich",
                "ca\u00ADfé Zü\u00ADrich",
                "\uFEFFcafé \u200EZürich\u200F",
                "\u202Acafé\u202C Zü\u2060rich",
                "café Zürich"
            })
    void shouldMakeOneWordOfWhatLooksLikeOneWordWhenTextIsNormalised(String text) {
        assertThat(Tokenizers.named("words-nfc").sentences(text)).containsExactly(List.of("café", "Zürich"));
    }

    @Test
    void shouldKeepJoinersWhichMakeOtherWords() {
        String persian = "می\u200Cخواهم";
        assertThat(Tokenizers.named("words-nfc").sentences(persian)).containsExactly(List.of(persian));
        assertThat(Tokenizers.named("words-nfc").sentences("👩\u200D💻")).containsExactly(List.of("👩\u200D💻"));
    }

    @Test
    void shouldLeaveTheTokensOfWordsAsTheyWere() {
        assertThat(Tokenizers.named("words").sentences("cafe\u0301 Zü\u00ADrich"))
                .containsExactly(List.of("cafe\u0301", "Zü\u00ADrich"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"words", "words-nfc", "whitespace", "log"})
    void shouldKeepTheUnknownWordOfACorpusWholeWhenTextIsCut(String tokenizer) {
        assertThat(Tokenizers.named(tokenizer).sentences("the <unk> of <unk> rose"))
                .containsExactly(List.of("the", "<unk>", "of", "<unk>", "rose"));
    }
}
