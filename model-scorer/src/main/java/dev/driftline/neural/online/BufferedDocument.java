package dev.driftline.neural.online;

import dev.driftline.scoring.DocumentTokens;
import java.util.Arrays;

/**
 * A document of a {@link ReplayBuffer}. Immutable.
 *
 * @param position its position in the stream: the offset in the training topic
 * @param document the document
 */
public record BufferedDocument(long position, DocumentTokens document) {

    /** Predicted tokens, {@code </s>} included. */
    public int tokens() {
        return document.tokens().length;
    }

    /** The tokens {@code from} (inclusive) to {@code to} (exclusive), at the same position. */
    BufferedDocument part(int from, int to) {
        return new BufferedDocument(
                position, new DocumentTokens(document.words(), Arrays.copyOfRange(document.tokens(), from, to)));
    }
}
