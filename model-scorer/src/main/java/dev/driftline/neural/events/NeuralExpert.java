package dev.driftline.neural.events;

import dev.driftline.neural.Network;
import dev.driftline.neural.NetworkReader;
import dev.driftline.neural.NetworkScore;
import java.util.BitSet;

/**
 * What a network says of one document, as an expert of the mixture; {@link NeuralEvents} says how its words become events
 * of the n-gram model.
 *
 * @param network the network that made the score
 * @param score its score of the document's tokens; with {@link NetworkScore#open()} where next words are wanted
 * @param foreign the rows of words that the n-gram model may not know, which are part of {@code <unk>} in the score, see
 *     {@link NetworkReader#score(java.util.List, boolean, dev.driftline.neural.Pooling, BitSet)}; empty where it knows them
 *     all, as with a network trained on documents that the n-gram model has learned. Not to be changed
 */
public record NeuralExpert(Network network, NetworkScore score, BitSet foreign) {

    private static final BitSet NONE = new BitSet();

    /** For a network whose words the n-gram model all knows. */
    public NeuralExpert(Network network, NetworkScore score) {
        this(network, score, NONE);
    }
}
