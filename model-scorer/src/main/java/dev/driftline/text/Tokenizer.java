package dev.driftline.text;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Cuts text into sentences and sentences into tokens.
 *
 * <p>Tokens and sentences are never empty. Text without a token gives an empty list.
 *
 * <p><b>Not thread-safe</b>: break iterators keep a position. Make one for each thread, from {@link Tokenizers}.
 */
public interface Tokenizer {

    /**
     * The sentences of {@code text} in an unknown language.
     *
     * @throws IllegalArgumentException if {@code text} has an unpaired surrogate
     */
    default List<List<String>> sentences(String text) {
        return sentences(text, "");
    }

    /**
     * The sentences of {@code text}.
     *
     * @param language a BCP 47 tag such as {@code en} or {@code zh-Hant}; if empty or unknown to ICU, the rules for all
     *     languages apply
     * @throws IllegalArgumentException if {@code text} has an unpaired surrogate
     */
    List<List<String>> sentences(String text, String language);

    /**
     * The sentences of a text that goes on. The last one is open: it is empty where the text is, or ends with a line break.
     *
     * @param language as of {@link #sentences(String, String)}
     * @throws IllegalArgumentException if {@code text} has an unpaired surrogate
     */
    default List<List<String>> openSentences(String text, String language) {
        List<List<String>> sentences = new ArrayList<>(sentences(text, language));
        if (sentences.isEmpty() || Characters.endsLine(text.charAt(text.length() - 1))) {
            sentences.add(List.of());
        }
        return sentences;
    }

    /**
     * Sentences of tokens with what stood in the text for each. Put together by the tokenizer's {@link Detokenizer}, the
     * literals give the text, where the tokens give its pattern.
     *
     * @param sentences the tokens
     * @param literals as many sentences of as many strings; where a token is a class, such as {@code <time>}, the time itself
     */
    record Cut(List<List<String>> sentences, List<List<String>> literals) {

        /**
         * What stood in the text for each token in turn and for each end of a sentence, null where it was the token itself and for
         * the ends; empty if that is all of them.
         */
        public List<@Nullable String> replaced() {
            if (sentences.equals(literals)) {
                return List.of();
            }
            List<@Nullable String> replaced = new ArrayList<>();
            for (int i = 0; i < sentences.size(); i++) {
                for (int j = 0; j < sentences.get(i).size(); j++) {
                    String literal = literals.get(i).get(j);
                    replaced.add(literal.equals(sentences.get(i).get(j)) ? null : literal);
                }
                replaced.add(null);
            }
            return replaced;
        }
    }

    /**
     * The sentences of {@code text}, and beside each token what stood in the text for it.
     *
     * @param language as of {@link #sentences(String, String)}
     * @throws IllegalArgumentException if {@code text} has an unpaired surrogate
     */
    default Cut withLiterals(String text, String language) {
        List<List<String>> sentences = sentences(text, language);
        return new Cut(sentences, sentences);
    }

    /** Whether a token may be longer than what stands in the text for it, or a text have more tokens than characters. */
    default boolean mayLengthen() {
        return false;
    }
}
