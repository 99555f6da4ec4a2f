package dev.driftline.mixture;

/**
 * The weights that the very first source begins with, which suit most: the top order first, then the network, the bigram
 * cache, and the order whose context matched.
 */
final class FirstWeights {

    private FirstWeights() {}

    static OnlineWeights byBucket(MixtureSettings settings) {
        MixtureColumns columns = new MixtureColumns(settings);
        double[] weights = new double[WeightBuckets.count(columns.orders) * columns.experts];
        for (int bucket = 0; bucket < WeightBuckets.count(columns.orders); bucket++) {
            int matched = bucket / WeightBuckets.CACHE_CLASSES;
            int at = bucket * columns.experts;
            double sum = 0;
            for (int expert = 0; expert < columns.experts; expert++) {
                double weight = 0.01;
                weight += expert == columns.topOrder ? 0.5 : 0;
                weight += expert == columns.bigramCache ? 0.2 : 0;
                weight += expert == matched ? 0.1 : 0;
                weight += expert == columns.network ? 0.3 : 0;
                weights[at + expert] = weight;
                sum += weight;
            }
            for (int expert = 0; expert < columns.experts; expert++) {
                weights[at + expert] /= sum;
            }
        }
        return new OnlineWeights(columns.experts, weights, settings.learningRate(), settings.firstSteps());
    }

    /** Of the top order and the unigram cache, by matched context. */
    static OnlineWeights unigram(MixtureSettings settings) {
        return pair(settings, settings.order(), 0.88, 0.12);
    }

    /** Of the top order and the bigram cache, by bucket. */
    static OnlineWeights bigram(MixtureSettings settings) {
        return pair(settings, WeightBuckets.count(settings.order()), 0.8, 0.2);
    }

    private static OnlineWeights pair(MixtureSettings settings, int buckets, double top, double cache) {
        double[] weights = new double[2 * buckets];
        for (int i = 0; i < weights.length; i += 2) {
            weights[i] = top;
            weights[i + 1] = cache;
        }
        return new OnlineWeights(2, weights, settings.learningRate(), settings.firstSteps());
    }
}
