package dev.driftline.serving.query;

/** The model is asked for text before it has learned a word. */
public final class NothingLearnedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    NothingLearnedException() {
        super("the model has not learned a word yet: there is nothing to write with");
    }
}
