package dev.driftline.network.trainer;

import dev.driftline.neural.online.PairedComparison;
import dev.driftline.neural.online.Promotion;
import dev.driftline.neural.online.Round;
import dev.driftline.neural.snapshot.Snapshot;
import dev.driftline.neural.snapshot.SnapshotManifest;
import dev.driftline.schemas.Decision;
import dev.driftline.schemas.PromotionDecision;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The audit records of promotion decisions. */
public final class Decisions {

    private Decisions() {}

    /** The decision of a round. */
    public static PromotionDecision of(Round round, Promotion promotion, Instant at) {
        if (round.outcome() == Round.Outcome.ROLLED_BACK) {
            PairedComparison comparison = round.comparison();
            return PromotionDecision.newBuilder(taught(round, at))
                    .setCandidate(round.parent().orElseThrow())
                    .setParent(null)
                    .setDecision(Decision.ROLLED_BACK)
                    .setReason(round.reason())
                    // The version that comes back is the candidate of the record, and the incumbent of the comparison.
                    .setCandidateBitsPerToken(number(comparison.incumbentBitsPerToken()))
                    .setIncumbentBitsPerToken(number(comparison.candidateBitsPerToken()))
                    .setMeanDifference(number(-comparison.meanDifference()))
                    .setMargin(promotion.rollbackMargin())
                    .build();
        }
        Snapshot candidate = round.candidate().orElseThrow();
        PromotionDecision.Builder decision = PromotionDecision.newBuilder(taught(round, at))
                .setCandidate(candidate.version())
                .setParent(candidate.manifest().parent())
                .setReason(round.reason())
                .setDecision(
                        switch (round.outcome()) {
                            case BOOTSTRAPPED -> Decision.BOOTSTRAPPED;
                            case PROMOTED -> Decision.PROMOTED;
                            default -> Decision.REJECTED;
                        });
        if (round.comparison().tokens() > 0) {
            decision.setMargin(promotion.margin());
        }
        return decision.build();
    }

    /** A candidate that was dropped without a decision, since its incumbent is no longer active. */
    public static PromotionDecision dropped(
            Round round, Snapshot candidate, Optional<String> active, String reason, Instant at) {
        return PromotionDecision.newBuilder(taught(round, at))
                .setCandidate(candidate.version())
                .setIncumbent(active.orElse(null))
                .setParent(candidate.manifest().parent())
                .setDecision(Decision.REJECTED)
                .setReason(reason)
                .build();
    }

    /**
     * The active snapshot may have seen a document that was taken out, and serves no more.
     *
     * @param next what serves in its place; empty for no network
     */
    public static PromotionDecision retracted(String active, Optional<SnapshotManifest> next, Instant at) {
        return PromotionDecision.newBuilder()
                .setCandidate(next.map(SnapshotManifest::version).orElse(""))
                .setIncumbent(active)
                .setParent(next.map(SnapshotManifest::parent).orElse(null))
                .setDecision(Decision.RETRACTED)
                .setReason("the incumbent may have seen documents that were taken out: "
                        + next.map(manifest ->
                                        "its ancestor " + manifest.version() + ", which saw none of them, is active")
                                .orElse(
                                        "no ancestor is on the topic that saw none of them, and no network is active until"
                                                + " a fresh one is trained"))
                .setAt(at)
                .build();
    }

    private static PromotionDecision taught(Round round, Instant at) {
        PairedComparison comparison = round.comparison();
        PromotionDecision.Builder decision = PromotionDecision.newBuilder()
                .setCandidate("")
                .setDecision(Decision.UNKNOWN)
                .setReason("")
                .setIncumbent(round.incumbent().orElse(null))
                .setAt(at)
                .setFreshTokens(round.freshTokens())
                .setReplayedTokens(round.replayedTokens())
                .setTrainingBitsPerToken(number(round.trainingBitsPerToken()))
                .setTrainingOffset(round.trainedUpTo())
                .setSeconds(round.seconds());
        if (comparison.tokens() > 0) {
            decision.setDocuments(comparison.documents())
                    .setTokens(Math.round(comparison.tokens()))
                    .setCandidateBitsPerToken(number(comparison.candidateBitsPerToken()))
                    .setIncumbentBitsPerToken(number(comparison.incumbentBitsPerToken()))
                    .setMeanDifference(number(comparison.meanDifference()))
                    .setStandardError(number(comparison.standardError()));
        }
        return decision.build();
    }

    /** Null for infinities and NaN, which JSON and many readers cannot express. */
    private static @Nullable Double number(double value) {
        return Double.isFinite(value) ? value : null;
    }
}
