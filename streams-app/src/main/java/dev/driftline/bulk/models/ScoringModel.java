package dev.driftline.bulk.models;

import dev.driftline.text.Tokenizer;

/** A model that rows are scored by, which makes what scores on each thread. For one thread itself. */
public interface ScoringModel extends AutoCloseable {

    /** What asks it from one more thread; at most as many as were announced when the model was opened. */
    TextScorer scorer();

    /** Splits raw text as the model's text was; another one for each thread, since tokenizers are not thread-safe. */
    Tokenizer tokenizer();

    /**
     * What tells this model from another, as far as that can be known cheaply: a run that was interrupted goes on only with the
     * same.
     */
    String identity();

    /** Whether it learns each text after scoring it, so that texts must come one by one in their order, from the first on. */
    default boolean learns() {
        return false;
    }

    @Override
    void close();
}
