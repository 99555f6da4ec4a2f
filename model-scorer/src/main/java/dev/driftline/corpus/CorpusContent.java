package dev.driftline.corpus;

import dev.driftline.text.Tokenizer;
import java.util.List;
import java.util.stream.Collectors;

/** The content of a document: raw text, or sentences of tokens. */
public sealed interface CorpusContent {

    /** The tokens; {@code tokenizer} is used only for raw text. */
    List<List<String>> sentences(Tokenizer tokenizer);

    /** The text; tokens are joined by spaces, and each sentence is a line. */
    String text();

    /**
     * Raw text.
     *
     * @param text the text
     * @param language its BCP 47 tag, or empty if unknown
     */
    record Text(String text, String language) implements CorpusContent {
        @Override
        public List<List<String>> sentences(Tokenizer tokenizer) {
            return tokenizer.sentences(text, language);
        }
    }

    /**
     * Text that is tokenised already.
     *
     * @param sentences its sentences, each a list of tokens
     */
    record Sentences(List<List<String>> sentences) implements CorpusContent {
        @Override
        public List<List<String>> sentences(Tokenizer tokenizer) {
            return sentences;
        }

        @Override
        public String text() {
            return sentences.stream().map(tokens -> String.join(" ", tokens)).collect(Collectors.joining("\n"));
        }
    }
}
