package dev.driftline.mixture;

import dev.driftline.scoring.NgramProbabilities;

/**
 * What the experts say of one event, and what is known before it. One instance serves all events in turn: nothing is
 * allocated for a token. Not thread-safe.
 */
final class TokenEvidence {

    /**
     * Tokens after which the unigram cache counts for half, in (7). Of 5 to 250 the best for sources of 130 tokens after 500,000
     * tokens of Brown, where it takes 1.4 % off their perplexity together with the next one; of the presidents' addresses 0.9 %.
     */
    private static final double UNIGRAM_TRUST = 40;

    /** The same for the bigram cache, of 0 to 400. */
    private static final double BIGRAM_TRUST = 10;

    /** 1, and what a sum of floats may be above it. */
    private static final double MOST_PROBABILITY = 1.001;

    private final MixtureColumns columns;

    /** The experts' probabilities of the event, see {@link MixtureColumns}. */
    final double[] experts;

    /** Words of context that the n-gram model has seen, 0 to N − 1. */
    int matched;

    /** Tokens after the previous word that the bigram cache holds. */
    int followers;

    /** Distinct ones among them. */
    int followerTypes;

    /** Whether the network says something of this event. */
    boolean hasNetwork;

    /** The network's largest probability at this position; 1 where it says nothing. */
    double sureness;

    /** Known types, {@code </s>} and {@code <unk>} not among them. */
    long types;

    TokenEvidence(MixtureColumns columns) {
        this.columns = columns;
        experts = new double[columns.experts];
    }

    /** Takes in a row of the n-gram model and what the caches say of the same event. */
    void take(NgramProbabilities rows, int row, SourceMemory source, int event) {
        System.arraycopy(rows.probability(), row * columns.orders, experts, 0, columns.orders);
        if (!source.isEmpty()) {
            source.look(event);
        }
        takeCaches(source, source.unigram(), source.bigram());
        takeContext(rows, row, source);
    }

    /**
     * Takes in what the caches say, as far as they have seen enough to say it. The words of a source that has just begun are too
     * few to tell how often a word comes: that some of them were in the prompt is no reason to expect little else. The weights
     * cannot know, since they are learned from sources with full caches. Of a cache of n tokens the share n / (n + k) counts, and
     * the top order for the rest.
     */
    private void takeCaches(SourceMemory source, double unigram, double bigram) {
        double top = experts[columns.topOrder];
        if (source.isEmpty()) {
            experts[columns.unigramCache] = top;
            experts[columns.bigramCache] = top;
            return;
        }
        double seen = source.tokens();
        double missing = UNIGRAM_TRUST / (seen + UNIGRAM_TRUST) * (top - unigram);
        experts[columns.unigramCache] = unigram + missing; // (7)
        double pair = bigram + source.unigramInBigram() * missing;
        experts[columns.bigramCache] = pair + BIGRAM_TRUST / (seen + BIGRAM_TRUST) * (top - pair); // (7)
    }

    private void takeContext(NgramProbabilities rows, int row, SourceMemory source) {
        matched = rows.matched()[row];
        types = rows.types();
        followers = source.followers();
        followerTypes = source.followerTypes();
        hasNetwork = false;
        sureness = 1;
    }

    /**
     * Takes in the highest that each expert says of any of several events.
     *
     * @param ngrams by order
     * @param rows of other events in the same place
     * @param source that has {@linkplain SourceMemory#lookAtOthers looked at} them
     */
    void takeCeilings(double[] ngrams, NgramProbabilities rows, SourceMemory source) {
        System.arraycopy(ngrams, 0, experts, 0, columns.orders);
        takeCaches(source, source.unigram(), source.bigram());
        takeContext(rows, 0, source);
    }

    /**
     * Takes in what the rarest known word would have had at least in the place of an unknown one: nothing from the caches and
     * the network.
     *
     * @param from where its orders begin in {@code rows.rarest()}
     * @param row the unknown word
     * @param network whether the network says something there
     * @param topProbability its largest probability there
     */
    void takeRarest(
            NgramProbabilities rows, int from, int row, SourceMemory source, boolean network, double topProbability) {
        System.arraycopy(rows.rarest(), from, experts, 0, columns.orders);
        source.look(SourceMemory.UNKNOWN);
        takeCaches(source, 0, 0);
        takeContext(rows, row, source);
        if (network) {
            takeNetwork(0, topProbability);
        }
    }

    /**
     * Takes in what the network says of the event; after {@link #take}. What is no probability, as from a network that has
     * overflowed, is as if it had said nothing.
     */
    void takeNetwork(double probability, double topProbability) {
        if (!(probability >= 0 && probability <= MOST_PROBABILITY && topProbability <= MOST_PROBABILITY)) {
            return;
        }
        experts[columns.network] = probability;
        hasNetwork = true;
        sureness = topProbability;
    }

    /** What a network that has learned nothing gives every event. */
    double untrained() {
        return 1.0 / (types + 2);
    }

    /** The expert that says nothing of this event; {@link Gate#NONE} where all do. */
    int absent() {
        return columns.hasNetwork && !hasNetwork ? columns.network : Gate.NONE;
    }
}
