package dev.driftline.text;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A text whose last word is still being typed.
 *
 * @param before the text before that word
 * @param typed what there is of it, as it was typed; empty where the text ends with white space or a mark, or where each character
 *     is a token
 * @param prefix what the tokenizer makes of {@code typed}: the beginning of a token
 */
public record TypedText(String before, String typed, String prefix) {

    /** What is added to a beginning that a tokenizer may otherwise cut: {@code don'} is two tokens, {@code don'a} is one. */
    private static final String GOES_ON = "a";

    /** What a word may have more than the last two tokens of what is typed: characters that a tokenizer drops. */
    private static final int DROPPED = 4;

    /**
     * Characters of what nobody types as one word. Each place in it may begin the word, and is tried: the time is quadratic in what
     * is looked at.
     */
    private static final int LONGEST = 256;

    /**
     * Takes a text apart. The word is the longest end of the text of which the tokenizer makes one token, and none if that
     * has more than {@value #LONGEST} characters.
     *
     * @param language as of {@link Tokenizer#sentences(String, String)}
     * @throws IllegalArgumentException if {@code text} has an unpaired surrogate
     */
    public static TypedText of(Tokenizer tokenizer, String text, String language) {
        int start = text.length();
        while (start > 0 && !Characters.separates(text.codePointBefore(start))) {
            start -= Character.charCount(text.codePointBefore(start));
        }
        List<String> tokens = tokens(tokenizer, text.substring(start), language);
        boolean isByCharacter = tokens(tokenizer, GOES_ON + GOES_ON, language).size() > 1;
        if (tokens.isEmpty() || isByCharacter) {
            return new TypedText(text, "", "");
        }
        int longest = DROPPED;
        for (String token : tokens.subList(Math.max(0, tokens.size() - 2), tokens.size())) {
            longest += token.length();
        }
        if (tokens.get(tokens.size() - 1).length() > LONGEST) {
            return new TypedText(text, "", "");
        }
        start = Math.max(start, text.length() - Math.min(longest, LONGEST + DROPPED));
        for (; start < text.length(); start += Character.charCount(text.codePointAt(start))) {
            if (start > 0 && Character.isSurrogatePair(text.charAt(start - 1), text.charAt(start))) {
                continue;
            }
            String typed = text.substring(start);
            Optional<String> prefix = prefix(tokenizer, typed, language);
            if (prefix.isPresent()) {
                boolean isWord =
                        typed.length() <= LONGEST && prefix.get().codePoints().anyMatch(Character::isLetterOrDigit);
                return isWord
                        ? new TypedText(text.substring(0, start), typed, prefix.get())
                        : new TypedText(text, "", "");
            }
        }
        return new TypedText(text, "", "");
    }

    /** Whether a word most likely goes on after a character. Not after a full stop, although {@code jury.a} is one token. */
    private static boolean goesOn(int codePoint) {
        return Character.isLetterOrDigit(codePoint) || codePoint == '\'' || codePoint == '\u2019';
    }

    /**
     * What a tokenizer makes of the beginning of a word; empty where it makes several tokens, or none.
     *
     * @param language as of {@link Tokenizer#sentences(String, String)}
     * @throws IllegalArgumentException if {@code typed} has an unpaired surrogate
     */
    public static Optional<String> prefix(Tokenizer tokenizer, String typed, String language) {
        List<String> longer = !typed.isEmpty() && goesOn(typed.codePointBefore(typed.length()))
                ? tokens(tokenizer, typed + GOES_ON, language)
                : List.of();
        if (longer.size() == 1
                && longer.get(0).length() > GOES_ON.length()
                && longer.get(0).endsWith(GOES_ON)) {
            return Optional.of(longer.get(0).substring(0, longer.get(0).length() - GOES_ON.length()));
        }
        List<String> tokens = tokens(tokenizer, typed, language);
        return tokens.size() == 1 ? Optional.of(tokens.get(0)) : Optional.empty();
    }

    private static List<String> tokens(Tokenizer tokenizer, String text, String language) {
        List<String> tokens = new ArrayList<>();
        tokenizer.sentences(text, language).forEach(tokens::addAll);
        return tokens;
    }
}
