package dev.driftline.text;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/** The tokenizers by their names in the configuration and on the command line. Thread-safe; the tokenizers are not. */
public final class Tokenizers {

    /** The name of {@link WhitespaceTokenizer}. */
    public static final String WHITESPACE = "whitespace";

    /** The name of {@link WordTokenizer}. */
    public static final String WORDS = "words";

    /** The name of {@link WordTokenizer} over the text that {@link NormalizingTokenizer} makes. */
    public static final String WORDS_NFC = "words-nfc";

    /** The name of {@link CharacterTokenizer}. */
    public static final String CHARACTERS = "characters";

    /** The tokenizer unless another is configured. */
    public static final String DEFAULT = WORDS;

    private record Ways(Supplier<Tokenizer> apart, Supplier<Detokenizer> together) {}

    private static final Map<String, Ways> BY_NAME = new TreeMap<>(Map.of(
            WHITESPACE, new Ways(WhitespaceTokenizer::new, JoinedBySpaces::new),
            WORDS, new Ways(WordTokenizer::new, JoinedWords::new),
            WORDS_NFC, new Ways(() -> new NormalizingTokenizer(new WordTokenizer()), JoinedWords::new),
            CHARACTERS, new Ways(CharacterTokenizer::new, JoinedCharacters::new)));

    private Tokenizers() {}

    /** Every name that {@link #named} knows, sorted. */
    public static List<String> names() {
        return List.copyOf(BY_NAME.keySet());
    }

    /**
     * A new tokenizer for the calling thread.
     *
     * @throws IllegalArgumentException if there is no such tokenizer; the message lists the names
     */
    public static Tokenizer named(String name) {
        return ways(name).apart().get();
    }

    /**
     * What puts one text together again that the tokenizer of this name took apart.
     *
     * @throws IllegalArgumentException if there is no such tokenizer; the message lists the names
     */
    public static Detokenizer joining(String name) {
        return ways(name).together().get();
    }

    /** Whether the language of a text makes a difference to a tokenizer. */
    public static boolean usesLanguage(String name) {
        return name.equals(WORDS) || name.equals(WORDS_NFC);
    }

    private static Ways ways(String name) {
        Ways ways = BY_NAME.get(name);
        if (ways == null) {
            throw new IllegalArgumentException(
                    "no tokenizer '" + name + "': choose one of " + String.join(", ", names()));
        }
        return ways;
    }
}
