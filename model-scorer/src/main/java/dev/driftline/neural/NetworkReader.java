package dev.driftline.neural;

import java.util.List;

/**
 * Reads documents with a network: what one thread needs beside the shared {@link Network}. Allocates nothing in its loops.
 * Not thread-safe.
 *
 * <p>A document begins from the zero state with {@link NeuralVocabulary#EOS} as its first input, and the state goes on
 * from sentence to sentence.
 */
public final class NetworkReader {

    private final Network network;

    NetworkReader(Network network) {
        this.network = network;
    }

    /** The network that is read with. */
    public Network network() {
        return network;
    }

    /**
     * Scores documents together: one step of all of them at a time.
     *
     * @param documents token indexes, as {@link NeuralVocabulary#encode} makes them
     * @return what the network says of each, in the same order
     */
    public List<NetworkScore> score(List<int[]> documents) {
        throw new UnsupportedOperationException();
    }

    /** The state at the beginning of a document, the first {@code </s>} read. */
    public NetworkState start() {
        throw new UnsupportedOperationException();
    }

    /** The state after one more token; {@code state} stays as it is. */
    public NetworkState advance(NetworkState state, int token) {
        throw new UnsupportedOperationException();
    }

    /** Writes the probability of every next token into {@code probabilities}, [vocabulary size]; they sum to 1. */
    public void next(NetworkState state, float[] probabilities) {
        throw new UnsupportedOperationException();
    }

    /** A vector [hidden size] for a document: what the top layer's states after each token come to. */
    public float[] encode(int[] document, Pooling pooling) {
        throw new UnsupportedOperationException();
    }
}
