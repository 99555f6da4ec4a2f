package dev.driftline.network.scoring;

import dev.driftline.scoring.DocumentTokens;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A document under way through {@link NeuralScoring}, which guards all that changes here but the outcome. */
final class NeuralJob {

    final DocumentTokens document;
    boolean cancelled;
    private volatile @Nullable NeuralOutcome outcome;

    NeuralJob(DocumentTokens document) {
        this.document = document;
    }

    /** A job that was over before it began. */
    static NeuralJob done(DocumentTokens document, NeuralOutcome outcome) {
        NeuralJob job = new NeuralJob(document);
        job.finish(outcome);
        return job;
    }

    /** What it weighs in a queue: its tokens, at least one. */
    int weight() {
        return Math.max(1, document.tokens().length);
    }

    /** What became of it; empty while it is under way. */
    Optional<NeuralOutcome> outcome() {
        return Optional.ofNullable(outcome);
    }

    void finish(NeuralOutcome finished) {
        outcome = finished;
    }
}
