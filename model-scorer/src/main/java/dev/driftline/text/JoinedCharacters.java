package dev.driftline.text;

/** Puts together what {@link CharacterTokenizer} took apart: nothing between tokens, a line a sentence. */
final class JoinedCharacters implements Detokenizer {

    private boolean any;
    private boolean ended;

    @Override
    public String next(String token) {
        String line = ended ? "\n" : "";
        any = true;
        ended = false;
        return line
                + (token.startsWith(CharacterTokenizer.SPACE)
                        ? " " + token.substring(CharacterTokenizer.SPACE.length())
                        : token);
    }

    @Override
    public void endSentence() {
        ended = any;
    }

    @Override
    public void spaced() {
        // A space is a token of its own. Only the end of a line is not: it is there already.
        ended = false;
    }

    @Override
    public Detokenizer copy() {
        JoinedCharacters copy = new JoinedCharacters();
        copy.any = any;
        copy.ended = ended;
        return copy;
    }
}
