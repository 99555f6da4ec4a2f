package dev.driftline.neural.online;

import dev.driftline.neural.NeuralVocabulary;
import dev.driftline.scoring.DocumentTokens;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Chooses the words that a network has rows for as language changes: words that have become frequent take over the rows of
 * words that are no longer used, and get new rows while there is room.
 *
 * <p>Frequencies are those in the replay buffer, where the newest text weighs more than the sample of older text. Rows do
 * not move, and neither do the bands of an adaptive softmax: a word inherits the band of the row that it takes over.
 * Immutable.
 *
 * @param cap most rows, {@code <unk>} and {@code </s>} included
 * @param least least count of a word in the buffer to get a row; above 1, some words of the text stay unknown, so that
 *     {@code <unk>} is learned, too
 * @param factor least ratio of a word's frequency to that of the word it replaces; above 1, so that two words do not alternate
 */
public record VocabularyTurnover(int cap, int least, double factor) {

    /** @throws IllegalArgumentException if a value is out of its range */
    public VocabularyTurnover {
        if (cap < 2 || least < 1 || !(factor > 1)) {
            throw new IllegalArgumentException("a cap of " + cap + " rows, words seen " + least + " times, a factor of "
                    + factor + ": expected at least 2, at least 1, and more than 1");
        }
    }

    /** The vocabulary of a first network: the most frequent words, the most frequent first. */
    public NeuralVocabulary first(Map<String, Integer> counts) {
        List<String> words = new ArrayList<>();
        words.add(DocumentTokens.UNKNOWN_WORD);
        words.add(DocumentTokens.EOS_WORD);
        for (Map.Entry<String, Integer> entry : byFrequency(counts, Set.of())) {
            if (words.size() >= cap) {
                break;
            }
            words.add(entry.getKey());
        }
        return new NeuralVocabulary(words);
    }

    /** A vocabulary that never changes: the first words of a list, in its order, reserved words left out. */
    public static NeuralVocabulary fixed(List<String> list, int cap) {
        List<String> words = new ArrayList<>();
        words.add(DocumentTokens.UNKNOWN_WORD);
        words.add(DocumentTokens.EOS_WORD);
        for (String word : list) {
            if (words.size() >= cap) {
                break;
            }
            if (!DocumentTokens.isReserved(word)) {
                words.add(word);
            }
        }
        return new NeuralVocabulary(words);
    }

    /**
     * The vocabulary of the next network: {@code now} with some rows handed over and some added at the end.
     *
     * @return {@code now} itself if nothing changes
     */
    public NeuralVocabulary next(NeuralVocabulary now, Map<String, Integer> counts) {
        List<Map.Entry<String, Integer>> newcomers = byFrequency(counts, new HashSet<>(now.words()));
        if (newcomers.isEmpty()) {
            return now;
        }
        List<String> words = new ArrayList<>(now.words());
        // The least frequent first; among equals the last row first, which is the deepest in the tails.
        List<Integer> weakest = new ArrayList<>();
        for (int row = NeuralVocabulary.EOS + 1; row < words.size(); row++) {
            weakest.add(row);
        }
        weakest.sort(Comparator.<Integer>comparingInt(row -> counts.getOrDefault(now.word(row), 0))
                .thenComparing(Comparator.reverseOrder()));
        int taken = 0;
        for (Map.Entry<String, Integer> newcomer : newcomers) {
            if (words.size() < cap) {
                words.add(newcomer.getKey());
                continue;
            }
            if (taken == weakest.size()) {
                break;
            }
            int row = weakest.get(taken);
            if (newcomer.getValue() < factor * counts.getOrDefault(now.word(row), 0)) {
                break;
            }
            words.set(row, newcomer.getKey());
            taken++;
        }
        return words.equals(now.words()) ? now : new NeuralVocabulary(words);
    }

    private List<Map.Entry<String, Integer>> byFrequency(Map<String, Integer> counts, Set<String> without) {
        return counts.entrySet().stream()
                .filter(entry -> entry.getValue() >= least)
                .filter(entry -> !DocumentTokens.isReserved(entry.getKey()) && !without.contains(entry.getKey()))
                .sorted(Map.Entry.<String, Integer>comparingByValue()
                        .reversed()
                        .thenComparing(Map.Entry.comparingByKey()))
                .toList();
    }
}
