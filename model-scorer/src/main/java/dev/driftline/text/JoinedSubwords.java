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
    /** The end of a line that waited for bytes, which never came. */
    private String rest = "";

    private boolean any;
    private boolean ended;
    private boolean spaced;

    JoinedSubwords(SubwordModel model) {
        this.model = model;
    }

    @Override
    public String next(String token) {
        String line = ended ? rest + "\n" : "";
        rest = "";
        ended = false;
        any = true;
        tokens.add(token);
        String all = model.text(tokens);
        boolean waits = !all.isEmpty()
                && all.charAt(all.length() - 1) == INCOMPLETE
                && token.indexOf(INCOMPLETE) < 0
                && tokens.size() - given < WINDOW;
        if (waits) {
            return line;
        }
        String text = added(all);
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

    /** What is there more than what was given. A model may take spaces back, as from {@code it 's}: what was given stays. */
    private String added(String all) {
        String before = given == 0 ? "" : model.text(tokens.subList(0, given));
        return all.startsWith(before)
                ? all.substring(before.length())
                : model.text(tokens.subList(given, tokens.size()));
    }

    @Override
    public void follow(List<List<String>> sentences, String raw) {
        Detokenizer.super.follow(sentences, raw);
        // All of it is there already.
        given = tokens.size();
        rest = "";
    }

    @Override
    public void endSentence() {
        rest += given < tokens.size() ? added(model.text(tokens)) : "";
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
        copy.rest = rest;
        copy.any = any;
        copy.ended = ended;
        copy.spaced = spaced;
        return copy;
    }
}
