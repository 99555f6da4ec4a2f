package dev.driftline.text;

import java.util.ArrayList;
import java.util.List;

/**
 * A line is a sentence, and tokens are separated by white space. For text that is tokenised already.
 *
 * <p>{@code </s>} is an ordinary token here; only corpus files use it to separate sentences.
 */
final class WhitespaceTokenizer implements Tokenizer {

    @Override
    public List<List<String>> sentences(String text, String language) {
        Characters.requireWellFormed(text);
        List<List<String>> sentences = new ArrayList<>();
        List<String> sentence = new ArrayList<>();
        int start = -1;
        int codePoint;
        for (int i = 0; i < text.length(); i += Character.charCount(codePoint)) {
            codePoint = text.codePointAt(i);
            if (!Characters.separates(codePoint)) {
                start = start < 0 ? i : start;
                continue;
            }
            if (start >= 0) {
                sentence.add(text.substring(start, i));
                start = -1;
            }
            if (Characters.endsLine(text.charAt(i)) && !sentence.isEmpty()) {
                sentences.add(sentence);
                sentence = new ArrayList<>();
            }
        }
        if (start >= 0) {
            sentence.add(text.substring(start));
        }
        if (!sentence.isEmpty()) {
            sentences.add(sentence);
        }
        return sentences;
    }
}
