package dev.driftline.terminal;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Text of unknown origin, made fit for a terminal, a log and a page: characters that could move the cursor, change its colour
 * or turn the order of what is read around are written as {@code \}{@code uXXXX}.
 *
 * <p>These are the control characters, C1 (U+0080 to U+009F, where U+009B begins a control sequence of its own) among them; the
 * line and paragraph separators; and the embeddings, overrides and isolates of the bidirectional algorithm. Directional marks
 * and joiners stay: they belong to Arabic, Hebrew and Indic text and reorder nothing by force.
 */
public final class Printable {

    private Printable() {}

    /** {@code text} as one line: line feeds and tabs are written out, too. */
    public static String escape(@Nullable String text) {
        return text == null ? "null" : clean(text, false);
    }

    /** {@link #escape}, and no longer than {@code length} characters. */
    public static String cut(@Nullable String text, int length) {
        String escaped = escape(text);
        if (escaped.codePointCount(0, escaped.length()) <= length) {
            return escaped;
        }
        return escaped.substring(0, escaped.offsetByCodePoints(0, length - 1)) + "…";
    }

    /** {@code text} of one or more lines: line feeds, a carriage return before one, and tabs stay. */
    public static String clean(String text) {
        return clean(text, true);
    }

    private static String clean(String text, boolean lines) {
        int at = 0;
        while (at < text.length() && !isUnsafe(text, at, lines)) {
            at++;
        }
        if (at == text.length()) {
            return text;
        }
        StringBuilder escaped = new StringBuilder(text.length() + 16).append(text, 0, at);
        for (; at < text.length(); at++) {
            if (isUnsafe(text, at, lines)) {
                escaped.append(String.format(Locale.ROOT, "\\u%04X", (int) text.charAt(at)));
            } else {
                escaped.append(text.charAt(at));
            }
        }
        return escaped.toString();
    }

    private static boolean isUnsafe(String text, int at, boolean lines) {
        char c = text.charAt(at);
        if (c >= ' ' && c < 0x7F) {
            return false;
        }
        if (lines && (c == '\n' || c == '\t')) {
            return false;
        }
        if (lines && c == '\r') {
            return at + 1 == text.length() || text.charAt(at + 1) != '\n';
        }
        return Character.isISOControl(c)
                || c == '\u2028'
                || c == '\u2029'
                || c >= '\u202A' && c <= '\u202E'
                || c >= '\u2066' && c <= '\u2069';
    }
}
