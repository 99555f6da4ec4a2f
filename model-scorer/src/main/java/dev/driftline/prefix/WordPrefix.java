package dev.driftline.prefix;

import java.util.stream.IntStream;

/**
 * What a word is to begin with, code point by code point.
 *
 * @param text well-formed; empty where a word may begin with anything
 * @param ignoresCase whether a word may have each code point in its lower, upper or title case, as Unicode maps single code points
 */
public record WordPrefix(String text, boolean ignoresCase) {

    /** What every word begins with. */
    public static final WordPrefix NONE = new WordPrefix("", false);

    /** A prefix whose case matters. */
    public static WordPrefix of(String text) {
        return new WordPrefix(text, false);
    }

    /** Whether every word begins with it. */
    public boolean isEmpty() {
        return text.isEmpty();
    }

    /** Whether {@code word} begins with it. */
    public boolean matches(String word) {
        if (!ignoresCase) {
            return word.startsWith(text);
        }
        int at = 0;
        for (int i = 0; i < text.length(); i += Character.charCount(text.codePointAt(i))) {
            if (at >= word.length()) {
                return false;
            }
            int codePoint = word.codePointAt(at);
            if (variants(text.codePointAt(i)).noneMatch(variant -> variant == codePoint)) {
                return false;
            }
            at += Character.charCount(codePoint);
        }
        return true;
    }

    /** What may stand for a code point of {@link #text}; distinct. */
    IntStream variants(int codePoint) {
        return ignoresCase
                ? IntStream.of(
                                codePoint,
                                Character.toLowerCase(codePoint),
                                Character.toUpperCase(codePoint),
                                Character.toTitleCase(codePoint))
                        .distinct()
                : IntStream.of(codePoint);
    }
}
