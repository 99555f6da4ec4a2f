package dev.driftline.export;

import dev.driftline.ngram.NgramCounts;
import dev.driftline.scoring.ShardScorer;
import dev.driftline.smoothing.PositionCounts;
import dev.driftline.smoothing.Smoothing;

/** Puts the contexts of one shard into columns, with what each follower has of its own there. Used once. */
final class ShardContexts implements NgramCounts.ContextVisitor {

    /** After so many n-grams progress is told. */
    private static final int STEP = 1 << 16;

    private final Smoothing smoothing;
    private final Smoothing.Estimates estimates;
    private final ExportOptions options;
    private final int[] ids;
    private final ContextColumns[] columns;
    private final ExportProgress progress;
    private final ExportTally tally;

    // The context visited last.
    private PositionCounts counts;
    private int length;

    /** @param columns by length of their contexts, from 1 */
    ShardContexts(
            ShardScorer shard,
            int[] ids,
            ExportOptions options,
            ContextColumns[] columns,
            ExportTally tally,
            ExportProgress progress) {
        smoothing = shard.settings().smoothing();
        estimates = shard.estimates();
        this.ids = ids;
        this.options = options;
        this.columns = columns;
        this.tally = tally;
        this.progress = progress;
        counts = new PositionCounts(1);
    }

    @Override
    public boolean context(int[] context, int contextLength, PositionCounts of) {
        for (int d = 1; d <= contextLength; d++) {
            if (ids[context[d]] < 0) {
                tally.leftOut(ids[context[d]], of.followers(contextLength));
                return false;
            }
        }
        double left;
        try {
            left = smoothing.left(of, estimates, contextLength, options.order());
        } catch (ArithmeticException e) {
            throw new UnsayableModelException(
                    "the ARPA format cannot say what " + smoothing.label() + " makes of these counts: " + e.getMessage()
                            + "; choose another smoothing, such as kneser-ney, or a lower order");
        }
        columns[contextLength].begin(context, ids, left);
        counts = of;
        length = contextLength;
        return true;
    }

    @Override
    public void follower(int word, long raw, long continuation) {
        if (tally.read(1) % STEP == 0) {
            progress.at("reading", tally.read());
        }
        double own = smoothing.own(counts, estimates, length, options.order(), raw, continuation);
        if (ids[word] < 0) {
            tally.leftOut(ids[word], 1);
            columns[length].lose(own);
        } else if (raw <= options.prune()[length + 1]) {
            tally.prunedByCount(1);
            columns[length].lose(own);
        } else {
            columns[length].follower(ids[word], own);
        }
    }
}
