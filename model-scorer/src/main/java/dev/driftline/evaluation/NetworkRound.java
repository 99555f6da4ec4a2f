package dev.driftline.evaluation;

import dev.driftline.neural.online.PairedComparison;
import dev.driftline.neural.online.Round;
import dev.driftline.neural.snapshot.Snapshot;
import java.util.Optional;

/**
 * What is kept of a {@link Round}: all but the candidate's weights, which would fill the memory in a long evaluation.
 *
 * @param outcome what was done
 * @param version the candidate's; empty for a rollback
 * @param incumbent the version that the round began with; empty where there was none
 * @param comparison what the decision rests on
 * @param reason why, in words
 * @param freshTokens tokens of new text in training, counted in each pass
 * @param replayedTokens tokens of older text beside it, counted in each pass
 * @param trainingBitsPerToken see {@link Round#trainingBitsPerToken()}
 * @param seconds what the round took
 * @param description the round in a line
 */
public record NetworkRound(
        Round.Outcome outcome,
        Optional<String> version,
        Optional<String> incumbent,
        PairedComparison comparison,
        String reason,
        long freshTokens,
        long replayedTokens,
        double trainingBitsPerToken,
        double seconds,
        String description) {

    static NetworkRound of(Round round) {
        return new NetworkRound(
                round.outcome(),
                round.candidate().map(Snapshot::version),
                round.incumbent(),
                round.comparison(),
                round.reason(),
                round.freshTokens(),
                round.replayedTokens(),
                round.trainingBitsPerToken(),
                round.seconds(),
                round.describe());
    }
}
