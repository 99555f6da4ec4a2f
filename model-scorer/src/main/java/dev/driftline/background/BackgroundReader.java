package dev.driftline.background;

import dev.driftline.backoff.BackoffModel;
import java.util.Arrays;
import java.util.List;

/**
 * Reads documents with a background: a look-up for each distinct word, and one for each token. Takes documents as the words and
 * tokens of a {@code DocumentTokens}, in which 1 is {@code </s>}. Not thread-safe.
 */
public final class BackgroundReader {

    private static final int FIRST_WORD = 2;
    private static final int END = 1;
    private static final int[] NONE = {};

    private final Background background;
    private final BackoffModel model;
    private int[] index = NONE;
    private double unseen;
    private double missing;
    private double tokens;

    /** A reader of documents. */
    public BackgroundReader(Background background) {
        this.background = background;
        model = background.model();
    }

    /**
     * Says what the counts know when the next rows are made.
     *
     * @param types that they know, without {@code </s>} and {@code <unk>}
     * @param shared how many of those the background has, too
     * @param seen tokens that they have learned
     */
    public void counts(long types, long shared, long seen) {
        unseen = Math.max(0, background.words() - shared);
        missing = Math.max(0, types - shared) + (model.hasEnd() ? 0 : 1);
        tokens = seen;
    }

    /** U, how many words only the background has. */
    public long unseen() {
        return (long) unseen;
    }

    /**
     * A row for each token of a document, the open state behind its last sentence, taken as still open.
     *
     * @param known which tokens the counts know
     */
    public BackgroundRows read(String[] words, int[] document, boolean[] known) {
        number(words);
        double[] probability = new double[document.length];
        byte[] kind = new byte[document.length];
        int state = model.start();
        int open = state;
        for (int i = 0; i < document.length; i++) {
            int word = index[document[i]];
            open = state;
            probability[i] = background.probability(state, word);
            kind[i] = kind(known[i], has(word));
            state = document[i] == END ? model.start() : model.advance(state, word);
        }
        return new BackgroundRows(background, probability, kind, unseen, missing, tokens, open);
    }

    /**
     * A row for each of some candidates for one place.
     *
     * @param open rows of the document that the place is the end of
     * @param known which candidates the counts know
     */
    public BackgroundRows read(BackgroundRows open, List<String> candidates, boolean[] known) {
        int count = candidates.size();
        double[] probability = new double[count];
        byte[] kind = new byte[count];
        for (int row = 0; row < count; row++) {
            int word = model.index(candidates.get(row));
            probability[row] = background.probability(open.open(), word);
            kind[row] = kind(known[row], has(word));
        }
        return new BackgroundRows(background, probability, kind, unseen, missing, tokens, open.open());
    }

    /** The state behind a document whose last sentence is taken as still open. */
    static int openState(Background background, String[] words, int[] document) {
        BackoffModel model = background.model();
        int end = Math.max(0, document.length - 1);
        int from = end;
        while (from > 0 && document[from - 1] != END) {
            from--;
        }
        int state = model.start();
        for (int i = from; i < end; i++) {
            state = model.advance(state, model.index(words[document[i]]));
        }
        return state;
    }

    private boolean has(int word) {
        return word == BackoffModel.EOS ? model.hasEnd() : word != BackoffModel.UNKNOWN;
    }

    private static byte kind(boolean counts, boolean background) {
        if (counts) {
            return background ? BackgroundRows.BOTH : BackgroundRows.COUNTS_ONLY;
        }
        return background ? BackgroundRows.BACKGROUND_ONLY : BackgroundRows.NEITHER;
    }

    private void number(String[] words) {
        if (words.length > index.length) {
            index = Arrays.copyOf(index, Math.max(words.length, 2 * index.length));
        }
        index[0] = BackoffModel.BOS;
        index[END] = BackoffModel.EOS;
        for (int i = FIRST_WORD; i < words.length; i++) {
            index[i] = model.index(words[i]);
        }
    }
}
