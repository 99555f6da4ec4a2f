package dev.driftline.mixture;

/**
 * Names for the columns of the two rows that a {@link TokenMixer} computes for each event: the experts, which (1) and (3)
 * weigh, and the components, which (5) weighs.
 *
 * <pre>
 * experts:     order 1 … order N | unigram cache | bigram cache | background | network
 * components:  (1) | order 1 … order N | unigram cache + top order | bigram cache + top order | background | network | (3)
 * </pre>
 *
 * <p>The background is there only where the settings have one, the last expert and the last two components only where they name
 * a network.
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

    /** The expert that is the background; that of the network, or {@link #experts}, where there is none. */
    final int background;

    /** The expert that is the network; {@link #experts} where there is none. */
    final int network;

    final int experts;

    /** The components that join a cache to the top order. */
    final int unigramModel;

    final int bigramModel;

    /** The component that is the background. */
    final int backgroundModel;

    /** The component that is the network. */
    final int networkModel;

    /** The component that mixes by circumstances, formula (3). */
    final int byCircumstances;

    final int components;

    final boolean hasBackground;

    final boolean hasNetwork;

    MixtureColumns(MixtureSettings settings) {
        orders = settings.order();
        hasNetwork = settings.hasNeural();
        topOrder = orders - 1;
        unigramCache = orders;
        bigramCache = orders + 1;
        hasBackground = settings.background();
        background = orders + 2;
        network = hasBackground ? background + 1 : background;
        experts = hasNetwork ? network + 1 : network;
        unigramModel = FIRST_ORDER + unigramCache;
        bigramModel = FIRST_ORDER + bigramCache;
        backgroundModel = FIRST_ORDER + background;
        networkModel = FIRST_ORDER + network;
        byCircumstances = networkModel + 1;
        components = hasNetwork ? byCircumstances + 1 : networkModel;
    }

    /**
     * The expert of {@code other} that an expert here is; −1 where the other has none.
     *
     * @param other columns of as many orders
     */
    int expertOf(int expert, MixtureColumns other) {
        if (hasNetwork && expert == network) {
            return other.hasNetwork ? other.network : -1;
        }
        if (hasBackground && expert == background) {
            return other.hasBackground ? other.background : -1;
        }
        return expert;
    }

    /** The same of a component. */
    int componentOf(int component, MixtureColumns other) {
        if (component == BY_BUCKET) {
            return BY_BUCKET;
        }
        if (hasNetwork && component == byCircumstances) {
            return other.hasNetwork ? other.byCircumstances : -1;
        }
        int expert = expertOf(component - FIRST_ORDER, other);
        return expert < 0 ? -1 : FIRST_ORDER + expert;
    }

    /** The component of a model that a {@link DocumentScore} lists before the mixture. */
    static int componentOf(int model) {
        return FIRST_ORDER + model;
    }
}
