package dev.driftline.mixture;

import dev.driftline.neural.Network;
import dev.driftline.neural.NetworkScore;
import dev.driftline.neural.NeuralVocabulary;
import dev.driftline.scoring.DocumentTokens;
import dev.driftline.scoring.NgramProbabilities;
import dev.driftline.scoring.Vocabulary;
import java.util.BitSet;

/**
 * Which words of a network the n-gram model is known to know, as far as the documents that were scored with it tell: what
 * {@link NeuralExpert#foreign()} asks for where a snapshot may come from anywhere.
 *
 * <p>With a fixed vocabulary that is a matter of comparing two lists. With a growing one a word is known for good once a
 * document had it as a known word; until then it is counted as foreign, even if it is not. Not thread-safe.
 */
public final class KnownRows {

    private final Vocabulary vocabulary;
    private Network network;
    private BitSet known = new BitSet();
    private int foreign;

    /** @param vocabulary that of the n-gram model */
    public KnownRows(Vocabulary vocabulary) {
        this.vocabulary = vocabulary;
    }

    /** The expert for a document that was scored, its own words counted as known where {@code ngrams} know them. */
    public NeuralExpert expert(
            Network scoredWith, NetworkScore score, DocumentTokens document, NgramProbabilities ngrams) {
        turnTo(scoredWith);
        if (foreign > 0 && !(vocabulary instanceof Vocabulary.Fixed)) {
            NeuralVocabulary words = network.vocabulary();
            int[] tokens = document.tokens();
            for (int i = 0; i < tokens.length; i++) {
                if (tokens[i] != DocumentTokens.EOS && !ngrams.unknown()[i]) {
                    know(words.index(document.words()[tokens[i]]));
                }
            }
        }
        return new NeuralExpert(network, score, foreign);
    }

    private void know(int row) {
        if (row > NeuralVocabulary.EOS && !known.get(row)) {
            known.set(row);
            foreign--;
        }
    }

    private void turnTo(Network next) {
        if (next == network) {
            return;
        }
        NeuralVocabulary before = network == null ? null : network.vocabulary();
        BitSet knownBefore = known;
        known = new BitSet();
        network = next;
        NeuralVocabulary words = next.vocabulary();
        foreign = words.size() - 2;
        for (int row = NeuralVocabulary.EOS + 1; row < words.size(); row++) {
            if (vocabulary instanceof Vocabulary.Fixed fixed
                    ? fixed.words().contains(words.word(row))
                    : before != null && knownBefore.get(before.index(words.word(row)))) {
                know(row);
            }
        }
    }
}
