package dev.driftline.text;

import java.util.Set;

/**
 * Puts together what {@link LogTokenizer} took apart: a line a sentence, words and classes with a space between them, and
 * punctuation where most lines have it. Where a space stood is not known: {@code sshd(pam_unix)} becomes {@code sshd (pam_unix)}.
 */
final class JoinedLog implements Detokenizer {

    private enum Attach {
        NO,
        YES,
        /** To what begins with a letter, or is a class. */
        TO_WORD
    }

    /** Stand at the end of what is before them. */
    private static final Set<String> CLOSING = Set.of(",", ";", ":", ".", ")", "]", "}", "%", "!", "?");

    private static final Set<String> OPENING = Set.of("(", "[", "{");
    /** Stand between two words. */
    private static final Set<String> BETWEEN = Set.of("=", "/", "@");

    private String before = "";
    private Attach attach = Attach.YES;
    private boolean ended;

    @Override
    public String next(String token) {
        boolean word = isWord(token);
        boolean afterWord = isWord(before);
        boolean attached = attach == Attach.YES || attach == Attach.TO_WORD && word;
        Attach following = Attach.NO;
        if (CLOSING.contains(token)) {
            attached |= afterWord || CLOSING.contains(before);
        } else if (OPENING.contains(token)) {
            attached |= token.equals("[") && afterWord;
            following = Attach.TO_WORD;
        } else if (BETWEEN.contains(token) && afterWord) {
            attached = true;
            following = Attach.TO_WORD;
        } else if (LogLine.CLASSES.contains(token)) {
            attached |= before.endsWith("_");
        } else if (token.startsWith("_")) {
            attached |= LogLine.CLASSES.contains(before);
        }
        String text = (ended ? "\n" : attached ? "" : " ") + token;
        before = token;
        attach = following;
        ended = false;
        return text;
    }

    @Override
    public void endSentence() {
        ended |= !before.isEmpty();
        attach = Attach.NO;
        before = "";
    }

    @Override
    public void spaced() {
        ended = false;
        attach = Attach.YES;
    }

    @Override
    public Detokenizer copy() {
        JoinedLog copy = new JoinedLog();
        copy.before = before;
        copy.attach = attach;
        copy.ended = ended;
        return copy;
    }

    private static boolean isWord(String token) {
        return !token.isEmpty() && (Character.isLetterOrDigit(token.codePointAt(0)) || LogLine.CLASSES.contains(token));
    }
}
