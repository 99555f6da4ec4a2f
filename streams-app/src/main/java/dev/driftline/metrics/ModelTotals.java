package dev.driftline.metrics;

import dev.driftline.mixture.DocumentScore;

/**
 * Sums over the documents of one source, or of all. Thread-safe: a document is added under a lock, which is cheaper than an
 * atomic addition a model, and a reader sees bits and tokens of the same documents.
 */
final class ModelTotals {

    /** The span of a recent mean, in tokens: the weight of a document falls by a factor of e over this many. */
    private static final double RECENT_TOKENS = 5_000;

    private final int neural;
    private final int mixture;
    private final double[] bits;
    private final long[] tokens;
    private long documents;
    private long allTokens;
    private long unknown;
    private double letters;
    private double recent = Double.NaN;
    private double recentOfClass = Double.NaN;

    /**
     * @param models how many models there are, the mixture last
     * @param neural the network's index among them, or below 0
     */
    ModelTotals(int models, int neural) {
        this.neural = neural;
        mixture = models - 1;
        bits = new double[models];
        tokens = new long[models];
    }

    /** Adds a document. A model that gave one of its tokens probability 0 has not scored it: its sum would stay infinite. */
    synchronized void add(DocumentScore score) {
        documents++;
        allTokens += score.tokens();
        unknown += score.unknown();
        for (int model = 0; model < bits.length; model++) {
            double cost = score.bits()[model];
            if (Double.isFinite(cost) && (model != neural || score.neuralTokens() > 0)) {
                bits[model] += cost;
                tokens[model] += score.tokens();
            }
        }
        if (score.tokens() > 0 && Double.isFinite(score.bits()[mixture])) {
            letters += score.letterBits();
            double share = -Math.expm1(-score.tokens() / RECENT_TOKENS);
            double ofClass = score.bits()[mixture];
            recent = towards(recent, (ofClass + score.letterBits()) / score.tokens(), share);
            recentOfClass = towards(recentOfClass, ofClass / score.tokens(), share);
        }
    }

    private static double towards(double mean, double value, double share) {
        return Double.isNaN(mean) ? value : mean + share * (value - mean);
    }

    /** The sums as they stand. */
    synchronized Sums sums() {
        return new Sums(documents, allTokens, unknown, letters, bits.clone(), tokens.clone(), recent, recentOfClass);
    }

    /**
     * Sums at one moment.
     *
     * @param documents documents
     * @param tokens their tokens
     * @param unknown those that were {@code <unk>}
     * @param letters bits that the unknown words cost beyond {@code <unk>}
     * @param modelBits {@code [models]}: bits of the documents that the model has scored, {@code <unk>} as a class
     * @param modelTokens {@code [models]}: their tokens
     * @param recent bits a token of the mixture over the last few thousand tokens, unknown words spelled out; NaN before the
     *     first
     * @param recentOfClass the same with {@code <unk>} as a class
     */
    record Sums(
            long documents,
            long tokens,
            long unknown,
            double letters,
            double[] modelBits,
            long[] modelTokens,
            double recent,
            double recentOfClass) {}
}
