package dev.driftline.serving.query;

import dev.driftline.scoring.DocumentTokens;
import dev.driftline.text.Tokenizer;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An n-gram as somebody writes it: raw text, with {@code <s>} before it where it begins a sentence and {@code </s>} after it
 * where it ends one.
 */
public final class RawNgram {

    private static final Pattern MARKED = Pattern.compile("(<s>(?=\\s|$))?(.*?)((?<=\\s|^)</s>)?", Pattern.DOTALL);

    private RawNgram() {}

    /**
     * Its tokens, {@code <s>} and {@code </s>} among them.
     *
     * @throws IllegalArgumentException if {@code text} has an unpaired surrogate
     */
    public static List<String> tokens(String text, Tokenizer tokenizer, String language) {
        Matcher marked = MARKED.matcher(text.strip());
        List<String> tokens = new ArrayList<>();
        if (marked.matches()) {
            if (marked.group(1) != null) {
                tokens.add(DocumentTokens.BOS_WORD);
            }
            // Next to a marker, white space only sets it off; to a tokenizer of characters it would be a token.
            String between = marked.group(1) != null || marked.group(3) != null
                    ? marked.group(2).strip()
                    : marked.group(2);
            tokenizer.sentences(between, language).forEach(tokens::addAll);
            if (marked.group(3) != null) {
                tokens.add(DocumentTokens.EOS_WORD);
            }
        }
        return tokens;
    }
}
