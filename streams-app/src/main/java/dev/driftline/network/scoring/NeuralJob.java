package dev.driftline.network.scoring;

import dev.driftline.scoring.DocumentTokens;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A document under way through {@link NeuralScoring}, which guards all that changes here but the outcome. Once there is an
 * outcome the document is let go: the pending documents have it.
 */
final class NeuralJob {

    /** Heap of a job beside its document and its score: this object, and its places in a queue and a map. */
    private static final long OVERHEAD_BYTES = 256;

    private final int weight;
    private final long documentBytes;

    /** Bytes of it that are in the budget. */
    long heldBytes;

    boolean cancelled;
    private volatile @Nullable DocumentTokens document;
    private volatile @Nullable NeuralOutcome outcome;

    NeuralJob(DocumentTokens document) {
        this.document = document;
        weight = Math.max(1, document.tokens().length);
        documentBytes = document.heapBytes();
    }

    /** What it weighs in a queue: its tokens, at least one. */
    int weight() {
        return weight;
    }

    /** Heap that it takes, in bytes, about. */
    long bytes() {
        NeuralOutcome finished = outcome;
        return OVERHEAD_BYTES + (finished == null ? documentBytes : finished.bytes());
    }

    /** What is to be scored; only while there is no outcome. */
    DocumentTokens document() {
        return Objects.requireNonNull(document, "a finished job has let its document go");
    }

    /** What became of it; empty while it is under way. */
    Optional<NeuralOutcome> outcome() {
        return Optional.ofNullable(outcome);
    }

    void finish(NeuralOutcome finished) {
        outcome = finished;
        document = null;
    }
}
