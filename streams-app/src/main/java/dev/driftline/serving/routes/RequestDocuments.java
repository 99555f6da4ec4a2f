package dev.driftline.serving.routes;

import dev.driftline.scoring.DocumentTokens;
import dev.driftline.serving.http.Problem;
import dev.driftline.serving.http.ProblemException;
import dev.driftline.serving.http.RequestArguments;
import dev.driftline.serving.query.NextWordsQuery;
import dev.driftline.text.Tokenizers;
import io.javalin.http.BadRequestResponse;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** Documents out of what a request carries, within the limits. Thread-safe. */
final class RequestDocuments {

    private final String tokenizer;
    private final int mostTokens;
    private final int mostTokenBytes;

    /**
     * @param tokenizer for text, where the request names none
     * @param mostTokens of one query, {@code </s>} included
     * @param mostTokenBytes UTF-8 bytes of a token
     */
    RequestDocuments(String tokenizer, int mostTokens, int mostTokenBytes) {
        this.tokenizer = tokenizer;
        this.mostTokens = mostTokens;
        this.mostTokenBytes = mostTokenBytes;
    }

    /** The document in {@code text}, or the one in {@code sentences}. */
    DocumentTokens document(RequestArguments arguments) {
        arguments.refuseBoth("text", "sentences");
        if (!arguments.has("text") && !arguments.has("sentences")) {
            throw new BadRequestResponse("there is neither text nor sentences: give one of them");
        }
        if (arguments.has("sentences")) {
            refuseTokenizer(arguments, "sentences are tokens already");
        }
        DocumentTokens document = DocumentTokens.of(
                arguments.has("text")
                        ? sentences(arguments.text("text").orElseThrow(), arguments)
                        : checked(arguments.sentences("sentences")));
        check(document.tokens().length);
        if (document.tokens().length == 0) {
            throw ProblemException.cannotHonour("the text has no words: give at least one");
        }
        return document;
    }

    /** Refuses what a tokenizer would need to know where nothing is to be split. */
    static void refuseTokenizer(RequestArguments arguments, String why) {
        arguments.refuse("tokenizer", "has no effect: " + why);
        arguments.refuse("language", "has no effect: " + why);
    }

    /** The sentences of a text, by the tokenizer that the request names. */
    List<List<String>> sentences(String text, RequestArguments arguments) {
        return checked(Tokenizers.named(arguments.oneOf("tokenizer", tokenizer, Tokenizers.names()))
                .sentences(text, arguments.text("language").orElse("")));
    }

    /** Words as sentences: each {@code </s>} ends one; the last one stays open. */
    List<List<String>> open(List<String> words) {
        return checked(NextWordsQuery.open(words));
    }

    /** Refuses more tokens than a query may have. */
    void check(int tokens) {
        if (tokens > mostTokens) {
            throw new ProblemException(Problem.limit(
                    "too-many-tokens",
                    422,
                    "Too many tokens",
                    tokens + " tokens are more than the " + mostTokens + " of http.max.tokens",
                    mostTokens));
        }
    }

    private List<List<String>> checked(List<List<String>> sentences) {
        sentences.forEach(sentence -> sentence.forEach(this::check));
        return sentences;
    }

    private void check(String token) {
        if (token.isEmpty() || DocumentTokens.isReserved(token)) {
            throw new ProblemException(new Problem(
                    "reserved-token",
                    422,
                    "A token that cannot stand in a text",
                    "'" + token
                            + "' is not a valid word: words must be non-empty, and <s>, </s> and <unk> are reserved",
                    Map.of()));
        }
        int bytes;
        try {
            bytes = StandardCharsets.UTF_8
                    .newEncoder()
                    .encode(CharBuffer.wrap(token))
                    .remaining();
        } catch (CharacterCodingException e) {
            throw new ProblemException(new Problem(
                    "not-unicode",
                    422,
                    "Text that is not Unicode",
                    "a token contains an unpaired surrogate, which cannot be encoded as UTF-8",
                    Map.of()));
        }
        if (bytes > mostTokenBytes) {
            throw new ProblemException(Problem.limit(
                    "token-too-long",
                    422,
                    "A token is too long",
                    "a token of " + bytes + " bytes is longer than the " + mostTokenBytes + " of token.max.bytes",
                    mostTokenBytes));
        }
    }
}
