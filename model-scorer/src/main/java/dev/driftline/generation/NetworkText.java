package dev.driftline.generation;

import dev.driftline.neural.NetworkReader;
import dev.driftline.neural.NetworkState;
import dev.driftline.neural.NeuralVocabulary;
import dev.driftline.ngram.NextWordDistribution.Words;
import java.util.BitSet;
import java.util.List;

/** Text from a network, which remembers the document so far. Words without a row are read as {@code <unk>}. */
public final class NetworkText implements TextModel {

    private record Read(NetworkState network) implements State {}

    private final NetworkReader reader;
    private final BitSet foreign;
    private final NeuralVocabulary vocabulary;
    private final String[] words;
    private final float[] all;

    /** Text from the network of {@code reader}, all of whose words may be written. */
    public NetworkText(NetworkReader reader) {
        this(reader, new BitSet());
    }

    /** @param foreign rows that are part of {@code <unk>}: their words are never written; not to be changed */
    public NetworkText(NetworkReader reader, BitSet foreign) {
        this.reader = reader;
        this.foreign = foreign;
        vocabulary = reader.network().vocabulary();
        List<String> known = vocabulary.words().subList(NeuralVocabulary.EOS, vocabulary.size());
        words = known.toArray(String[]::new);
        all = new float[vocabulary.size()];
    }

    @Override
    public State start() {
        return new Read(reader.start());
    }

    @Override
    public State advance(State state, String word) {
        return new Read(reader.advance(((Read) state).network, vocabulary.index(word)));
    }

    @Override
    public Words next(State state) {
        reader.next(((Read) state).network, all);
        NetworkReader.fold(foreign, all);
        double[] probabilities = new double[words.length];
        for (int i = 0; i < probabilities.length; i++) {
            probabilities[i] = all[i + NeuralVocabulary.EOS];
        }
        return new Words(words, probabilities);
    }
}
