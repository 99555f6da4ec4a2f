package dev.driftline.mixture;

/**
 * Names for the columns of the two rows that a {@link TokenMixer} computes for each event: the experts, which (1) and (3)
 * weigh, and the components, which (5) weighs.
 *
 * <pre>
 * experts:     order 1 … order N | unigram cache | bigram cache | network
 * components:  (1) | order 1 … order N | unigram cache + top order | bigram cache + top order | network | (3)
 * </pre>
 *
 * <p>The last expert and the last two components exist only where the settings name a network.
 */
final class MixtureColumns {

    /** The component that mixes by bucket, formula (1). */
    static final int BY_BUCKET = 0;

    /** The component of n-gram order 1; the others follow. */
    static final int FIRST_ORDER = 1;

    /** The number of n-gram orders, N; their experts are the columns from 0. */
    final int orders;

    /** The expert that is the highest n-gram order. */
    final int topOrder;

    /** The experts that are the caches alone. */
    final int unigramCache;

    final int bigramCache;

    /** The expert that is the network; {@link #experts} where there is none. */
    final int network;

    final int experts;

    /** The components that join a cache to the top order. */
    final int unigramModel;

    final int bigramModel;

    /** The component that is the network. */
    final int networkModel;

    /** The component that mixes by circumstances, formula (3). */
    final int byCircumstances;

    final int components;

    final boolean hasNetwork;

    MixtureColumns(MixtureSettings settings) {
        orders = settings.order();
        hasNetwork = settings.hasNeural();
        topOrder = orders - 1;
        unigramCache = orders;
        bigramCache = orders + 1;
        network = orders + 2;
        experts = hasNetwork ? orders + 3 : orders + 2;
        unigramModel = FIRST_ORDER + unigramCache;
        bigramModel = FIRST_ORDER + bigramCache;
        networkModel = FIRST_ORDER + network;
        byCircumstances = networkModel + 1;
        components = hasNetwork ? byCircumstances + 1 : networkModel;
    }

    /** The component of a model that a {@link DocumentScore} lists before the mixture. */
    static int componentOf(int model) {
        return FIRST_ORDER + model;
    }
}
