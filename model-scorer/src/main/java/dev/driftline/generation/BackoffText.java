package dev.driftline.generation;

import dev.driftline.backoff.BackoffModel;
import dev.driftline.ngram.NextWordDistribution.Words;
import dev.driftline.scoring.DocumentTokens;

/** Text from a frozen backoff model, which knows nothing of the sentences before. Lists every word at each step. */
public final class BackoffText implements TextModel {

    private record At(int state) implements State {}

    private final BackoffModel model;
    private final String[] words;
    private final int from;
    private final double[] unigrams;
    private final double[] all;

    /** Text from {@code model}. */
    public BackoffText(BackoffModel model) {
        this.model = model;
        // <unk> and <s> are not written, nor is an end that the file does not have.
        from = model.hasEnd() ? BackoffModel.EOS : BackoffModel.EOS + 1;
        words = new String[model.words() - from];
        for (int i = 0; i < words.length; i++) {
            words[i] = model.word(from + i);
        }
        unigrams = new double[model.words()];
        model.distribution(model.empty(), new double[0], unigrams);
        all = new double[unigrams.length];
    }

    @Override
    public State start() {
        return new At(model.start());
    }

    @Override
    public State advance(State state, String word) {
        return word.equals(DocumentTokens.EOS_WORD)
                ? start()
                : new At(model.advance(((At) state).state, model.index(word)));
    }

    @Override
    public Words next(State state) {
        model.distribution(((At) state).state, unigrams, all);
        double[] probabilities = new double[words.length];
        System.arraycopy(all, from, probabilities, 0, probabilities.length);
        return new Words(words, probabilities);
    }
}
