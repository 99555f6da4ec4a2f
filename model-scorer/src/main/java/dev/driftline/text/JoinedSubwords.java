package dev.driftline.text;

import java.util.ArrayList;
import java.util.List;

/**
 * Puts together what {@link SubwordTokenizer} took apart, as the model joins its tokens; a line a sentence. A character whose
 * bytes are tokens of their own appears with the last of them.
 */
final class JoinedSubwords implements Detokenizer {

    /** Stands for bytes that are not yet a character. */
    private static final char INCOMPLETE = '\uFFFD';

    /** Tokens whose text is looked at again: more than a character has bytes. */
    private static final int WINDOW = 8;

    private final SubwordModel model;
    private final List<String> tokens = new ArrayList<>();
    /** Tokens at the front whose text has been given. */
    private int given;

    private boolean any;
    private boolean ended;
    private boolean spaced;

    JoinedSubwords(SubwordModel model) {
        this.model = model;
    }

    @Override
    public String next(String token) {
        String line = ended ? "\n" : "";
        ended = false;
        any = true;
        tokens.add(token);
        String all = model.text(tokens);
        boolean waits = !all.isEmpty() && all.charAt(all.length() - 1) == INCOMPLETE && tokens.size() - given < WINDOW;
        if (waits) {
            return line;
        }
        String before = given == 0 ? "" : model.text(tokens.subList(0, given));
        String text = all.startsWith(before) ? all.substring(before.length()) : all;
        given = tokens.size();
        if (given > 2 * WINDOW) {
            // What stands at the front of a line has no space before it: some tokens are kept to stand there.
            tokens.subList(0, given - WINDOW).clear();
            given = WINDOW;
        }
        if (spaced) {
            spaced = text.isEmpty();
            text = text.startsWith(" ") ? text.substring(1) : text;
        }
        return line + text;
    }

    @Override
    public void endSentence() {
        ended |= any;
        tokens.clear();
        given = 0;
    }

    @Override
    public void spaced() {
        ended = false;
        spaced = true;
    }

    @Override
    public Detokenizer copy() {
        JoinedSubwords copy = new JoinedSubwords(model);
        copy.tokens.addAll(tokens);
        copy.given = given;
        copy.any = any;
        copy.ended = ended;
        copy.spaced = spaced;
        return copy;
    }
}
