package dev.driftline.text;

import com.ibm.icu.text.Normalizer2;
import java.util.List;

/**
 * Makes one word of what looks like one word, and leaves the cutting to another tokenizer: text becomes NFC, so that an accent
 * is the same whether it is a character of its own or not, and characters that only steer how a line is broken or turned are
 * dropped: soft hyphens, word joiners and byte order marks, directional marks, embeddings, overrides and isolates. Joiners and
 * zero-width spaces stay: in scripts that have them, they make other words.
 */
final class NormalizingTokenizer implements Tokenizer {

    private final Normalizer2 nfc = Normalizer2.getNFCInstance();
    private final Tokenizer inner;

    NormalizingTokenizer(Tokenizer inner) {
        this.inner = inner;
    }

    @Override
    public List<List<String>> sentences(String text, String language) {
        Characters.requireWellFormed(text);
        return inner.sentences(nfc.normalize(withoutMarks(text)), language);
    }

    private static String withoutMarks(String text) {
        int at = 0;
        while (at < text.length() && !isMark(text.charAt(at))) {
            at++;
        }
        if (at == text.length()) {
            return text;
        }
        StringBuilder kept = new StringBuilder(text.length()).append(text, 0, at);
        for (; at < text.length(); at++) {
            if (!isMark(text.charAt(at))) {
                kept.append(text.charAt(at));
            }
        }
        return kept.toString();
    }

    private static boolean isMark(char c) {
        return c == '\u00AD'
                || c == '\u061C'
                || c == '\u2060'
                || c == '\uFEFF'
                || c == '\u200E'
                || c == '\u200F'
                || c >= '\u202A' && c <= '\u202E'
                || c >= '\u2066' && c <= '\u2069';
    }
}
