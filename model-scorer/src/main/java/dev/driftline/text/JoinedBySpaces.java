package dev.driftline.text;

/** Puts together what {@link WhitespaceTokenizer} took apart: a space between tokens, a line a sentence. */
final class JoinedBySpaces implements Detokenizer {

    private String before = "";

    @Override
    public String next(String token) {
        String text = before + token;
        before = " ";
        return text;
    }

    @Override
    public void endSentence() {
        before = before.isEmpty() ? "" : "\n";
    }

    @Override
    public void spaced() {
        before = "";
    }

    @Override
    public Detokenizer copy() {
        JoinedBySpaces copy = new JoinedBySpaces();
        copy.before = before;
        return copy;
    }
}
