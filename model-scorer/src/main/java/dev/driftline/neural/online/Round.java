package dev.driftline.neural.online;

import dev.driftline.neural.snapshot.Snapshot;
import java.util.Locale;
import java.util.Optional;

/**
 * What a round came to. Immutable.
 *
 * @param outcome what is to be done
 * @param candidate what was taught; empty for a rollback
 * @param incumbent the active version that the round began with; empty where there was none
 * @param parent the version that takes over in a rollback, else the incumbent's parent as far as it was there; or empty
 * @param comparison what the decision rests on: the candidate with the incumbent; in a rollback the active version with its
 *     parent, as candidate and incumbent
 * @param reason why, in words
 * @param freshTokens tokens of new text taught, once each pass
 * @param replayedTokens tokens of older text taught beside it, once each pass
 * @param trainingBitsPerToken bits a token over the last pass, each before the step that learned it, with dropout; NaN
 *     where nothing was taught
 * @param taughtTo the position up to which the candidate knows the stream, exclusive
 * @param seconds what the round took
 */
public record Round(
        Outcome outcome,
        Optional<Snapshot> candidate,
        Optional<String> incumbent,
        Optional<String> parent,
        PairedComparison comparison,
        String reason,
        long freshTokens,
        long replayedTokens,
        double trainingBitsPerToken,
        long taughtTo,
        double seconds) {

    /** What is to be done. */
    public enum Outcome {
        /** The candidate is the first network and becomes active. */
        BOOTSTRAPPED,
        /** The candidate becomes active. */
        PROMOTED,
        /** The incumbent stays active. */
        REJECTED,
        /** The active version's parent becomes active again. */
        ROLLED_BACK
    }

    /** Whether the candidate becomes active. */
    public boolean isPromotion() {
        return outcome == Outcome.BOOTSTRAPPED || outcome == Outcome.PROMOTED;
    }

    /** The round in a line, for logs. */
    public String describe() {
        return String.format(
                Locale.ROOT,
                "%s %s%s: %s (taught %d new and %d older tokens at %.3f bits, %.1f s)",
                outcome.name().toLowerCase(Locale.ROOT).replace('_', ' '),
                candidate.map(Snapshot::version).or(() -> incumbent).orElse("-"),
                outcome == Outcome.ROLLED_BACK ? " to " + parent.orElse("-") : "",
                reason,
                freshTokens,
                replayedTokens,
                trainingBitsPerToken,
                seconds);
    }
}
