package dev.driftline.generation;

import dev.driftline.ngram.NextWordDistribution.Words;
import java.util.List;

/** What text is generated from: what may come next, and how that changes word by word. Not thread-safe. */
public interface TextModel {

    /** What has come so far, as the model that made it remembers it. Immutable. */
    interface State {}

    /** The beginning of a document. */
    State start();

    /** One word on; {@code </s>} ends a sentence, and what follows it begins the next. */
    State advance(State state, String word);

    /**
     * What may come next, {@code </s>} included and {@code <unk>} not. The sum is at most 1; the arrays are not to be
     * changed and hold until the next call.
     */
    Words next(State state);

    /** Several words on. */
    default State advance(State state, List<String> words) {
        State at = state;
        for (String word : words) {
            at = advance(at, word);
        }
        return at;
    }
}
