package dev.driftline.text;

import com.ibm.icu.text.BreakIterator;
import com.ibm.icu.util.ULocale;
import java.util.ArrayList;
import java.util.List;

/**
 * A line is a sentence, and what a reader sees as one character (a grapheme cluster: letter with its combining marks,
 * emoji with its modifiers) is a token. Each white-space character inside a line is the token {@value #SPACE};
 * zero-width characters on their own are dropped.
 */
final class CharacterTokenizer implements Tokenizer {

    /** The token for one white-space or control character. */
    static final String SPACE = "▁";

    private final BreakIterator characters = BreakIterator.getCharacterInstance(ULocale.ROOT);

    @Override
    public List<List<String>> sentences(String text, String language) {
        Characters.requireWellFormed(text);
        List<List<String>> sentences = new ArrayList<>();
        int start = 0;
        for (int i = 0; i <= text.length(); i++) {
            if (i == text.length() || Characters.endsLine(text.charAt(i))) {
                add(text.substring(start, i), sentences);
                start = i + 1;
            }
        }
        return sentences;
    }

    private void add(String line, List<List<String>> sentences) {
        if (Characters.invisible(line, 0, line.length())) {
            return;
        }
        List<String> sentence = new ArrayList<>(line.length());
        characters.setText(line);
        int start = characters.first();
        for (int end = characters.next(); end != BreakIterator.DONE; start = end, end = characters.next()) {
            int first = line.codePointAt(start);
            if (Characters.separates(first)) {
                sentence.add(SPACE + line.substring(start + Character.charCount(first), end));
            } else if (!Characters.invisible(line, start, end)) {
                sentence.add(line.substring(start, end));
            }
        }
        sentences.add(sentence);
    }
}
