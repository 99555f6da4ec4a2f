package dev.driftline.neural.online;

import dev.driftline.neural.snapshot.Snapshot;
import java.util.Locale;
import java.util.Optional;

/**
 * The result of a round. Immutable.
 *
 * @param outcome the decision
 * @param candidate the trained network; empty for a rollback
 * @param incumbent the active version at the start of the round; empty if there was none
 * @param parent the version that becomes active in a rollback, otherwise the incumbent's parent if known
 * @param comparison the basis of the decision: the candidate with the incumbent; in a rollback the active version with its
 *     parent, as candidate and incumbent
 * @param reason why, in words
 * @param freshTokens tokens of new text in each pass
 * @param replayedTokens tokens of older text in each pass
 * @param trainingBitsPerToken bits a token over the last pass, each before the step that learned it, with dropout; NaN if
 *     nothing was trained
 * @param trainedUpTo the position in the stream up to which the candidate was trained, exclusive
 * @param seconds duration of the round
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
        long trainedUpTo,
        double seconds) {

    /** The decision of a round. */
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

    /** The round on one line, for logs. */
    public String describe() {
        return String.format(
                Locale.ROOT,
                "%s %s%s: %s (trained on %d new and %d older tokens at %.3f bits, %.1f s)",
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
