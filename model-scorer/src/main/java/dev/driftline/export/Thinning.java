package dev.driftline.export;

import java.util.BitSet;

/**
 * Takes n-grams out of a model, and gives the contexts new backoffs, so that probabilities sum to 1 again. Not thread-safe.
 *
 * <p>With Z(h) = 1 − Σ p(w | h) over the n-grams of h that are left, and Z′(h) the same of p(w | h′), the backoff of h is Z(h) / Z′(h).
 */
final class Thinning {

    /** Less than this of a probability is rounding. */
    private static final double ROUNDING = 1e-7;

    private final BackoffNgrams model;
    private final ExportTally tally;
    private final ExportProgress progress;

    Thinning(BackoffNgrams model, ExportTally tally, ExportProgress progress) {
        this.model = model;
        this.tally = tally;
        this.progress = progress;
    }

    /**
     * Prunes n-grams whose absence costs little: from the highest order down, those that are no part of a longer one
     * that is left (KenLM wants both the first and the last words of an n-gram to be n-grams), by the relative entropy of the context's distribution with and without them (Stolcke 1998, equation 4), with the probability of the
     * context taken from the model itself.
     *
     * @param threshold the least part by which a perplexity must rise
     */
    void prune(double threshold) {
        float[][] masses = masses();
        for (int k = model.order(); k >= 2; k--) {
            Ngrams contexts = model.level(k - 1);
            BitSet ends = endsOfLonger(k);
            for (int context = 0; context < contexts.size(); context++) {
                prune(k, context, masses[k - 1][context], threshold, ends);
            }
        }
    }

    /** By order, the probability of each n-gram that may be a context: the product along its words. */
    private float[][] masses() {
        float[][] masses = new float[model.order()][];
        for (int k = 1; k < model.order(); k++) {
            Ngrams level = model.level(k);
            masses[k] = level.probability.clone();
            if (k == 1) {
                masses[k][ExportedWords.BOS] = 1;
                continue;
            }
            for (int before = 0; before < masses[k - 1].length; before++) {
                for (int at = level.first[before]; at < level.first[before + 1]; at++) {
                    masses[k][at] *= masses[k - 1][before];
                }
            }
        }
        return masses;
    }

    /** The n-grams of order {@code k} that longer ones which are left end in. */
    private BitSet endsOfLonger(int k) {
        BitSet ends = new BitSet();
        if (k < model.order()) {
            Ngrams longer = model.level(k + 1);
            for (int at = longer.pruned.nextClearBit(0); at < longer.size(); at = longer.pruned.nextClearBit(at + 1)) {
                if (longer.shorter[at] != Ngrams.NONE) {
                    ends.set(longer.shorter[at]);
                }
            }
        }
        return ends;
    }

    private void prune(int k, int context, double mass, double threshold, BitSet ends) {
        Ngrams level = model.level(k);
        Ngrams contexts = model.level(k - 1);
        int from = level.first[context];
        int to = level.first[context + 1];
        if (from == to) {
            return;
        }
        double rest = contexts.rest[context];
        double shorterRest = 1;
        for (int at = from; at < to; at++) {
            shorterRest -= shorter(k, context, at);
        }
        double backoff = Math.log(Math.max(rest, ROUNDING) / Math.max(shorterRest, ROUNDING));
        long pruned = 0;
        for (int at = from; at < to; at++) {
            if (ends.get(at) || isContext(k, at)) {
                continue;
            }
            double p = level.probability[at];
            double q = shorter(k, context, at);
            double backoffAfter = Math.log(Math.max(rest + p, ROUNDING) / Math.max(shorterRest + q, ROUNDING));
            double delta = p * (Math.log(q) + backoffAfter - Math.log(p)) + rest * (backoffAfter - backoff);
            if (p == 0 || Math.expm1(-mass * delta) < threshold) {
                level.pruned.set(at);
                contexts.rest[context] += (float) p;
                pruned++;
            }
        }
        tally.prunedByEntropy(pruned);
        progress.at("pruning", to);
    }

    private double shorter(int k, int context, int at) {
        Ngrams level = model.level(k);
        int shorter = level.shorter[at];
        return shorter == Ngrams.NONE
                ? model.shorter(k - 1, context, level.word[at])
                : model.level(k - 1).probability[shorter];
    }

    /** Whether some n-gram that is left goes on from it. */
    private boolean isContext(int k, int at) {
        if (k == model.order()) {
            return false;
        }
        Ngrams longer = model.level(k + 1);
        int next = longer.pruned.nextClearBit(longer.first[at]);
        return next < longer.first[at + 1];
    }

    /** Gives every context the backoff that has it sum to 1. */
    void renormalise() {
        for (int k = 1; k < model.order(); k++) {
            Ngrams contexts = model.level(k);
            Ngrams level = model.level(k + 1);
            for (int context = 0; context < contexts.size(); context++) {
                if (!contexts.pruned.get(context) && !Float.isNaN(contexts.rest[context])) {
                    renormalise(k, context, contexts, level);
                }
            }
        }
    }

    private void renormalise(int k, int context, Ngrams contexts, Ngrams level) {
        double shorterRest = 1;
        boolean isContext = false;
        for (int at = level.first[context]; at < level.first[context + 1]; at++) {
            if (!level.pruned.get(at)) {
                isContext = true;
                shorterRest -= model.shorter(k, context, level.word[at]);
            }
        }
        if (!isContext) {
            contexts.backoff[context] = 1;
        } else if (shorterRest > ROUNDING) {
            contexts.backoff[context] = (float) (Math.max(0, contexts.rest[context]) / shorterRest);
        }
    }
}
