package dev.driftline.mixture;

import dev.driftline.neural.NeuralVocabulary;
import dev.driftline.neural.events.NeuralEvents;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.Predicate;

/**
 * What a network says of the word after a document's last sentence, taken as still open.
 *
 * @param model the name of the network
 * @param events of the same document
 * @param open {@link dev.driftline.neural.NetworkScore#open()}
 * @param sureness the network's probability of the most probable token in this place, as a score takes it
 */
record OpenNetwork(String model, NeuralEvents events, float[] open, double sureness) {

    /**
     * The probability of a word.
     *
     * @param unknown whether it is the n-gram model's {@code <unk>}
     * @param newWordShare ρ of {@link NeuralEvents}
     */
    double probability(String word, boolean unknown, double newWordShare) {
        return events.next(open, word, unknown, newWordShare);
    }

    /** The probability of a word's own row; 0 where it has none. */
    double ofRow(String word) {
        int row = events.vocabulary().index(word);
        return row == NeuralVocabulary.UNKNOWN ? 0 : open[row];
    }

    /** The probability of the row of all words that have none. */
    double ofUnknownRow() {
        return open[NeuralVocabulary.UNKNOWN];
    }

    /** The probability of a known word without a row of its own. */
    double withoutRow(double newWordShare) {
        return events.withoutRow(open, newWordShare);
    }

    /** The words of the network's best rows that {@code listed} does not have, at most {@code count}, in no order. */
    Best best(int count, Predicate<String> listed) {
        NeuralVocabulary vocabulary = events.vocabulary();
        PriorityQueue<Integer> best = new PriorityQueue<>(Comparator.comparingDouble(row -> open[row]));
        double highest = 0;
        for (int row = NeuralVocabulary.EOS; row < open.length; row++) {
            if (open[row] > 0
                    && (best.size() < count || open[row] > open[best.element()])
                    && !listed.test(vocabulary.word(row))) {
                highest = Math.max(highest, open[row]);
                best.add(row);
                if (best.size() > count) {
                    best.remove();
                }
            }
        }
        return new Best(best.stream().map(vocabulary::word).toList(), highest);
    }

    /**
     * Words of which the network was not asked.
     *
     * @param highest the probability of the best of them
     */
    record Best(List<String> words, double highest) {}
}
