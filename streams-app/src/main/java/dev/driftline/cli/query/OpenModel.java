package dev.driftline.cli.query;

import dev.driftline.serving.query.ModelQueries;

/**
 * A model that a command asks.
 *
 * @param queries asked on the command's thread
 * @param texts how its text is cut into tokens
 * @param closing lets go of what was opened for it
 */
record OpenModel(ModelQueries queries, ModelTexts texts, Runnable closing) implements AutoCloseable {

    @Override
    public void close() {
        closing.run();
    }
}
