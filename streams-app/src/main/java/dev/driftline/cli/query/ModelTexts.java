package dev.driftline.cli.query;

import dev.driftline.serving.query.RawNgram;
import dev.driftline.terminal.CommandFailedException;
import dev.driftline.text.Detokenizer;
import dev.driftline.text.Tokenizer;
import dev.driftline.text.Tokenizers;
import dev.driftline.text.TypedText;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Texts as a model's tokenizer cuts them, and puts them together again. One thread at a time. */
final class ModelTexts {

    private final Supplier<String> named;
    private final String language;
    private @Nullable String name;

    /**
     * @param named the name of the tokenizer, which is asked for once, and only if there is a text
     * @param language a BCP 47 tag; may be empty
     */
    ModelTexts(Supplier<String> named, String language) {
        this.named = named;
        this.language = language;
    }

    /** The sentences of a text that goes on: the last is open and may be empty. */
    List<List<String>> open(String text) {
        return text.isEmpty() ? List.of(List.of()) : tokenizer().openSentences(text, language);
    }

    /** The sentences of a document. */
    List<List<String>> sentences(String text) {
        return tokenizer().sentences(text, language);
    }

    /** The words of a text that is no sentence. */
    List<String> words(String text) {
        return sentences(text).stream().flatMap(List::stream).toList();
    }

    /**
     * The beginning of a word.
     *
     * @throws IllegalArgumentException if it is not that of one word
     */
    String prefix(String text) {
        if (text.isEmpty()) {
            return text;
        }
        return TypedText.prefix(tokenizer(), text, language)
                .orElseThrow(() -> new IllegalArgumentException("--prefix '" + text
                        + "' is not the beginning of one word: put whole words at the end of --prompt"));
    }

    /** An n-gram, which may begin with {@code <s>} and end with {@code </s>}. */
    List<String> ngram(String text) {
        return RawNgram.tokens(text, tokenizer(), language);
    }

    /** What joins the tokens that follow {@code before}. */
    Detokenizer following(String before) {
        Detokenizer joining = Tokenizers.joining(name());
        joining.follow(open(before), before);
        return joining;
    }

    /** Splits raw text. */
    Tokenizer tokenizer() {
        String named = name();
        try {
            return Tokenizers.named(named);
        } catch (IllegalArgumentException e) {
            throw new CommandFailedException("cannot cut text as the model's was cut: " + e.getMessage());
        }
    }

    private String name() {
        String known = name;
        if (known == null) {
            known = named.get();
            name = known;
        }
        return known;
    }
}
