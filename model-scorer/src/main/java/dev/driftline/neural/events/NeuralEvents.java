package dev.driftline.neural.events;

import dev.driftline.neural.NetworkScore;
import dev.driftline.neural.NeuralVocabulary;
import dev.driftline.scoring.DocumentTokens;
import dev.driftline.scoring.NgramProbabilities;
import java.util.BitSet;
import java.util.List;

/**
 * The probabilities of a network as those of the n-gram model's events: its known types, {@code </s>} and {@code <unk>}.
 *
 * <p>A type with a row has its row's probability. What the network gives {@code <unk>} is shared out over the events that
 * have none: a share ρ is the n-gram model's own {@code <unk>}, the rest is divided evenly among the known types without a
 * row, of which there are K. ρ is the source's running estimate of how often such an event is a new word, formula (6) of
 * {@code dev.driftline.mixture}; where K is 0 it is 1. So the events sum to Σ rows + p({@code <unk>})·(ρ + (1 − ρ)) = 1.
 *
 * <p>Rows of words that the n-gram model may not know ({@linkplain NeuralExpert#foreign() foreign} ones) do not count as rows
 * here: in the score, what the network gives them is part of what it gives {@code <unk>}, and is shared out with it.
 *
 * <p>One instance serves all documents in turn. Not thread-safe.
 */
public final class NeuralEvents {

    /** Of no document: before the first {@link #begin}. */
    private NetworkScore score = new NetworkScore(new float[0], new float[0], null, null);

    private NeuralVocabulary vocabulary =
            new NeuralVocabulary(List.of(DocumentTokens.UNKNOWN_WORD, DocumentTokens.EOS_WORD));
    private BitSet foreign = new BitSet();
    private int[] row = new int[1024];
    private double outside;

    /**
     * Turns to a document.
     *
     * @param ngrams say how many types are known
     */
    public void begin(DocumentTokens document, NgramProbabilities ngrams, NeuralExpert expert) {
        score = expert.score();
        int tokens = document.tokens().length;
        if (score.logProbabilities().length != tokens || score.topProbabilities().length != tokens) {
            throw new IllegalArgumentException(
                    "a network's score of " + score.logProbabilities().length + " tokens, expected one of " + tokens);
        }
        vocabulary = expert.network().vocabulary();
        foreign = expert.foreign();
        String[] words = document.words();
        if (words.length > row.length) {
            row = new int[Math.max(words.length, 2 * row.length)];
        }
        row[DocumentTokens.BOS] = NeuralVocabulary.EOS;
        row[DocumentTokens.EOS] = NeuralVocabulary.EOS;
        for (int i = 2; i < words.length; i++) {
            row[i] = row(words[i]);
        }
        // K: the known types that have no row.
        int rows = vocabulary.size() - 2 - foreign.cardinality();
        outside = Math.max(0, ngrams.types() - rows);
    }

    private int row(String word) {
        int index = vocabulary.index(word);
        return foreign.get(index) ? NeuralVocabulary.UNKNOWN : index;
    }

    /** Whether the network has a row for a word of the document. */
    public boolean hasRow(int word) {
        return row[word] != NeuralVocabulary.UNKNOWN;
    }

    /** The probability of the most probable token at a position. */
    public double sureness(int position) {
        return score.topProbabilities()[position];
    }

    /**
     * The probability of the event at a position.
     *
     * @param word the word of the document that came
     * @param unknown whether the n-gram model does not know it
     * @param newWordShare ρ
     */
    public double probability(int position, int word, boolean unknown, double newWordShare) {
        return event(Math.exp(score.logProbabilities()[position]), hasRow(word), unknown, newWordShare);
    }

    /**
     * The probability of a word as the next one.
     *
     * @param open {@link NetworkScore#open()}
     */
    public double next(float[] open, String word, boolean unknown, double newWordShare) {
        int index = row(word);
        return event(open[index], index != NeuralVocabulary.UNKNOWN, unknown, newWordShare);
    }

    /**
     * The probability of each known word that has no row, as the next one; 0 where there is none.
     *
     * @param open {@link NetworkScore#open()}
     */
    public double withoutRow(float[] open, double newWordShare) {
        return outside == 0 ? 0 : event(open[NeuralVocabulary.UNKNOWN], false, false, newWordShare);
    }

    /** The vocabulary of the network. */
    public NeuralVocabulary vocabulary() {
        return vocabulary;
    }

    private double event(double p, boolean hasRow, boolean unknown, double newWordShare) {
        if (hasRow) {
            return p;
        }
        if (outside == 0) {
            return unknown ? p : 0;
        }
        return unknown ? p * newWordShare : p * (1 - newWordShare) / outside; // (6)
    }
}
