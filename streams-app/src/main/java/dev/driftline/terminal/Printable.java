package dev.driftline.terminal;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Text of unknown origin, made fit for a terminal. */
public final class Printable {

    private Printable() {}

    /** {@code text} with control characters, which could move the cursor or more, written as {@code \}{@code uXXXX}. */
    public static String escape(@Nullable String text) {
        if (text == null) {
            return "null";
        }
        StringBuilder escaped = new StringBuilder(text.length());
        text.chars().forEach(c -> {
            if (Character.isISOControl(c) || c == '\u2028' || c == '\u2029') {
                escaped.append(String.format(Locale.ROOT, "\\u%04X", c));
            } else {
                escaped.append((char) c);
            }
        });
        return escaped.toString();
    }

    /** {@link #escape}, and no longer than {@code length} characters. */
    public static String cut(@Nullable String text, int length) {
        String escaped = escape(text);
        if (escaped.codePointCount(0, escaped.length()) <= length) {
            return escaped;
        }
        return escaped.substring(0, escaped.offsetByCodePoints(0, length - 1)) + "…";
    }
}
