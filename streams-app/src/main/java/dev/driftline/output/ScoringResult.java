package dev.driftline.output;

import dev.driftline.input.DocumentOrigin;
import dev.driftline.input.IncomingDocument;
import dev.driftline.mixture.DocumentScore;
import dev.driftline.network.scoring.NeuralOutcome;
import dev.driftline.scoring.NgramProbabilities;
import java.util.Optional;

/**
 * A document that has been scored, with all that the outgoing records are made of.
 *
 * @param document the document
 * @param origin where it was read from
 * @param isText whether it came as raw text
 * @param ngrams what the counts say of its tokens
 * @param score what it costs under every model
 * @param network what became of it on its way through the network; empty where there is none
 * @param timestamp of its record, milliseconds since 1970: that of the outgoing records, too
 * @param scoredAt milliseconds since 1970
 */
public record ScoringResult(
        IncomingDocument document,
        DocumentOrigin origin,
        boolean isText,
        NgramProbabilities ngrams,
        DocumentScore score,
        Optional<NeuralOutcome> network,
        long timestamp,
        long scoredAt) {

    /** What the network says of the document; empty where it does not take part. */
    public Optional<NeuralOutcome.Scored> networkScore() {
        return network.filter(NeuralOutcome.Scored.class::isInstance).map(NeuralOutcome.Scored.class::cast);
    }
}
