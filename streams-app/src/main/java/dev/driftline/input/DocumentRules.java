package dev.driftline.input;

import dev.driftline.text.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * Whether the service will take a document, asked before it is published or evaluated: by the same code that makes it a dead
 * letter there. Not thread-safe.
 */
public final class DocumentRules {

    /** What a tokenizer of logs writes for a class of tokens has no more bytes than this. */
    private static final int LONGEST_CLASS = 16;

    private final Limits limits;
    private final TokenDictionary words;

    /** The rules of a service with these limits. */
    public DocumentRules(Limits limits) {
        this.limits = limits;
        this.words = new TokenDictionary(limits);
    }

    /**
     * The rules for tokens alone.
     *
     * @param documentTokens the most tokens of a document
     * @param tokenBytes the most bytes of a token, an id and a source
     */
    public DocumentRules(int documentTokens, int tokenBytes) {
        this(new Limits(Integer.MAX_VALUE, documentTokens, tokenBytes, Integer.MAX_VALUE));
    }

    /** Why a document would become a dead letter; empty if it is taken. */
    public Optional<String> problem(String id, String source, List<List<String>> sentences) {
        words.reset();
        try {
            name(id, "id");
            name(source, "source");
            for (List<String> sentence : sentences) {
                for (String token : sentence) {
                    words.add(token);
                }
                words.endSentence();
            }
            words.finish();
            return Optional.empty();
        } catch (Rejection e) {
            return Optional.of(e.getMessage());
        }
    }

    /**
     * Why a text would become a dead letter; empty if it is taken. Cuts only a text in which something could be too much.
     *
     * @param tokenizer that of the service
     */
    public Optional<String> problem(String id, String source, String text, String language, Tokenizer tokenizer) {
        return problem(
                id,
                source,
                tokenizer.mayLengthen() || mayBeRefused(text)
                        ? tokenizer.sentences(text, language)
                        : List.of(List.of("a")));
    }

    /** Why the value of a record would become a dead letter by its size; empty if it is taken. */
    public Optional<String> problem(int bytes) {
        return bytes <= limits.documentBytes()
                ? Optional.empty()
                : Optional.of("the document has " + bytes + " bytes, more than the " + limits.documentBytes()
                        + " of document.max.bytes: split it, or raise that here and in the service");
    }

    private void name(String name, String what) throws Rejection {
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        words.name(bytes, 0, bytes.length, what);
    }

    /** A tokenizer that does not lengthen a text makes no more tokens than there are characters, and none over white space. */
    private boolean mayBeRefused(String text) {
        if (limits.tokenBytes() < LONGEST_CLASS
                || 2L * text.length() >= limits.documentTokens()
                || text.indexOf('<') >= 0) {
            return true;
        }
        int run = 0;
        boolean any = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            run = Character.isWhitespace(c) ? 0 : run + 1;
            any |= Character.isLetterOrDigit(c);
            if (3L * run > limits.tokenBytes()) {
                return true;
            }
        }
        return !any;
    }
}
