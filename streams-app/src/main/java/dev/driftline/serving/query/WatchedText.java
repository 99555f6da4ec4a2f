package dev.driftline.serving.query;

import dev.driftline.generation.TextModel;
import dev.driftline.ngram.NextWordDistribution.Words;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;

/** A model that stops in the middle of a text when nobody waits for it any more. Not thread-safe. */
public final class WatchedText implements TextModel {

    private final TextModel model;
    private final BooleanSupplier wanted;

    /** @param wanted asked before each word */
    public WatchedText(TextModel model, BooleanSupplier wanted) {
        this.model = model;
        this.wanted = wanted;
    }

    @Override
    public State start() {
        return model.start();
    }

    @Override
    public State advance(State state, String word) {
        return model.advance(state, word);
    }

    /**
     * @throws CancellationException if the text is not wanted any more
     * @throws NothingLearnedException if there is no word to write
     */
    @Override
    public Words next(State state) {
        if (Thread.currentThread().isInterrupted() || !wanted.getAsBoolean()) {
            throw new CancellationException("nobody waits for this text any more");
        }
        Words words = model.next(state);
        if (words.words().length == 0) {
            throw new NothingLearnedException();
        }
        return words;
    }
}
