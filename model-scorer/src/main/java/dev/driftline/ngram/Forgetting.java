package dev.driftline.ngram;

/**
 * How the counts of a shard stay within bounds and follow the language; nothing is forgotten unless one of these is set.
 *
 * @param maxBytes the most bytes that the tuples and followers of a shard may take as they are stored; 0 for no bound. Words come on
 *     top: see {@link NgramCounts#endDocument}
 * @param maxNgrams the most tuples and followers that a shard may hold; 0 for no bound
 * @param halfLifeTokens after so many tokens a count is half of what it was; 0 for never
 */
public record Forgetting(long maxBytes, long maxNgrams, long halfLifeTokens) {

    /** Counts are never forgotten. */
    public static final Forgetting NOTHING = new Forgetting(0, 0, 0);

    /** @throws IllegalArgumentException if a value is out of its range */
    public Forgetting {
        if (maxBytes < 0 || maxNgrams < 0 || halfLifeTokens < 0) {
            throw new IllegalArgumentException("bounds of " + maxBytes + " bytes and " + maxNgrams
                    + " n-grams and a half-life of " + halfLifeTokens + " tokens: none may be below 0");
        }
    }

    /** Whether anything is forgotten at all. */
    public boolean isOn() {
        return isBounded() || halfLifeTokens > 0;
    }

    /** Whether the size of a shard has a bound. */
    public boolean isBounded() {
        return maxBytes > 0 || maxNgrams > 0;
    }
}
