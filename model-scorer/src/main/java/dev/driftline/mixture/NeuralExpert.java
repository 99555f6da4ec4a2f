package dev.driftline.mixture;

import dev.driftline.neural.Network;
import dev.driftline.neural.NetworkScore;

/**
 * What a network says of one document, as an expert of the mixture; {@link NeuralEvents} says how its words become events
 * of the n-gram model.
 *
 * @param network the network that made the score
 * @param score its score of the document's tokens; with {@link NetworkScore#open()} where next words are wanted
 * @param foreign how many of the network's words the n-gram model may not know; 0 where it knows them all, as with a network
 *     that was taught with documents which the n-gram model has learned, or with the words of one fixed vocabulary
 */
public record NeuralExpert(Network network, NetworkScore score, int foreign) {

    public NeuralExpert {
        if (foreign < 0) {
            throw new IllegalArgumentException(foreign + " foreign words");
        }
    }

    /** A network of which the n-gram model knows every word. */
    public NeuralExpert(Network network, NetworkScore score) {
        this(network, score, 0);
    }
}
