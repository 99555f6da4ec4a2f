package dev.driftline.text;

import com.ibm.icu.lang.UCharacter;
import com.ibm.icu.lang.UProperty;
import java.util.Locale;

/** What the characters of a text are to every tokenizer and corpus reader. Stateless. */
public final class Characters {

    private Characters() {}

    /** The index of the first lone surrogate in {@code text}, or −1 where it is well-formed UTF-16. */
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

    /** True for Unicode white space, the no-break spaces among it, and for every control character. */
    public static boolean separates(int codePoint) {
        if (codePoint < 0x7F) {
            return codePoint <= ' ';
        }
        return UCharacter.isUWhiteSpace(codePoint) || Character.getType(codePoint) == Character.CONTROL;
    }

    /** True for what ends a line: line feed, carriage return, form feed, vertical tab, U+0085, U+2028, U+2029. */
    public static boolean endsLine(char c) {
        return (c >= '\n' && c <= '\r') || c == '\u0085' || c == '\u2028' || c == '\u2029';
    }

    /** True where no character of {@code text} between the two indices has a shape: white space, control, zero-width. */
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
                    "a lone surrogate U+%04X at index %d: not text in any encoding",
                    (int) text.charAt(at),
                    at));
        }
    }
}
