package dev.driftline.neural.online;

import dev.driftline.scoring.DocumentTokens;

/**
 * A document of a {@link ReplayBuffer}. Immutable.
 *
 * @param position where it stands in the stream: its offset in the training topic
 * @param document the document
 */
public record BufferedDocument(long position, DocumentTokens document) {

    /** Predicted tokens, {@code </s>} included. */
    public int tokens() {
        return document.tokens().length;
    }
}
