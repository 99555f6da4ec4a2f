package dev.driftline.text;

import java.util.ArrayList;
import java.util.List;

/**
 * A line is a sentence, and a subword model cuts it. Tokens stand as the model writes them: {@code Ġthe}, {@code ▁the},
 * {@code ##ing}. A long line is cut in pieces first, so that no line takes more than its share of time.
 */
final class SubwordTokenizer implements Tokenizer {

    /** Characters of a line that go through the model at a time. A longer line is cut at white space, or in a word. */
    private static final int PIECE = 16 * 1024;

    /**
     * Characters of a token. No vocabulary has longer ones: what is longer is a run of characters that the model does not know,
     * such as a line of another script.
     */
    private static final int LONGEST = 256;

    private final SubwordModel model;

    SubwordTokenizer(SubwordModel model) {
        this.model = model;
    }

    @Override
    public List<List<String>> sentences(String text, String language) {
        Characters.requireWellFormed(text);
        List<List<String>> sentences = new ArrayList<>();
        int start = 0;
        for (int i = 0; i <= text.length(); i++) {
            if (i == text.length() || Characters.endsLine(text.charAt(i))) {
                List<String> sentence = line(text, start, i);
                if (!sentence.isEmpty()) {
                    sentences.add(sentence);
                }
                start = i + 1;
            }
        }
        return sentences;
    }

    /** A character may become several tokens, one for each of its bytes. */
    @Override
    public boolean mayLengthen() {
        return true;
    }

    private List<String> line(String text, int from, int to) {
        if (Characters.invisible(text, from, to)) {
            return List.of();
        }
        List<String> tokens = new ArrayList<>();
        int start = from;
        while (start < to) {
            int end = end(text, start, to);
            for (String token : model.tokens(spaced(text, start, end))) {
                add(token, tokens);
            }
            start = end;
            // Where the model puts a space before a line, the one that was cut at would be a second.
            if (start < to && text.charAt(start) == ' ' && addsSpace()) {
                start++;
            }
        }
        return tokens;
    }

    /** Whether a word at the front of a line has the tokens that it has behind a space. */
    private boolean addsSpace() {
        List<String> twice = new ArrayList<>(model.tokens("a"));
        twice.addAll(model.tokens("a"));
        return model.tokens("a a").equals(twice);
    }

    private static int end(String text, int start, int to) {
        if (to - start <= PIECE) {
            return to;
        }
        int most = start + PIECE;
        int space = text.lastIndexOf(' ', most);
        if (space > start + PIECE / 2) {
            return space;
        }
        return Character.isLowSurrogate(text.charAt(most)) ? most - 1 : most;
    }

    /** A control character is white space here as everywhere. */
    private static String spaced(String text, int from, int to) {
        StringBuilder made = new StringBuilder(to - from);
        for (int i = from; i < to; i++) {
            char c = text.charAt(i);
            made.append(Character.isISOControl(c) ? ' ' : c);
        }
        return made.toString();
    }

    /** The marks of a sentence are Driftline's own: as words of a text they are two tokens. */
    private static void add(String token, List<String> tokens) {
        if (token.equals("<s>") || token.equals("</s>")) {
            tokens.add("<");
            tokens.add(token.substring(1));
            return;
        }
        int from = 0;
        while (token.length() - from > LONGEST && token.codePointCount(from, token.length()) > LONGEST) {
            int end = token.offsetByCodePoints(from, LONGEST);
            tokens.add(token.substring(from, end));
            from = end;
        }
        if (from < token.length()) {
            tokens.add(token.substring(from));
        }
    }
}
