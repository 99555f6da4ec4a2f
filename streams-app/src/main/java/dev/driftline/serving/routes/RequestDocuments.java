package dev.driftline.serving.routes;

import dev.driftline.prefix.WordPrefix;
import dev.driftline.scoring.DocumentTokens;
import dev.driftline.serving.http.Problem;
import dev.driftline.serving.http.ProblemException;
import dev.driftline.serving.http.request.RequestArguments;
import dev.driftline.serving.http.request.RequestArguments.RequestText;
import dev.driftline.serving.query.NextWordsQuery;
import dev.driftline.serving.query.RawNgram;
import dev.driftline.text.Detokenizer;
import dev.driftline.text.Tokenizer;
import dev.driftline.text.Tokenizers;
import dev.driftline.text.TypedText;
import io.javalin.http.BadRequestResponse;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.IllformedLocaleException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Texts out of what a request carries, within the limits. On every route a field that is a text means the same: a string is
 * raw text, cut by the service's tokenizer or by the one that {@code tokenizer} names; an array is tokens, or sentences of
 * tokens. Thread-safe.
 */
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

    /** The document in {@code text}. */
    DocumentTokens document(RequestArguments arguments) {
        return DocumentTokens.of(sentences(arguments));
    }

    /** The sentences of the document in {@code text}, which has at least one token. */
    List<List<String>> sentences(RequestArguments arguments) {
        RequestText given = arguments
                .given("text")
                .orElseThrow(() -> new BadRequestResponse("there is no text: give a string, or a list of tokens"));
        List<List<String>> sentences =
                given instanceof RequestText.Sentences ? open(given, arguments) : closed(open(given, arguments));
        if (!(given instanceof RequestText.Raw)) {
            refuseTokenizer(arguments);
        }
        check(sentences.stream().mapToInt(sentence -> sentence.size() + 1).sum());
        if (sentences.stream().allMatch(List::isEmpty)) {
            throw ProblemException.cannotHonour("the text has no words: give at least one");
        }
        return sentences;
    }

    /**
     * What stood in {@code text} for each token of {@link #document}, null where that is the token itself; empty where it is so
     * for all of them, as for tokens that the request gives itself.
     */
    List<@Nullable String> literals(RequestArguments arguments) {
        Optional<RequestText> given = arguments.given("text");
        return Tokenizers.keepsLiterals(named(arguments))
                        && given.isPresent()
                        && given.get() instanceof RequestText.Raw raw
                ? cutting(arguments)
                        .withLiterals(raw.text(), language(arguments))
                        .replaced()
                : List.of();
    }

    /** The sentences of a text that goes on; the last is open and may be empty. */
    List<List<String>> open(RequestArguments arguments, String name) {
        return arguments
                .given(name)
                .map(given -> bounded(open(given, arguments)))
                .orElse(List.of(List.of()));
    }

    private List<List<String>> bounded(List<List<String>> sentences) {
        check(sentences.stream().mapToInt(sentence -> sentence.size() + 1).sum());
        return sentences;
    }

    /** Refuses what a tokenizer would need to know where nothing is cut. */
    private static void refuseTokenizer(RequestArguments arguments) {
        String why = "has no effect on tokens: leave it out, or give the text as a string";
        arguments.refuse("tokenizer", why);
        arguments.refuse("language", why);
    }

    /** Refuses a language where none of the texts of a request is still to be cut. */
    void refuseLanguageOfTokens(RequestArguments arguments, List<RequestText> texts) {
        if (texts.stream().noneMatch(text -> text instanceof RequestText.Raw)) {
            arguments.refuse("language", "has no effect on tokens: leave it out, or give the text as a string");
        }
    }

    /** The sentences of a text; the last is open and may be empty. */
    List<List<String>> open(RequestText given, RequestArguments arguments) {
        List<List<String>> sentences;
        if (given instanceof RequestText.Raw raw) {
            sentences = cutting(arguments).openSentences(raw.text(), language(arguments));
        } else if (given instanceof RequestText.Tokens tokens) {
            sentences = NextWordsQuery.open(tokens.tokens());
        } else {
            sentences = ((RequestText.Sentences) given).sentences();
        }
        sentences.forEach(sentence -> sentence.forEach(this::check));
        return sentences;
    }

    /** The sentences without the open one, where that is empty. */
    static List<List<String>> closed(List<List<String>> open) {
        int last = open.size() - 1;
        return last >= 0 && open.get(last).isEmpty() ? open.subList(0, last) : open;
    }

    /**
     * What is before a word that is being typed, and what there is of it.
     *
     * @param sentences the last is open and may be empty
     * @param typed what {@code prefix} was at the end of the text, where that was to be completed; empty otherwise
     * @param joining what joins the tokens that follow {@code sentences}
     */
    record Typed(List<List<String>> sentences, WordPrefix prefix, Optional<String> typed, Detokenizer joining) {}

    /**
     * The text of a field, and the word that is being typed after it: {@code prefix}, or with {@code complete} the end of the text
     * itself.
     *
     * @param complete whether the request may have {@code complete}
     */
    Typed typed(RequestArguments arguments, String name, boolean complete) {
        arguments.refuseBoth("prefix", "complete");
        if (!arguments.has("prefix") && !arguments.has("complete")) {
            arguments.refuse(
                    "ignore_case", "has no effect without the beginning of a word: give prefix or leave it out");
        }
        boolean ignoresCase = arguments.flag("ignore_case", false);
        if (complete && arguments.flag("complete", false)) {
            Optional<RequestText> given = arguments.given(name);
            if (given.isEmpty() || !(given.get() instanceof RequestText.Raw raw)) {
                throw ProblemException.cannotHonour("complete needs " + name
                        + " as a string, at the end of which a word is being typed: with tokens give" + " prefix");
            }
            TypedText text = TypedText.of(cutting(arguments), raw.text(), language(arguments));
            if (!text.prefix().isEmpty()) {
                check(text.prefix());
            }
            RequestText before = new RequestText.Raw(text.before());
            return new Typed(
                    bounded(open(before, arguments)),
                    new WordPrefix(text.prefix(), ignoresCase),
                    Optional.of(text.typed()),
                    following(before, arguments));
        }
        return new Typed(
                open(arguments, name),
                new WordPrefix(prefix(arguments), ignoresCase),
                Optional.empty(),
                following(arguments, name));
    }

    /** The beginning of a word in {@code prefix}; empty where there is none, or it is empty. */
    private String prefix(RequestArguments arguments) {
        Optional<RequestText> given = arguments.given("prefix");
        String prefix;
        if (given.isPresent() && given.get() instanceof RequestText.Raw raw) {
            prefix = raw.text().isEmpty()
                    ? ""
                    : TypedText.prefix(cutting(arguments), raw.text(), language(arguments))
                            .orElseThrow(() -> severalWords("'" + raw.text() + "'"));
        } else {
            List<String> tokens = given.isPresent() && given.get() instanceof RequestText.Sentences some
                    ? some.sentences().stream().flatMap(List::stream).toList()
                    : given.map(some -> ((RequestText.Tokens) some).tokens()).orElse(List.of());
            if (tokens.size() > 1) {
                throw severalWords("a list of " + tokens.size());
            }
            prefix = tokens.isEmpty() ? "" : tokens.get(0);
        }
        if (!prefix.isEmpty()) {
            check(prefix);
        }
        return prefix;
    }

    private static ProblemException severalWords(String given) {
        return ProblemException.cannotHonour("prefix=" + given
                + " is not the beginning of one word: put whole words at the end of the text before, or give the text"
                + " alone with complete=true");
    }

    /** Words that are no sentence; none where the field is missing. */
    List<String> words(RequestArguments arguments, String name) {
        return arguments
                .given(name)
                .map(given ->
                        open(given, arguments).stream().flatMap(List::stream).toList())
                .orElse(List.of());
    }

    /** The n-gram in {@code ngram}, which may begin with {@code <s>} and end with {@code </s>}. */
    List<String> ngram(RequestArguments arguments) {
        RequestText given = arguments.given("ngram").orElse(new RequestText.Tokens(List.of()));
        if (!(given instanceof RequestText.Raw)) {
            refuseTokenizer(arguments);
        }
        if (given instanceof RequestText.Tokens tokens) {
            tokens.tokens().forEach(RequestDocuments::refuseControls);
            return tokens.tokens();
        }
        return given instanceof RequestText.Raw raw
                ? RawNgram.tokens(raw.text(), cutting(arguments), language(arguments))
                : words(arguments, "ngram");
    }

    /** What joins the tokens that follow the text of a field, so that both read as one. */
    Detokenizer following(RequestArguments arguments, String name) {
        return following(arguments.given(name).orElse(new RequestText.Raw("")), arguments);
    }

    private Detokenizer following(RequestText before, RequestArguments arguments) {
        List<List<String>> sentences = open(before, arguments);
        String raw = before instanceof RequestText.Raw text ? text.text() : "";
        Detokenizer joining = Tokenizers.joining(named(arguments));
        joining.follow(sentences, raw);
        return joining;
    }

    /** A text as a string: as it was written, or its tokens joined. */
    String written(RequestText given, RequestArguments arguments) {
        return given instanceof RequestText.Raw raw
                ? raw.text()
                : Tokenizers.joining(named(arguments)).read(open(given, arguments));
    }

    private String named(RequestArguments arguments) {
        String named = arguments.text("tokenizer").orElse(tokenizer);
        if (named.equals(tokenizer)) {
            return tokenizer;
        }
        Tokenizers.problem(named).ifPresent(problem -> {
            throw ProblemException.cannotHonour("tokenizer=" + named + " is not known: " + problem);
        });
        if (Tokenizers.readsFile(named)) {
            throw ProblemException.cannotHonour(
                    "tokenizer=" + named
                            + " names a file, which only the service's own tokenizer may: leave it out, or give a list of tokens");
        }
        return named;
    }

    private Tokenizer cutting(RequestArguments arguments) {
        return Tokenizers.named(named(arguments));
    }

    private String language(RequestArguments arguments) {
        String language = arguments.text("language").orElse("");
        if (language.isEmpty()) {
            return language;
        }
        if (!Tokenizers.usesLanguage(named(arguments))) {
            arguments.refuse(
                    "language",
                    "has no effect with tokenizer=" + named(arguments)
                            + ", which cuts all languages alike: leave it out");
        }
        try {
            new Locale.Builder().setLanguageTag(language);
        } catch (IllformedLocaleException e) {
            throw ProblemException.cannotHonour(
                    "language=" + language + " is not a BCP 47 tag: give one such as en or zh-Hant");
        }
        return language;
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

    private void check(String token) {
        if (token.isEmpty() || DocumentTokens.isMark(token)) {
            throw new ProblemException(new Problem(
                    "reserved-token",
                    422,
                    "A token that cannot stand in a text",
                    "'" + token + "' is not a valid word: words must be non-empty, and <s> and </s> are reserved",
                    Map.of()));
        }
        refuseControls(token);
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

    /** A document with such a token becomes a dead letter, so none has been learned; names inside a shard begin with U+0000. */
    private static void refuseControls(String token) {
        for (int i = 0; i < token.length(); i++) {
            if (token.charAt(i) < ' ' || token.charAt(i) == 0x7F) {
                throw new ProblemException(new Problem(
                        "control-character",
                        422,
                        "A token has a control character",
                        String.format(
                                Locale.ROOT,
                                "a token has the control character U+%04X, which no token of a document may have",
                                (int) token.charAt(i)),
                        Map.of()));
            }
        }
    }
}
