package dev.driftline.text;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Lines of logs: a line is a sentence, and what differs from line to line is one token for all of its kind: {@code <time>},
 * {@code <number>}, {@code <hex>}, {@code <uuid>}, {@code <ip>}, {@code <path>}, {@code <url>}. What is left is the pattern of
 * the line: words, and punctuation marks one by one. {@link LogLine} has the rules.
 *
 * <p>A class that stands in the text itself, as in a pattern that was made here or elsewhere, is that class, and so is
 * {@code <unk>} one token. {@code <s>} and {@code </s>} are not: they are cut into marks and letters.
 */
final class LogTokenizer implements Tokenizer {

    @Override
    public List<List<String>> sentences(String text, String language) {
        return cut(text, null);
    }

    @Override
    public Cut withLiterals(String text, String language) {
        List<List<String>> literals = new ArrayList<>();
        return new Cut(cut(text, literals), literals);
    }

    private static List<List<String>> cut(String text, @Nullable List<List<String>> literals) {
        Characters.requireWellFormed(text);
        List<List<String>> sentences = new ArrayList<>();
        int start = 0;
        for (int i = 0; i <= text.length(); i++) {
            if (i == text.length() || Characters.endsLine(text.charAt(i))) {
                line(new LogLine(text, start, i), sentences, literals);
                start = i + 1;
            }
        }
        return sentences;
    }

    private static void line(LogLine line, List<List<String>> sentences, @Nullable List<List<String>> literals) {
        List<String> tokens = new ArrayList<>();
        List<String> texts = new ArrayList<>();
        while (line.next()) {
            tokens.add(line.token());
            if (literals != null) {
                texts.add(line.literal());
            }
        }
        if (tokens.isEmpty()) {
            return;
        }
        sentences.add(tokens);
        if (literals != null) {
            literals.add(texts);
        }
    }
}
