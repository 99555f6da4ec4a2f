package dev.driftline.scoring;

import dev.driftline.ngram.NgramCounts;
import dev.driftline.ngram.PositionCounts;
import dev.driftline.ngram.Smoothing;
import java.util.Arrays;
import java.util.Comparator;

/**
 * Finds the words that a shard's counts propose after a context: those with the highest counts at every matched length,
 * and the most frequent words of all, ranked by their probability as far as this shard
 * knows it.
 *
 * <p>Not thread-safe; one for each request.
 */
final class CandidateSearch {

    private final NgramCounts counts;
    private final ModelSettings settings;
    private final Smoothing.Estimates estimates;
    private final boolean knowsUnigrams;
    private int[] asked = new int[16];
    private int askedCount;
    private int[] found = new int[64];
    private int foundCount;
    private int[] chosen = {};

    CandidateSearch(
            NgramCounts counts, ModelSettings settings, Smoothing.Estimates estimates, boolean knowsUnigrams) {
        this.counts = counts;
        this.settings = settings;
        this.estimates = estimates;
        this.knowsUnigrams = knowsUnigrams;
    }

    /** Adds a candidate that is wanted whatever its rank. */
    void add(int id) {
        if (askedCount == asked.length) {
            asked = Arrays.copyOf(asked, askedCount * 2);
        }
        asked[askedCount++] = id;
    }

    private void find(int id) {
        if (foundCount == found.length) {
            found = Arrays.copyOf(found, foundCount * 2);
        }
        found[foundCount++] = id;
    }

    /** Proposes this shard's most frequent words, for a context that another shard owns. */
    void proposeUnigrams(int k) {
        int[] top = counts.topUnigrams();
        Integer[] ranked = Arrays.stream(top).boxed().toArray(Integer[]::new);
        Arrays.sort(ranked, Comparator.comparingInt((Integer id) -> -counts.continuationUnigram(id)));
        chosen = Arrays.stream(ranked).limit(k + 1L).mapToInt(Integer::intValue).toArray();
    }

    /** Proposes the best words after a context. */
    void propose(int[] context, int length, int k) {
        PositionCounts position = new PositionCounts(settings.order());
        counts.lookup(context, length, -1, position);
        int matched = position.matched();
        for (int d = matched; d >= 1; d--) {
            counts.topFollowers(context, d, (word, raw, continuation) -> find(word));
        }
        for (int id : counts.topUnigrams()) {
            find(id);
        }
        Arrays.sort(found, 0, foundCount);
        float[] alpha = new float[settings.order() + 1];
        float[] gamma = new float[settings.order() + 1];
        int distinct = 0;
        for (int i = 0; i < foundCount; i++) {
            if (i == 0 || found[i] != found[i - 1]) {
                found[distinct++] = found[i];
            }
        }
        double[] scores = new double[distinct];
        Integer[] ranked = new Integer[distinct];
        for (int i = 0; i < distinct; i++) {
            counts.lookup(context, length, found[i], position);
            settings.smoothing().compute(position, estimates, alpha, gamma);
            int last = settings.smoothing().lastPair(position, settings.order());
            double base = counts.continuationShare(found[i]);
            scores[i] = last == 0 ? base : alpha[last] + gamma[last] * base;
            ranked[i] = i;
        }
        Arrays.sort(ranked, Comparator.comparingDouble((Integer i) -> -scores[i]));
        // The unigrams of other shards are estimated here, so more are sent than are wanted.
        int keep = Math.min(distinct, knowsUnigrams ? k + 4 : 2 * k + 8);
        chosen = new int[keep];
        for (int i = 0; i < keep; i++) {
            chosen[i] = found[ranked[i]];
        }
    }

    /** Ids of all candidates, distinct. */
    int[] candidates() {
        int[] all = Arrays.copyOf(chosen, chosen.length + askedCount);
        System.arraycopy(asked, 0, all, chosen.length, askedCount);
        return Arrays.stream(all).filter(id -> id != NgramCounts.BOS).distinct().toArray();
    }
}
