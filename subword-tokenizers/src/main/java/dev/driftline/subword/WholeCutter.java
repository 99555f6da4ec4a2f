package dev.driftline.subword;

/** Cuts where a rule says, whatever the pieces are: {@code CHAR} and {@code WORD} models. */
final class WholeCutter implements Cutter {

    private static final byte[] MARK = {(byte) 0xE2, (byte) 0x96, (byte) 0x81};

    /** Where the piece ends that begins at a place. */
    private interface Rule {

        int end(byte[] text, int from);
    }

    private final PieceTrie trie;
    private final Rule rule;

    private WholeCutter(PieceTrie trie, Rule rule) {
        this.trie = trie;
        this.rule = rule;
    }

    /** A character is a piece, and so is what a user has defined. */
    static WholeCutter characters(PieceTrie trie, PieceTrie userDefined) {
        return new WholeCutter(trie, (text, from) -> {
            int symbol = userDefined.longest(text, from, text.length);
            return from + (symbol > 0 ? symbol : ByteText.characterLength(text, from, text.length));
        });
    }

    /** A word is a piece, with the mark of the space before it, even where the model was trained to have it behind. */
    static WholeCutter words(PieceTrie trie) {
        return new WholeCutter(trie, (text, from) -> {
            int at = from;
            do {
                at += ByteText.characterLength(text, at, text.length);
            } while (at < text.length && !isMark(text, at));
            return at;
        });
    }

    @Override
    public void cut(byte[] text, Pieces pieces) {
        for (int from = 0, end; from < text.length; from = end) {
            end = rule.end(text, from);
            pieces.add(from, end, trie.id(text, from, end));
        }
    }

    private static boolean isMark(byte[] text, int at) {
        return at + MARK.length <= text.length
                && text[at] == MARK[0]
                && text[at + 1] == MARK[1]
                && text[at + 2] == MARK[2];
    }
}
