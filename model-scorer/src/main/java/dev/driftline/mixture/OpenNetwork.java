package dev.driftline.mixture;

import dev.driftline.neural.NeuralVocabulary;
import dev.driftline.neural.events.NeuralEvents;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * What a network says of the word after a document's last sentence, taken as still open.
 *
 * @param model the name of the network
 * @param events of the same document
 * @param open {@link dev.driftline.neural.NetworkScore#open()}
 * @param sureness the largest of {@code open}
 */
record OpenNetwork(String model, NeuralEvents events, float[] open, double sureness) {

    static OpenNetwork of(String model, NeuralEvents events, float[] open) {
        float largest = 0;
        for (float probability : open) {
            largest = Math.max(largest, probability);
        }
        return new OpenNetwork(model, events, open, largest);
    }

    /**
     * The probability of a word.
     *
     * @param unknown whether it is the n-gram model's {@code <unk>}
     * @param newWordShare ρ of {@link NeuralEvents}
     */
    double probability(String word, boolean unknown, double newWordShare) {
        return events.next(open, word, unknown, newWordShare);
    }

    /** The network's own best words, which need not be candidates of the n-gram model; in no order. */
    List<PredictedWord> best(int count, double newWordShare) {
        NeuralVocabulary vocabulary = events.vocabulary();
        PriorityQueue<PredictedWord> best = new PriorityQueue<>(Comparator.comparingDouble(PredictedWord::probability));
        for (int row = 0; row < open.length; row++) {
            if (best.size() < count || open[row] > best.element().probability()) {
                String word = vocabulary.word(row);
                boolean isUnknown = row == NeuralVocabulary.UNKNOWN;
                best.add(new PredictedWord(word, isUnknown ? probability(word, true, newWordShare) : open[row]));
                if (best.size() > count) {
                    best.remove();
                }
            }
        }
        return new ArrayList<>(best);
    }
}
