package dev.driftline.generation;

import dev.driftline.ngram.NextWordDistribution;
import dev.driftline.ngram.NextWordDistribution.Words;
import dev.driftline.scoring.DocumentTokens;
import java.util.ArrayList;
import java.util.List;

/** Text from n-gram counts, which know nothing of the sentences before. */
public final class NgramText implements TextModel {

    private record Sentence(List<String> words) implements State {}

    private final NextWordDistribution distribution;

    /** Text from {@code distribution}, which is asked again for each word. */
    public NgramText(NextWordDistribution distribution) {
        this.distribution = distribution;
    }

    @Override
    public State start() {
        return new Sentence(List.of());
    }

    @Override
    public State advance(State state, String word) {
        if (word.equals(DocumentTokens.EOS_WORD)) {
            return start();
        }
        List<String> words = new ArrayList<>(((Sentence) state).words);
        words.add(word);
        return new Sentence(words);
    }

    @Override
    public Words next(State state) {
        return distribution.after(((Sentence) state).words);
    }
}
