package dev.driftline.text;

import java.util.List;

/**
 * Puts tokens together again, token by token, as the tokenizer of the same name took them apart: what {@link #next} returns
 * in turn, put one after another, is the text.
 *
 * <p>Cutting that text gives the same tokens where white space separates them, and for characters, except those that were
 * {@code ▁} in the first place. For words it does so where two neighbours have a space or a punctuation mark between them; in
 * scripts without spaces the dictionary decides, which may cut elsewhere.
 *
 * <p>Not thread-safe. Make one for each text, from {@link Tokenizers#joining}.
 */
public interface Detokenizer {

    /** The token as it stands in the text, with the white space before it. */
    String next(String token);

    /** Ends the sentence: the token after this begins another. */
    void endSentence();

    /** The text so far ends with white space: none is added before the next token. */
    void spaced();

    /** Another one that goes on from where this one is. */
    Detokenizer copy();

    /**
     * Takes up a text that is there already and goes on.
     *
     * @param sentences its sentences; the last is open, and empty where the text ended one
     * @param raw the text as it was written; empty where only its tokens are known
     */
    default void follow(List<List<String>> sentences, String raw) {
        read(sentences);
        if (!raw.isEmpty() && Characters.separates(raw.codePointBefore(raw.length()))) {
            spaced();
        }
    }

    /** The text of sentences, the last of which is left open. */
    default String read(List<List<String>> sentences) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < sentences.size(); i++) {
            if (i > 0) {
                endSentence();
            }
            for (String token : sentences.get(i)) {
                text.append(next(token));
            }
        }
        return text.toString();
    }
}
