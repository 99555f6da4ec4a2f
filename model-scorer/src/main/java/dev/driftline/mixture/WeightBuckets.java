package dev.driftline.mixture;

/**
 * The buckets of the weights of (1): how much context the n-gram model matched, and how much, and how varied, of what follows
 * the previous word the bigram cache has seen.
 */
final class WeightBuckets {

    /** Classes of what the bigram cache has seen. */
    static final int CACHE_CLASSES = 9;

    private WeightBuckets() {}

    static int count(int orders) {
        return orders * CACHE_CLASSES;
    }

    /**
     * The bucket of a token.
     *
     * @param matched words of context that the n-gram model has seen, 0 to N − 1
     * @param followers tokens after the previous word that the bigram cache holds
     * @param followerTypes distinct ones among them
     */
    static int of(int matched, int followers, int followerTypes) {
        int varied = followers < 3 * followerTypes ? 0 : 1;
        int cacheClass;
        if (followers <= 1) {
            cacheClass = followers;
        } else if (followers <= 3) {
            cacheClass = 2;
        } else if (followers <= 8) {
            cacheClass = 3 + varied;
        } else if (followers <= 32) {
            cacheClass = 5 + varied;
        } else {
            cacheClass = 7 + varied;
        }
        return matched * CACHE_CLASSES + cacheClass;
    }
}
