package dev.driftline.scoring.messages;

import dev.driftline.codec.Varints;
import dev.driftline.ngram.NgramCounts;

/**
 * The totals of unigrams, of one shard or of all summed: what b(w) needs besides the counts of w. Not thread-safe.
 *
 * <p>{@code </s>} counts in all of them but {@link #types()}.
 */
public final class UnigramTotals {

    private static final int RAW_TOTAL = 0;
    private static final int CONTINUATION_TOTAL = 1;
    private static final int RAW_TYPES = 2;
    private static final int CONTINUATION_TYPES = 3;
    private static final int TYPES = 4;
    /** Types with a raw count of 1, then with a continuation count of 1, and so on up to 4. */
    private static final int CLASSES = 5;

    private static final int FIGURES = CLASSES + 2 * 4;

    /** Only with a background. */
    private long shared;

    private final boolean hasShared;

    private final long[] figures = new long[FIGURES];

    /** @param background whether there is a background, and so its words are counted */
    public UnigramTotals(boolean background) {
        hasShared = background;
    }

    /**
     * The totals of one shard.
     *
     * @param types words with a raw count, without {@code </s>}
     * @param background whether there is a background
     */
    public static UnigramTotals of(NgramCounts counts, long types, boolean background) {
        UnigramTotals totals = new UnigramTotals(background);
        totals.shared = counts.listedTypes();
        long[] figures = totals.figures;
        figures[RAW_TOTAL] = counts.rawTotal();
        figures[CONTINUATION_TOTAL] = counts.continuationTotal();
        figures[RAW_TYPES] = counts.rawTypes();
        figures[CONTINUATION_TYPES] = counts.continuationTypes();
        figures[TYPES] = types;
        for (int count = 1; count <= 4; count++) {
            figures[raw(count)] = counts.rawCountOfCounts(1, count);
            figures[continuation(count)] = counts.continuationCountOfCounts(1, count);
        }
        return totals;
    }

    private static int raw(int count) {
        return CLASSES + 2 * (count - 1);
    }

    private static int continuation(int count) {
        return raw(count) + 1;
    }

    /** Adds the totals of another shard. */
    public void add(UnigramTotals other) {
        for (int i = 0; i < FIGURES; i++) {
            figures[i] += other.figures[i];
        }
        shared += other.shared;
    }

    /** Adds the totals that {@link #write} wrote. */
    public void add(Varints.Reader in) {
        for (int i = 0; i < FIGURES; i++) {
            figures[i] += in.readLong();
        }
        shared += hasShared ? in.readLong() : 0;
    }

    public void write(Varints.Writer out) {
        for (long figure : figures) {
            out.writeLong(figure);
        }
        if (hasShared) {
            out.writeLong(shared);
        }
    }

    /** Sum of the raw counts. */
    public long rawTotal() {
        return figures[RAW_TOTAL];
    }

    /** Sum of the continuation counts. */
    public long continuationTotal() {
        return figures[CONTINUATION_TOTAL];
    }

    /** Types with a raw count. */
    public long rawTypes() {
        return figures[RAW_TYPES];
    }

    /** Types with a continuation count. */
    public long continuationTypes() {
        return figures[CONTINUATION_TYPES];
    }

    /** Types with a raw count, without {@code </s>}. */
    public long types() {
        return figures[TYPES];
    }

    /** Of the types, how many the background has; 0 without one. */
    public long shared() {
        return shared;
    }

    /** Types with that raw count, 1 to 4. */
    public long rawCountOfCounts(int count) {
        return figures[raw(count)];
    }

    /** Types with that continuation count, 1 to 4. */
    public long continuationCountOfCounts(int count) {
        return figures[continuation(count)];
    }
}
