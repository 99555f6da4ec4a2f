package dev.driftline.mixture;

/**
 * The predictive mixture of one event, for scores and for predictions alike: formulas (1) to (5) of the package.
 *
 * <p>{@link #mix} computes a probability and leaves the weights as they are; {@link #learn} then moves them, where the event
 * has happened. Where the network says nothing, (1) and (3) work over the other experts, their weights renormalised, and learn
 * nothing of it; the network's own component has then what a network that has learned nothing would say.
 *
 * <p>Not thread-safe; one instance serves any number of sources, and allocates nothing.
 */
final class TokenMixer {

    private final MixtureColumns columns;
    private final double[] components;
    /** The top order, and one of the caches. */
    private final double[] topAndUnigram = new double[2];

    private final double[] topAndBigram = new double[2];
    private int bucket;
    private double mixed;

    TokenMixer(MixtureColumns columns) {
        this.columns = columns;
        components = new double[columns.components];
    }

    /** The probability under the mixture. Writes the network's column of {@code evidence} where the network says nothing. */
    double mix(TokenEvidence evidence, SourceWeights weights) {
        double[] p = evidence.experts;
        double[] q = components;
        bucket = WeightBuckets.of(evidence.matched, evidence.followers, evidence.followerTypes);
        if (columns.hasNetwork) {
            if (!evidence.hasNetwork) {
                p[columns.network] = weights.byBucket.mixOthers(bucket, p, columns.network);
            }
            q[columns.networkModel] = evidence.hasNetwork ? p[columns.network] : evidence.untrained();
            q[columns.byCircumstances] = weights.gate.mix(evidence, weights.recent); // (3)
        }
        if (columns.hasBackground) {
            q[columns.backgroundModel] = p[columns.background];
        }
        q[MixtureColumns.BY_BUCKET] = weights.byBucket.mix(bucket, p); // (1)
        System.arraycopy(p, 0, q, MixtureColumns.FIRST_ORDER, columns.orders);
        topAndUnigram[0] = p[columns.topOrder];
        topAndUnigram[1] = p[columns.unigramCache];
        q[columns.unigramModel] = weights.unigram.mix(evidence.matched, topAndUnigram); // (1)
        topAndBigram[0] = p[columns.topOrder];
        topAndBigram[1] = p[columns.bigramCache];
        q[columns.bigramModel] = weights.bigram.mix(bucket, topAndBigram); // (1)
        mixed = weights.outermost.mix(q); // (5)
        return mixed;
    }

    /** What the last {@link #mix} had of each component, see {@link MixtureColumns}; overwritten by the next. */
    double[] components() {
        return components;
    }

    /** Adds to {@code sums} the weight that each expert had in the last {@link #mix}; they add up to 1. */
    void addWeights(TokenEvidence evidence, SourceWeights weights, double[] sums) {
        int absent = evidence.absent();
        double ofBucket = weights.outermost.weight(MixtureColumns.BY_BUCKET);
        if (absent != Gate.NONE) {
            ofBucket /= 1 - weights.byBucket.weight(bucket, absent);
        }
        for (int i = 0; i < columns.experts; i++) {
            double share = i == absent ? 0 : ofBucket * weights.byBucket.weight(bucket, i);
            sums[i] += share + (i < columns.orders ? weights.outermost.weight(MixtureColumns.FIRST_ORDER + i) : 0);
        }
        double ofUnigram = weights.outermost.weight(columns.unigramModel);
        double ofBigram = weights.outermost.weight(columns.bigramModel);
        double unigram = weights.unigram.weight(evidence.matched, 1);
        double bigram = weights.bigram.weight(bucket, 1);
        sums[columns.unigramCache] += ofUnigram * unigram;
        sums[columns.bigramCache] += ofBigram * bigram;
        sums[columns.topOrder] += ofUnigram * (1 - unigram) + ofBigram * (1 - bigram);
        if (columns.hasBackground) {
            sums[columns.background] += weights.outermost.weight(columns.backgroundModel);
        }
        if (columns.hasNetwork) {
            addNetworkWeights(weights, sums);
        }
    }

    /** Apart, so that either part is small enough for the compiler to inline. */
    private void addNetworkWeights(SourceWeights weights, double[] sums) {
        sums[columns.network] += weights.outermost.weight(columns.networkModel);
        double ofGate = weights.outermost.weight(columns.byCircumstances);
        for (int i = 0; i < columns.experts; i++) {
            sums[i] += ofGate * weights.gate.weight(i);
        }
    }

    /** Learns from the event of the last {@link #mix}, which has happened. */
    void learn(TokenEvidence evidence, SourceWeights weights) {
        double[] p = evidence.experts;
        double[] q = components;
        weights.unigram.learn(evidence.matched, topAndUnigram, q[columns.unigramModel]); // (2)
        weights.bigram.learn(bucket, topAndBigram, q[columns.bigramModel]); // (2)
        if (columns.hasNetwork) {
            weights.gate.learn(evidence, q[columns.byCircumstances]); // (4)
            weights.gate.follow(weights.recent, evidence, q[columns.byCircumstances]);
        }
        weights.byBucket.learn(bucket, p, q[MixtureColumns.BY_BUCKET]); // (2)
        weights.outermost.learn(q, mixed); // (5)
    }
}
