package dev.driftline.mixture;

import dev.driftline.background.BackgroundRows;
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
        if (columns.hasBackground) {
            takeBackground(rows.background().orElseThrow(), row, source.weights());
        }
        if (!source.isEmpty()) {
            source.look(event);
        }
        takeCaches(source, source.unigram(), source.bigram());
        takeContext(rows, row, source);
    }

    /** Takes in what the background says, and has the counts say something of the same events. */
    private void takeBackground(BackgroundRows rows, int row, SourceWeights weights) {
        double frozen = rows.probability(row, weights.newToBackground());
        double share = rows.ofCounts(row, weights.newToCounts());
        blend(frozen, share, rows.trust());
        experts[columns.background] = frozen;
    }

    /** Of the orders. */
    private void blend(double frozen, double share, double trust) {
        for (int i = 0; i < columns.orders; i++) {
            double counts = experts[i] * share; // (8)
            experts[i] = counts + trust * (frozen - counts); // (9)
        }
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
     * @param frozen of the background; of no effect without one
     * @param rows of other events in the same place
     * @param source that has {@linkplain SourceMemory#lookAtOthers looked at} them
     */
    void takeCeilings(double[] ngrams, double frozen, NgramProbabilities rows, SourceMemory source) {
        System.arraycopy(ngrams, 0, experts, 0, columns.orders);
        if (columns.hasBackground) {
            blend(frozen, 1, rows.background().orElseThrow().trust());
            experts[columns.background] = frozen;
        }
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
        if (columns.hasBackground) {
            BackgroundRows background = rows.background().orElseThrow();
            double frozen = background.rarestOfCounts(row, source.weights().newToBackground());
            blend(frozen, 1, background.trust());
            experts[columns.background] = frozen;
        }
        takeNothingElse(rows, row, source, network, topProbability);
    }

    /** As {@link #takeRarest}, of the rarest word that only the background has. */
    void takeRarestOfBackground(
            NgramProbabilities rows, int row, SourceMemory source, boolean network, double topProbability) {
        System.arraycopy(rows.probability(), row * columns.orders, experts, 0, columns.orders);
        BackgroundRows background = rows.background().orElseThrow();
        double frozen = background.rarest(row);
        blend(frozen, background.withoutCounts(source.weights().newToCounts()), background.trust());
        experts[columns.background] = frozen;
        takeNothingElse(rows, row, source, network, topProbability);
    }

    private void takeNothingElse(
            NgramProbabilities rows, int row, SourceMemory source, boolean network, double topProbability) {
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

    /** What the top order says. */
    double topOrder() {
        return experts[columns.topOrder];
    }

    /** What the background says. */
    double background() {
        return experts[columns.background];
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
