package dev.driftline.text;

import java.util.List;
import java.util.Optional;

/**
 * The tokenizers by their names in the configuration and on the command line; {@link TokenizerName} has their grammar.
 * Thread-safe; the tokenizers are not.
 */
public final class Tokenizers {

    /** The name of {@link WhitespaceTokenizer}. */
    public static final String WHITESPACE = TokenizerName.WHITESPACE;

    /** The name of {@link WordTokenizer}. */
    public static final String WORDS = TokenizerName.WORDS;

    /** The name of {@link WordTokenizer} over text in NFC, without characters that only steer lines. */
    public static final String WORDS_NFC = TokenizerName.WORDS_NFC;

    /** The name of {@link CharacterTokenizer}. */
    public static final String CHARACTERS = TokenizerName.CHARACTERS;

    /** The name of {@link LogTokenizer}. */
    public static final String LOG = TokenizerName.LOG;

    /** The tokenizer unless another is configured. */
    public static final String DEFAULT = WORDS;

    /** The names, for help texts; see {@link TokenizerName}. */
    public static final String GRAMMAR =
            "whitespace, words, characters, log or subword:FILE; all but the last with steps before the cutting, as in"
                    + " words+nfkc+lower, of nfc, nfkc, lower, digits, accents; words-nfc is words+nfc";

    private Tokenizers() {}

    /** The names without steps and without a file, sorted. */
    public static List<String> names() {
        return List.of(CHARACTERS, LOG, WHITESPACE, WORDS, WORDS_NFC);
    }

    /** Why there is no tokenizer of this name; empty where there is one. A file that it names is not looked at. */
    public static Optional<String> problem(String name) {
        try {
            TokenizerName.parse(name);
            return Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    /**
     * A new tokenizer for the calling thread.
     *
     * @throws IllegalArgumentException if there is no such tokenizer, or its file cannot be read; the message says what to do
     */
    public static Tokenizer named(String name) {
        TokenizerName parsed = TokenizerName.parse(name);
        Tokenizer cutting = switch (parsed.base()) {
            case TokenizerName.WHITESPACE -> new WhitespaceTokenizer();
            case TokenizerName.CHARACTERS -> new CharacterTokenizer();
            case TokenizerName.LOG -> new LogTokenizer();
            case TokenizerName.SUBWORD -> new SubwordTokenizer(SubwordFiles.open(parsed));
            default -> new WordTokenizer();
        };
        return parsed.steps().isEmpty() ? cutting : new NormalizingTokenizer(parsed.steps(), cutting);
    }

    /**
     * What puts one text together again that the tokenizer of this name took apart. What a step has changed stays so.
     *
     * @throws IllegalArgumentException as of {@link #named}
     */
    public static Detokenizer joining(String name) {
        TokenizerName parsed = TokenizerName.parse(name);
        return switch (parsed.base()) {
            case TokenizerName.WHITESPACE -> new JoinedBySpaces();
            case TokenizerName.CHARACTERS -> new JoinedCharacters();
            case TokenizerName.LOG -> new JoinedLog();
            case TokenizerName.SUBWORD -> new JoinedSubwords(SubwordFiles.open(parsed));
            default -> new JoinedWords();
        };
    }

    /**
     * The name as it is recorded with a model: one for each tokenizer, and of a subword model the full path and the SHA-256 of
     * its file. {@link #named} refuses a file that has changed since.
     *
     * @throws IllegalArgumentException if there is no such tokenizer, or its file cannot be read; the message says what to do
     */
    public static String recorded(String name) {
        TokenizerName parsed = TokenizerName.parse(name);
        return (parsed.readsFile() ? SubwordFiles.withHash(parsed) : parsed).text();
    }

    /**
     * What tells the tokenizer from all others: its name, and for a subword model the SHA-256 of its file, wherever that lies.
     *
     * @throws IllegalArgumentException as of {@link #recorded}
     */
    public static String identity(String name) {
        TokenizerName parsed = TokenizerName.parse(name);
        if (!parsed.readsFile()) {
            return parsed.text();
        }
        String hash = parsed.hash().isEmpty() ? SubwordFiles.withHash(parsed).hash() : parsed.hash();
        return TokenizerName.SUBWORD + "@" + hash;
    }

    /**
     * Whether two names are of one tokenizer.
     *
     * @throws IllegalArgumentException as of {@link #recorded}
     */
    public static boolean same(String one, String other) {
        return one.equals(other) || identity(one).equals(identity(other));
    }

    /** Whether the language of a text makes a difference to a tokenizer. */
    public static boolean usesLanguage(String name) {
        return TokenizerName.parse(name).base().equals(WORDS);
    }

    /** Whether its tokens are characters. */
    public static boolean cutsCharacters(String name) {
        return TokenizerName.parse(name).base().equals(CHARACTERS);
    }

    /** Whether a token may stand for what differs from text to text, which {@link Tokenizer#withLiterals} gives beside it. */
    public static boolean keepsLiterals(String name) {
        return TokenizerName.parse(name).base().equals(TokenizerName.LOG);
    }

    /** Whether the name names a file of the machine that it is used on. */
    public static boolean readsFile(String name) {
        return TokenizerName.parse(name).readsFile();
    }
}
