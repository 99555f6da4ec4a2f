package dev.driftline.scoring;

import dev.driftline.ngram.NgramCounts;
import dev.driftline.ngram.PositionCounts;
import dev.driftline.ngram.Smoothing;
import java.util.Arrays;

/**
 * Finds the words that a shard's counts propose after a context: of every matched length those with the highest counts,
 * and the most frequent words of all, ranked by their probability.
 *
 * <p>The unigram part of the probability is the word's share of the shard's bigrams, exact with one shard. Not
 * thread-safe; one for each request.
 */
final class CandidateSearch {

    /** Candidates sent beyond those asked for, since the mixture may rank a few differently. */
    private static final int SPARE = 6;

    private final NgramCounts counts;
    private final ModelSettings settings;
    private final Smoothing.Estimates estimates;
    private long[] found = new long[256];
    private int size;
    private int asked;

    CandidateSearch(NgramCounts counts, ModelSettings settings, Smoothing.Estimates estimates) {
        this.counts = counts;
        this.settings = settings;
        this.estimates = estimates;
    }

    /** Adds a candidate that is returned whatever its rank. To be called before {@link #propose}. */
    void add(int id) {
        put(id, 0);
        asked = size;
    }

    private void put(int id, int count) {
        if (id == NgramCounts.BOS) {
            return;
        }
        if (size == found.length) {
            found = Arrays.copyOf(found, size * 2);
        }
        // Sorts by falling count.
        found[size++] = (long) -count << 32 | id;
    }

    /** Ids of the {@code k} best candidates and a few more, and of those that were added; distinct. */
    int[] propose(int[] context, int length, int k) {
        PositionCounts position = new PositionCounts(settings.order());
        counts.lookup(context, length, -1, position);
        int wanted = 4 * k + 16;
        for (int d = position.matched(); d >= 1; d--) {
            int from = size;
            counts.topFollowers(context, d, (word, raw, continuation) -> put(word, continuation));
            keepHighest(from, wanted);
        }
        int from = size;
        counts.topUnigrams((word, raw, continuation) -> put(word, continuation));
        keepHighest(from, wanted);
        int[] extras = new int[asked];
        for (int i = 0; i < asked; i++) {
            extras[i] = (int) found[i];
        }
        int[] ids = new int[size];
        for (int i = 0; i < size; i++) {
            ids[i] = (int) found[i];
        }
        return best(distinct(ids), extras, context, length, k + SPARE, position);
    }

    private void keepHighest(int from, int most) {
        if (size - from > most) {
            Arrays.sort(found, from, size);
            size = from + most;
        }
    }

    private static int[] distinct(int[] ids) {
        Arrays.sort(ids);
        int kept = 0;
        for (int i = 0; i < ids.length; i++) {
            if (i == 0 || ids[i] != ids[i - 1]) {
                ids[kept++] = ids[i];
            }
        }
        return Arrays.copyOf(ids, kept);
    }

    private int[] best(int[] ids, int[] extras, int[] context, int length, int most, PositionCounts position) {
        float[] alpha = new float[settings.order() + 1];
        float[] gamma = new float[settings.order() + 1];
        long[] ranked = new long[ids.length];
        for (int i = 0; i < ids.length; i++) {
            counts.lookup(context, length, ids[i], position);
            settings.smoothing().compute(position, estimates, alpha, gamma);
            int last = settings.smoothing().lastPair(position, settings.order());
            double base = counts.continuationShare(ids[i]);
            double score = last == 0 ? base : alpha[last] + gamma[last] * base;
            // The bits of a positive float sort as the float does.
            ranked[i] = (long) -Float.floatToIntBits((float) score) << 32 | ids[i];
        }
        Arrays.sort(ranked);
        int kept = Math.min(most, ranked.length);
        int[] all = new int[kept + extras.length];
        for (int i = 0; i < kept; i++) {
            all[i] = (int) ranked[i];
        }
        System.arraycopy(extras, 0, all, kept, extras.length);
        return distinct(all);
    }
}
