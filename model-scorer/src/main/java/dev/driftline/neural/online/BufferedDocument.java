package dev.driftline.neural.online;

import dev.driftline.neural.snapshot.SeenText;
import dev.driftline.scoring.DocumentTokens;
import java.util.Arrays;
import java.util.Optional;

/**
 * A document of a {@link ReplayBuffer}. Immutable.
 *
 * @param position its position in the stream: the offset in the training topic
 * @param document the document
 * @param place where it was read from; empty where that is not known
 */
public record BufferedDocument(long position, DocumentTokens document, Optional<SeenText.Place> place) {

    /** A document that came from nowhere known. */
    public BufferedDocument(long position, DocumentTokens document) {
        this(position, document, Optional.empty());
    }

    /** Predicted tokens, {@code </s>} included. */
    public int tokens() {
        return document.tokens().length;
    }

    /** The tokens {@code from} (inclusive) to {@code to} (exclusive), at the same position. */
    BufferedDocument part(int from, int to) {
        return new BufferedDocument(
                position, new DocumentTokens(document.words(), Arrays.copyOfRange(document.tokens(), from, to)), place);
    }
}
