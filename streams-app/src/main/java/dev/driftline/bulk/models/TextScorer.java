package dev.driftline.bulk.models;

import java.io.IOException;
import java.util.List;

/** Says what texts cost under a model. One thread at a time. */
public interface TextScorer {

    /**
     * Scores a text.
     *
     * @param source where it is from
     * @param sentences with at least one word among them
     * @param eachToken whether to say what each token cost
     * @throws IllegalArgumentException if the model does not take this text, with the reason; it may take others
     * @throws IOException if the model cannot be asked any more
     */
    TextCost cost(String source, List<List<String>> sentences, boolean eachToken) throws IOException;
}
