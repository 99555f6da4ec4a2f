package dev.driftline.input;

import dev.driftline.codec.ByteStrings;
import dev.driftline.scoring.DocumentTokens;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * Turns tokens, as UTF-8 bytes, into a {@link DocumentTokens}: a token costs a hash and a comparison, and only a word that
 * the document has not used yet becomes a string and is checked against the rules for tokens.
 *
 * <p>Reused from document to document by one thread.
 */
final class TokenDictionary {

    /** Random, so that nobody can prepare a document whose words all collide. */
    private static final int MULTIPLIER = new SplittableRandom().nextInt() | 1;

    /** A table larger than this is let go with its document, or every small one after it would pay for clearing it. */
    private static final int KEPT_SLOTS = 16_384;

    private static final int FIRST_WORD = DocumentTokens.EOS + 1;

    private final Limits limits;
    private final CharsetDecoder utf8 = StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);

    /** The spellings of {@code words} from the third on: the first two are {@code <s>} and {@code </s>}. */
    private final ByteStrings spellings = new ByteStrings(1024);

    private String[] words = new String[512];
    private int[] tokens = new int[1024];
    private int tokenCount;

    TokenDictionary(Limits limits) {
        this.limits = limits;
        reset();
    }

    /** Forgets the document before. */
    void reset() {
        spellings.clear(KEPT_SLOTS);
        // No token can be <s> or </s>.
        words[DocumentTokens.BOS] = DocumentTokens.BOS_WORD;
        words[DocumentTokens.EOS] = DocumentTokens.EOS_WORD;
        tokenCount = 0;
    }

    /** Adds the token in {@code bytes} to the sentence that is open. */
    void add(byte[] bytes, int from, int length) throws Rejection {
        int hash = length;
        for (int i = from; i < from + length; i++) {
            hash = (hash ^ bytes[i]) * MULTIPLIER;
        }
        hash ^= hash >>> 15;
        int known = spellings.find(bytes, from, from + length, hash);
        if (known >= 0) {
            append(FIRST_WORD + known);
            return;
        }
        String spelling = checked(bytes, from, length);
        int word = FIRST_WORD + spellings.add(bytes, from, from + length, hash);
        if (word == words.length) {
            words = Arrays.copyOf(words, words.length * 2);
        }
        words[word] = spelling;
        append(word);
    }

    /** Adds {@code token} to the sentence that is open. */
    void add(String token) throws Rejection {
        byte[] bytes = token.getBytes(StandardCharsets.UTF_8);
        add(bytes, 0, bytes.length);
    }

    /** Closes the sentence that is open. */
    void endSentence() throws Rejection {
        append(DocumentTokens.EOS);
    }

    /** The document; throws where it has no word. */
    DocumentTokens finish() throws Rejection {
        return finish(false);
    }

    /** The document; throws where it has no word, unless it {@code mayBeEmpty}. */
    DocumentTokens finish(boolean mayBeEmpty) throws Rejection {
        if (spellings.size() == 0 && !mayBeEmpty) {
            throw new Rejection(DeadLetterReason.EMPTY_DOCUMENT, "every sentence is empty");
        }
        return new DocumentTokens(
                Arrays.copyOf(words, FIRST_WORD + spellings.size()), Arrays.copyOf(tokens, tokenCount));
    }

    /** The text in {@code bytes}, for the fields that are not tokens; throws unless it is UTF-8. */
    String text(byte[] bytes, int from, int length, String what) throws Rejection {
        for (int i = from; i < from + length; i++) {
            if (bytes[i] < 0) {
                try {
                    CharBuffer decoded = utf8.decode(ByteBuffer.wrap(bytes, from, length));
                    return decoded.toString();
                } catch (CharacterCodingException e) {
                    throw new Rejection(DeadLetterReason.INVALID_UTF8, what + " is not UTF-8: " + e.getMessage());
                }
            }
        }
        return new String(bytes, from, length, StandardCharsets.ISO_8859_1);
    }

    /** As {@link #text}, for a short field that may not have control characters: an id or a source. */
    String name(byte[] bytes, int from, int length, String what) throws Rejection {
        if (length > limits.tokenBytes()) {
            throw new Rejection(
                    DeadLetterReason.TOKEN_TOO_LONG,
                    what + " has " + length + " bytes, more than the " + limits.tokenBytes() + " of token.max.bytes");
        }
        String name = text(bytes, from, length, what);
        requireNoControls(name, what);
        return name;
    }

    private String checked(byte[] bytes, int from, int length) throws Rejection {
        if (length == 0) {
            throw new Rejection(DeadLetterReason.EMPTY_TOKEN, "token " + tokenCount + " has no characters");
        }
        String word = name(bytes, from, length, "token " + tokenCount);
        if (bytes[from] == '<' && DocumentTokens.isMark(word)) {
            throw new Rejection(
                    DeadLetterReason.RESERVED_TOKEN, "token " + tokenCount + " is " + word + ", which is reserved");
        }
        return word;
    }

    private static void requireNoControls(String text, String what) throws Rejection {
        for (int i = 0; i < text.length(); i++) {
            // Not U+0080 to U+009F: text that was once in a Windows code page is full of them, and they are harmless.
            if (text.charAt(i) < ' ' || text.charAt(i) == 0x7F) {
                throw new Rejection(
                        DeadLetterReason.CONTROL_CHARACTER,
                        String.format(Locale.ROOT, "%s has the control character U+%04X", what, (int) text.charAt(i)));
            }
        }
    }

    private void append(int token) throws Rejection {
        if (tokenCount == limits.documentTokens()) {
            throw new Rejection(
                    DeadLetterReason.TOO_MANY_TOKENS,
                    "more than the " + limits.documentTokens() + " tokens of document.max.tokens");
        }
        if (tokenCount == tokens.length) {
            tokens = Arrays.copyOf(tokens, tokens.length * 2);
        }
        tokens[tokenCount++] = token;
    }
}
