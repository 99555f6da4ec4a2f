package dev.driftline.text;

import com.ibm.icu.lang.UCharacter;
import com.ibm.icu.lang.UProperty;
import java.util.Locale;

/** How every tokenizer and corpus reader classifies characters. Stateless. */
public final class Characters {

    private Characters() {}

    /** The index of the first lone surrogate in {@code text}, or −1 if it is well-formed UTF-16. */
    public static int loneSurrogate(CharSequence text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isHighSurrogate(c) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
            } else if (Character.isSurrogate(c)) {
                return i;
            }
        }
        return -1;
    }

    /** True for Unicode white space, including no-break spaces, and for every control character. */
    public static boolean separates(int codePoint) {
        if (codePoint < 0x7F) {
            return codePoint <= ' ';
        }
        return UCharacter.isUWhiteSpace(codePoint) || Character.getType(codePoint) == Character.CONTROL;
    }

    /** True for the ends of lines: line feed, carriage return, form feed, vertical tab, U+0085, U+2028, U+2029. */
    public static boolean endsLine(char c) {
        return (c >= '\n' && c <= '\r') || c == '\u0085' || c == '\u2028' || c == '\u2029';
    }

    /** True if every character of {@code text} between the indices is white space, a control character or zero-width. */
    static boolean invisible(String text, int from, int to) {
        int codePoint;
        for (int i = from; i < to; i += Character.charCount(codePoint)) {
            codePoint = text.codePointAt(i);
            if (!separates(codePoint)
                    && !UCharacter.hasBinaryProperty(codePoint, UProperty.DEFAULT_IGNORABLE_CODE_POINT)) {
                return false;
            }
        }
        return true;
    }

    /** Throws unless {@code text} is well-formed. */
    static void requireWellFormed(String text) {
        int at = loneSurrogate(text);
        if (at >= 0) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT,
                    "an unpaired surrogate U+%04X at index %d, which cannot be encoded as UTF-8",
                    (int) text.charAt(at),
                    at));
        }
    }

    /**
     * Without characters that only steer how a line is broken or turned: soft hyphens, word joiners and byte order marks,
     * directional marks, embeddings, overrides and isolates. Joiners and zero-width spaces stay: in scripts that have them,
     * they make other words.
     */
    static String withoutSteering(String text) {
        int at = 0;
        while (at < text.length() && !steers(text.charAt(at))) {
            at++;
        }
        if (at == text.length()) {
            return text;
        }
        StringBuilder kept = new StringBuilder(text.length()).append(text, 0, at);
        for (; at < text.length(); at++) {
            if (!steers(text.charAt(at))) {
                kept.append(text.charAt(at));
            }
        }
        return kept.toString();
    }

    private static boolean steers(char c) {
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
