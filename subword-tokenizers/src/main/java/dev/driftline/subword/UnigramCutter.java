package dev.driftline.subword;

import dev.driftline.subword.SentencePieceFile.Piece;
import dev.driftline.subword.SentencePieceFile.PieceType;
import java.util.List;

/**
 * The most probable pieces by Viterbi's algorithm (Kudo 2018). A tie goes to the pieces that were found first, and sums are
 * rounded to single precision after each piece, as in SentencePiece 0.2.2.
 */
final class UnigramCutter implements Cutter {

    /** What a character that is not a piece costs more than the least probable piece: a natural logarithm. */
    private static final float UNKNOWN = 10;

    /** What a user has defined gains for each byte but one: where two overlap, the longer wins. */
    private static final float USER_DEFINED = 0.1f;

    private final PieceTrie trie;
    private final float[] scores;
    private final boolean[] userDefined;
    private final boolean[] unused;
    private final float unknown;

    UnigramCutter(List<Piece> pieces, PieceTrie trie) {
        this.trie = trie;
        scores = new float[pieces.size()];
        userDefined = new boolean[pieces.size()];
        unused = new boolean[pieces.size()];
        float least = Float.MAX_VALUE;
        for (int id = 0; id < scores.length; id++) {
            Piece piece = pieces.get(id);
            scores[id] = piece.score();
            userDefined[id] = piece.type() == PieceType.USER_DEFINED;
            unused[id] = piece.type() == PieceType.UNUSED;
            if (piece.type() == PieceType.NORMAL) {
                least = Math.min(least, piece.score());
            }
        }
        unknown = least - UNKNOWN;
    }

    @Override
    public void cut(byte[] text, Pieces pieces) {
        int size = text.length;
        float[] best = new float[size + 1];
        int[] ids = new int[size + 1];
        // Where the last piece begins of the best way to a place, plus one; 0 where there is no way.
        int[] begins = new int[size + 1];
        for (int from = 0, character; from < size; from += character) {
            character = ByteText.characterLength(text, from, size);
            boolean alone = false;
            int node = trie.child(PieceTrie.ROOT, text[from]);
            for (int to = from + 1; node != PieceTrie.NONE; to++) {
                int id = trie.id(node);
                if (id != PieceTrie.NONE && !unused[id]) {
                    float score = userDefined[id] ? USER_DEFINED * (to - from - 1) : scores[id];
                    offer(score + best[from], from, to, id, best, ids, begins);
                    alone |= to - from == character;
                }
                node = to < size ? trie.child(node, text[to]) : PieceTrie.NONE;
            }
            if (!alone) {
                offer(unknown + best[from], from, from + character, PieceTrie.NONE, best, ids, begins);
            }
        }
        // The way back, with the ends of pieces where they begin.
        int[] ends = new int[size + 1];
        for (int to = size; to > 0; to = begins[to] - 1) {
            ends[begins[to] - 1] = to;
        }
        for (int from = 0; from < size; from = ends[from]) {
            pieces.add(from, ends[from], ids[ends[from]]);
        }
    }

    private static void offer(float score, int from, int to, int id, float[] best, int[] ids, int[] begins) {
        if (begins[to] == 0 || score > best[to]) {
            best[to] = score;
            ids[to] = id;
            begins[to] = from + 1;
        }
    }
}
