package dev.driftline.input;

import static org.assertj.core.api.Assertions.assertThat;

import dev.driftline.config.DriftlineConfig;
import dev.driftline.text.Tokenizer;
import dev.driftline.text.Tokenizers;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What is published, evaluated and scored is held to the same limits. */
class DocumentRulesTest {

    private final DocumentRules rules = new DocumentRules(Limits.of(DriftlineConfig.defaults()));
    private final Tokenizer words = Tokenizers.named("words");

    private static List<List<String>> sentences(int tokens) {
        return List.of(Collections.nCopies(tokens, "a"));
    }

    @Test
    void shouldTakeADocumentOfAsManyTokensAsTheServiceDoesAndRefuseOneMore() {
        assertThat(rules.problem("d", "s", sentences(99_999))).isEmpty();
        assertThat(rules.problem("d", "s", sentences(100_000)))
                .hasValueSatisfying(problem -> assertThat(problem).contains("100000", "document.max.tokens"));
    }

    @Test
    void shouldRefuseATokenThatTheServiceWouldRefuseByItsLength() {
        assertThat(rules.problem("d", "s", List.of(List.of("x".repeat(1024))))).isEmpty();
        assertThat(rules.problem("d", "s", List.of(List.of("a", "x".repeat(1025)))))
                .hasValueSatisfying(problem -> assertThat(problem).contains("token 1", "1025", "token.max.bytes"));
    }

    @Test
    void shouldRefuseWhatElseWouldBecomeADeadLetter() {
        assertThat(rules.problem("d\u0007", "s", sentences(1))).isPresent();
        assertThat(rules.problem("d", "s".repeat(2000), sentences(1))).isPresent();
        assertThat(rules.problem("d", "s", List.of())).isPresent();
        assertThat(rules.problem("d", "s", List.of(List.of("</s>")))).isPresent();
        assertThat(rules.problem(5 << 20)).isPresent();
        assertThat(rules.problem(1 << 20)).isEmpty();
    }

    @Test
    void shouldTakeTheUnknownWordOfACorpus() {
        assertThat(rules.problem("d", "s", List.of(List.of("the", "<unk>", "rose"))))
                .isEmpty();
    }

    @Test
    void shouldFindATextThatIsTooMuchWithoutCuttingThoseThatCannotBe() {
        assertThat(rules.problem("d", "s", "It rains. ".repeat(100), "en", (text, language) -> {
                    throw new AssertionError("cut");
                }))
                .isEmpty();
        assertThat(rules.problem("d", "s", "a ".repeat(100_001), "", words)).isPresent();
        assertThat(rules.problem("d", "s", "see " + "x".repeat(2000), "", words))
                .isPresent();
        assertThat(rules.problem("d", "s", "  \u200B ", "", words)).isPresent();
    }

    @Test
    void shouldSayTheSameOfATextAsOfItsTokens() {
        Random random = new Random(7);
        DocumentRules small = new DocumentRules(20, 12);
        for (int i = 0; i < 500; i++) {
            StringBuilder text = new StringBuilder();
            int length = random.nextInt(60);
            for (int j = 0; j < length; j++) {
                text.append("ab é.日 \n<".charAt(random.nextInt(9)));
            }
            for (String name : Tokenizers.names()) {
                Tokenizer tokenizer = Tokenizers.named(name);
                assertThat(small.problem("d", "s", text.toString(), "", tokenizer))
                        .as(name + ": " + text)
                        .isEqualTo(small.problem("d", "s", tokenizer.sentences(text.toString())));
            }
        }
    }
}
